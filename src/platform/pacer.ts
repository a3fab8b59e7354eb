import { type Clock, systemClock } from './clock.ts';

/** When the next call is due, and what was spent. All times are the clock's `elapsed()`. */
export interface Pace {
  /** When the next call may happen; a time that has passed means now. */
  dueAt(now: number): number;
  /** A call happens now. */
  spend(now: number): void;
}

/** Calls `send` as soon as its pace allows, once for all requests that came meanwhile. */
export class Pacer {
  #cancel = () => {};
  #scheduledAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly pace: Pace,
    private readonly send: () => void,
    private readonly clock: Pick<Clock, 'elapsed' | 'after'> = systemClock,
  ) {}

  /** Asks for a call: it happens now, or later when the pace does not allow it yet. */
  request(): void {
    const now = this.clock.elapsed();
    const due = this.pace.dueAt(now);
    if (due <= now) this.#call();
    else if (due < this.#scheduledAt) this.#schedule(due, due - now);
  }

  /** Drops a request that waits. */
  stop(): void {
    this.#cancel();
    this.#scheduledAt = Number.POSITIVE_INFINITY;
  }

  #schedule(due: number, ms: number): void {
    this.#cancel();
    this.#scheduledAt = due;
    this.#cancel = this.clock.after(ms, () => this.#call());
  }

  #call(): void {
    this.stop();
    this.pace.spend(this.clock.elapsed());
    this.send();
  }
}

/**
 * A limit on a sum over time: each call spends some of it.
 * Spending ahead of the limit is the caller's decision; see `usedUntil`.
 */
export class Allowance {
  #usedUntil = Number.NEGATIVE_INFINITY;

  /** @param maxDebtMs what is spent counts at most this far into the future. */
  constructor(private readonly maxDebtMs = Number.POSITIVE_INFINITY) {}

  /** Until when it is used up. */
  get usedUntil(): number {
    return this.#usedUntil;
  }

  /** @param ms how long the limit takes to make up for it. */
  spend(now: number, ms: number): void {
    this.#usedUntil = Math.min(Math.max(this.#usedUntil, now) + ms, now + this.maxDebtMs);
  }
}

/**
 * One call every `intervalMs` on average.
 * @param burstMs how far ahead of the average calls may run, in ms: the first few happen at once.
 */
export function every(intervalMs: number, burstMs = 0): Pace {
  const allowance = new Allowance();
  return {
    dueAt: () => allowance.usedUntil - burstMs,
    spend: (now) => allowance.spend(now, intervalMs),
  };
}
