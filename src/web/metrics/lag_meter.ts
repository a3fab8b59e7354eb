import type { Distribution } from './family.ts';

/** Between two measurements, in ms. */
const INTERVAL_MS = 100;

const BOUNDS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Measures how late timers run, because the event loop was busy. */
export class LagMeter {
  readonly #counts = [...BOUNDS_SECONDS, 0].map(() => 0);
  #sum = 0;
  #timer: Timer | undefined;

  /** Measures until `stop`, and keeps no process alive. */
  start(): void {
    if (this.#timer) return;
    let due = performance.now() + INTERVAL_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.add(Math.max(0, now - due) / 1_000);
      due = now + INTERVAL_MS;
    }, INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Adds a lag in seconds. */
  add(seconds: number): void {
    const index = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
    const place = index === -1 ? BOUNDS_SECONDS.length : index;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += seconds;
  }

  read(): Distribution {
    return { bounds: BOUNDS_SECONDS, counts: this.#counts, sum: this.#sum };
  }
}
