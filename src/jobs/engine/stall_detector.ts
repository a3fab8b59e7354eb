/** A job is given this long without progress before anyone is told, in ms. */
const MIN_SILENCE_MS = 15_000;
/** How many of its usual gaps a job may be silent for. */
const GAPS = 3;
/** How much a new gap counts against the earlier ones. */
const WEIGHT = 0.2;

/** Whether a job still moves: how long it usually is between two reports, and since the last one. */
export class Pulse {
  #lastAt: number;
  #usualGap = 0;

  constructor(now: number) {
    this.#lastAt = now;
  }

  beat(now: number): void {
    const gap = Math.max(0, now - this.#lastAt);
    this.#usualGap = this.#usualGap === 0 ? gap : this.#usualGap + WEIGHT * (gap - this.#usualGap);
    this.#lastAt = now;
  }

  /** For how long it has not moved, in ms, if that is suspiciously long. */
  silence(now: number): number | undefined {
    const silence = now - this.#lastAt;
    return silence > Math.max(MIN_SILENCE_MS, GAPS * this.#usualGap) ? silence : undefined;
  }
}
