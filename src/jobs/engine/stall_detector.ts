/** No job counts as stalled before this long without progress, in ms. */
const MIN_SILENCE_MS = 15_000;
/** A job counts as stalled after this many of its usual gaps between two reports. */
const MAX_GAPS = 3;
/** Weight of a new gap against the earlier ones. */
const WEIGHT = 0.2;

/** Whether a job that is silent for this long has stalled, from its usual gap; both in ms. */
export function isStalled(silence: number, usualGap: number): boolean {
  return silence > Math.max(MIN_SILENCE_MS, MAX_GAPS * usualGap);
}

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

  /** The usual time between two reports, in ms; 0 before the first. */
  get usualGap(): number {
    return this.#usualGap;
  }

  /** Time since the last progress, in ms. */
  silence(now: number): number {
    return now - this.#lastAt;
  }
}
