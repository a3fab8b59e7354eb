import type { Job } from '../job.ts';
import type { NewJob } from '../store/store.ts';

/** Identical starts of a client within this time are a button pressed twice, in ms: one job. */
export const DOUBLE_PRESS_MS = 500;

/** How long a start is remembered, in ms. */
const MAX_AGE_MS = 10_000;

/** The starts of the last seconds, so that a button pressed twice starts one job. */
export class RecentStarts {
  /** Oldest first. */
  #starts = new Map<string, { at: number; job: Promise<Job> }>();

  /**
   * The start of the same job by the same client at most `withinMs` ago. It is synchronous, so that
   * the second of two simultaneous requests finds the first.
   * @param now of `Clock.elapsed`.
   */
  find(job: NewJob, withinMs: number, now: number): Promise<Job> | undefined {
    const known = this.#starts.get(keyOf(job));
    return known && now - known.at <= withinMs ? known.job : undefined;
  }

  /** The job it started has ended, or the start failed. */
  forget(job: NewJob, started: Promise<Job>): void {
    const key = keyOf(job);
    if (this.#starts.get(key)?.job === started) this.#starts.delete(key);
  }

  add(job: NewJob, now: number, started: Promise<Job>): Promise<Job> {
    for (const [key, { at }] of this.#starts) {
      if (now - at <= MAX_AGE_MS) break;
      this.#starts.delete(key);
    }
    const key = keyOf(job);
    this.#starts.delete(key);
    this.#starts.set(key, { at: now, job: started });
    return started;
  }
}

function keyOf(start: NewJob): string {
  const { type, metadata, sessionId, parentId, client, agent } = start;
  const { priority, runAt, delayMs, timeoutMs } = start;
  return JSON.stringify([
    ...[type, metadata, sessionId, parentId, client, agent],
    ...[priority, runAt, delayMs, timeoutMs],
  ]);
}
