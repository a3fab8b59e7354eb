import type { Clock } from '../../platform/clock.ts';
import type { Feed } from '../feed.ts';
import type { JobStore } from '../store/store.ts';
import type { ErrorReporter } from './error_reporter.ts';

/** Rows of the history, or of the audit trail, deleted in one transaction. */
const HISTORY_STEP = 200;

/** Steps before `start` resolves; the rest is done in the background. */
const FIRST_STEPS = 10;

/** Pause between two steps in the background, in ms, so that others can write. */
const PAUSE_MS = 20;

const INTERVAL_MS = 3_600_000;

/** Pause after other processes have kept the database locked, in ms. */
const BUSY_MS = 60_000;

/** How long the history is kept. */
const KEEP_HISTORY_MS = 366 * 86_400_000;

interface PrunerDeps {
  store: JobStore;
  feed: Feed;
  clock: Clock;
  errors: ErrorReporter;
  /** How long ended jobs are kept, in ms. */
  keepFinishedMs: number;
  /** How long entries of the audit trail are kept, in ms. */
  keepAuditMs: number;
}

/** Deletes old jobs and old history, and gives their space back, in steps of a few milliseconds. */
export class Pruner {
  #cancel = () => {};
  #isStopped = false;

  constructor(private readonly deps: PrunerDeps) {}

  /** Deletes up to 2,000 jobs now and the rest in the background; then repeats it every hour. */
  async start(): Promise<void> {
    this.#cancel();
    this.#isStopped = false;
    await this.#prune(FIRST_STEPS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #prune(steps: number): Promise<void> {
    const { errors, clock } = this.deps;
    let isMore = true;
    let isBusy = false;
    const isDone = await errors.attempt('Old jobs could not be deleted', async () => {
      try {
        for (let step = 0; isMore && step < steps; step++) isMore = await this.#step();
      } catch (error) {
        isBusy = isLocked(error);
        // Old jobs can wait for other processes, and for the next start.
        if (!isBusy && !this.#isStopped) throw error;
      }
    });
    if (this.#isStopped) return;
    const wait = isBusy ? BUSY_MS : isDone && isMore ? PAUSE_MS : INTERVAL_MS;
    this.#cancel = clock.after(wait, () => void this.#prune(1));
  }

  /** True when there may be more. */
  async #step(): Promise<boolean> {
    const { store, feed, clock, keepFinishedMs, keepAuditMs } = this.deps;
    const isMore = await store.prune(clock.now() - keepFinishedMs);
    // Lists show none of them; who follows all jobs learns of it.
    feed.progressed([]);
    if (isMore) return true;
    const deleted = await store.pruneHistory(clock.now() - KEEP_HISTORY_MS, HISTORY_STEP);
    const forgotten = await store.pruneAudit(clock.now() - keepAuditMs, HISTORY_STEP);
    return deleted === HISTORY_STEP || forgotten === HISTORY_STEP || store.giveBackSpace();
  }
}

/** Whether another process held the lock for too long. */
function isLocked(error: unknown): boolean {
  return String((error as { code?: unknown } | undefined)?.code).startsWith('SQLITE_BUSY');
}
