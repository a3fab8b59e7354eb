import type { Desk } from './desk.ts';

/** Rows of the history deleted in one transaction. */
const STEP = 200;

/** Steps in a row before the first look is over; what is left goes in the background. */
const FIRST_STEPS = 10;

/** Pause between two steps in the background, in ms, in which others write. */
const PAUSE_MS = 20;

const SWEEP_MS = 3_600_000;

/** How long the history outlives the jobs. */
const KEEP_HISTORY_MS = 366 * 86_400_000;

/** Deletes jobs and history that are too old and gives their space back, in steps so small that nobody waits for them. */
export class Sweeper {
  #cancel = () => {};
  #isStopped = false;

  constructor(
    private readonly desk: Desk,
    private readonly keepFinishedMs: number,
  ) {}

  /** Deletes up to 2,000 now, and the rest in the background; then looks again every hour. */
  async start(): Promise<void> {
    this.#cancel();
    this.#isStopped = false;
    await this.#sweep(FIRST_STEPS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #sweep(steps: number): Promise<void> {
    let isMore = true;
    const { complaints, clock } = this.desk;
    const isDone = await complaints.guard('Old jobs could not be deleted', async () => {
      for (let step = 0; isMore && step < steps; step++) isMore = await this.#step();
    });
    if (this.#isStopped) return;
    this.#cancel = clock.after(isDone && isMore ? PAUSE_MS : SWEEP_MS, () => void this.#sweep(1));
  }

  /** True when there may be more. */
  async #step(): Promise<boolean> {
    const { store, clock } = this.desk;
    if (await store.prune(clock.now() - this.keepFinishedMs)) return true;
    if ((await store.pruneHistory(clock.now() - KEEP_HISTORY_MS, STEP)) === STEP) return true;
    return store.giveBackSpace();
  }
}
