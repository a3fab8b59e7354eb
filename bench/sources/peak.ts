const SAMPLE_MS = 20;

/** What a child of the benchmark prints. */
export interface Measured {
  posts: number;
  seconds: number;
  cpuSeconds: number;
  /** Most memory of the process at any time. */
  peakMb: number;
}

/** Watches the time and the memory of this process from now on. */
export function reportPeak(): { print(posts: number): void } {
  const start = performance.now();
  const cpu = process.cpuUsage();
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, SAMPLE_MS);
  return {
    print(posts) {
      clearInterval(timer);
      const { user, system } = process.cpuUsage(cpu);
      const measured: Measured = {
        posts,
        seconds: (performance.now() - start) / 1000,
        cpuSeconds: (user + system) / 1e6,
        peakMb: Math.max(peak, process.memoryUsage.rss()) / 1e6,
      };
      console.log(JSON.stringify(measured));
    },
  };
}
