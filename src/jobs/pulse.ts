/** A job is given this long without progress before anyone is told, in ms. */
const SHORTEST_SILENCE_MS = 15_000;
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

  /** When it last moved, if that is suspiciously long ago. Times are ms since 1970. */
  stalledSince(now: number): number | undefined {
    const patience = Math.max(SHORTEST_SILENCE_MS, GAPS * this.#usualGap);
    return now - this.#lastAt > patience ? this.#lastAt : undefined;
  }
}
