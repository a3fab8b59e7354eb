import { readdirSync, readFileSync } from 'node:fs';

const IDLE_SAMPLE_MS = 150;

/** The share of all cores that was idle for the next `ms`, 0 to 1. */
async function idleShare(ms: number): Promise<number> {
  const before = machineTicks();
  await Bun.sleep(ms);
  const after = machineTicks();
  return (after.idle - before.idle) / Math.max(1, after.total - before.total);
}

/** Waits for a moment in which `share` of all cores is idle, at most so many ms. @returns its share */
export async function quietMoment(share: number, patienceMs: number): Promise<number> {
  const end = performance.now() + patienceMs;
  let idle = await idleShare(IDLE_SAMPLE_MS);
  while (idle < share && performance.now() < end) idle = await idleShare(IDLE_SAMPLE_MS);
  return idle;
}

function machineTicks(): { idle: number; total: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), total: ticks.reduce((a, b) => a + b, 0) };
}

/** CPU time that all threads of a process have used so far, in ms. */
export function cpuMs(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((a, b) => a + b, 0) / 1e6;
}

/** How much of one core a process uses during the next `ms`, 0 to 1 and more. */
export async function cpuShare(pid: number, ms: number): Promise<number> {
  const before = { cpu: cpuMs(pid), at: performance.now() };
  await Bun.sleep(ms);
  return (cpuMs(pid) - before.cpu) / (performance.now() - before.at);
}
