/** No job counts as stalled before this long without progress, in ms. */
const MIN_SILENCE_MS = 15_000;
/** A job counts as stalled after this many of its usual gaps between two reports. */
const MAX_GAPS = 3;
/** Weight of a new gap against the earlier ones. */
const WEIGHT = 0.2;

/** Tells whether a job has stopped making progress, from how often it usually reports some. */
export class StallDetector {
  #lastAt: number;
  #usualGap = 0;

  /** @param now of `Clock.elapsed`, in ms. */
  constructor(now: number) {
    this.#lastAt = now;
  }

  /** The job has reported progress. */
  moved(now: number): void {
    const gap = Math.max(0, now - this.#lastAt);
    this.#usualGap = this.#usualGap === 0 ? gap : this.#usualGap + WEIGHT * (gap - this.#usualGap);
    this.#lastAt = now;
  }

  /** Time since the last progress in ms when the job counts as stalled, else undefined. */
  silence(now: number): number | undefined {
    const silence = now - this.#lastAt;
    return silence > Math.max(MIN_SILENCE_MS, MAX_GAPS * this.#usualGap) ? silence : undefined;
  }
}
