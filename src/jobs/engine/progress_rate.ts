/** Time constant of the smoothing, in ms: after this long, 63 % of the rate is new. */
const MEMORY_MS = 4_000;

/** Samples closer together than this are taken as one, in ms: their quotient would be noise. */
const MIN_SAMPLE_MS = 250;

/**
 * A job's progress in units a second, exponentially smoothed. Unknown until two samples are far
 * enough apart, and again whenever the count falls or the total changes, because then the job counts
 * something else.
 */
export class ProgressRate {
  #at: number;
  #current: number;
  #total: number;
  #perSecond: number | undefined;

  /** @param now of `Clock.elapsed`, in ms. */
  constructor(now: number, current: number, total: number) {
    this.#at = now;
    this.#current = current;
    this.#total = total;
  }

  get perSecond(): number | undefined {
    return this.#perSecond && this.#perSecond > 0 ? this.#perSecond : undefined;
  }

  sample(now: number, current: number, total: number): void {
    if (current < this.#current || total !== this.#total) {
      this.#restart(now, current, total);
      return;
    }
    const elapsed = now - this.#at;
    if (elapsed < MIN_SAMPLE_MS) return;
    const latest = ((current - this.#current) / elapsed) * 1000;
    const weight = 1 - Math.exp(-elapsed / MEMORY_MS);
    this.#perSecond =
      this.#perSecond === undefined
        ? latest
        : this.#perSecond + weight * (latest - this.#perSecond);
    this.#at = now;
    this.#current = current;
  }

  #restart(now: number, current: number, total: number): void {
    this.#at = now;
    this.#current = current;
    this.#total = total;
    this.#perSecond = undefined;
  }
}
