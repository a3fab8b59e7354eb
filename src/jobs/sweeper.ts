import type { Desk } from './desk.ts';

/** Jobs deleted in one transaction: a few milliseconds, in which nobody else can write. */
const STEP = 200;

/** Notes of changes forgotten in one transaction: they are smaller. */
const CHANGES_STEP = 2_000;

/** Steps in a row before the first look is over; what is left goes in the background. */
const FIRST_STEPS = 10;

/** Pause between two steps in the background, in ms, in which others write. */
const PAUSE_MS = 20;

const SWEEP_MS = 3_600_000;

/** How long the history outlives the jobs. */
const KEEP_HISTORY_MS = 366 * 86_400_000;

/** Deletes jobs and history that are too old, in steps so small that nobody waits for them. */
export class Sweeper {
  #cancel = () => {};

  constructor(
    private readonly desk: Desk,
    private readonly keepFinishedMs: number,
  ) {}

  /** Deletes up to 2,000 now, and the rest in the background; then looks again every hour. */
  start(): void {
    this.#cancel();
    this.#sweep(FIRST_STEPS);
  }

  stop(): void {
    this.#cancel();
  }

  #sweep(steps: number): void {
    let isMore = true;
    const { complaints, clock } = this.desk;
    const isDone = complaints.guard('Old jobs could not be deleted', () => {
      for (let step = 0; isMore && step < steps; step++) isMore = this.#step();
    });
    this.#cancel = clock.after(isDone && isMore ? PAUSE_MS : SWEEP_MS, () => this.#sweep(1));
  }

  /** True when there may be more. */
  #step(): boolean {
    const { store, history, clock } = this.desk;
    if (store.deleteEndedBefore(clock.now() - this.keepFinishedMs, STEP) === STEP) return true;
    if (history.forgetBefore(clock.now() - KEEP_HISTORY_MS, STEP) === STEP) return true;
    return store.forgetChanges(CHANGES_STEP) === CHANGES_STEP;
  }
}
