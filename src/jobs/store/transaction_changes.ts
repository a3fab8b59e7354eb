import type { FinalStatus, JobStatus } from '../lifecycle.ts';
import { addDuration, bucketOf, type CountedEnd } from './ends.ts';

/** More changes are not listed in the row of a transaction: more than a request can start. */
const MAX_IN_ROW = 2_000;

/** Stands in a row for all jobs that look different now, although nothing happened to them. */
export const EVERYTHING = '*';

/** How many of the jobs that ended last are remembered, for the taskbar. */
export const MAX_RECENT = 64;

const HOUR_MS = 3_600_000;

/** Stands for a job that ended without having run. */
const NO_DURATION = -1;

/** The groups in which jobs are counted: waiting, run by a worker, or tracked. */
export type Place = 'waiting' | 'running' | 'tracked';

/** By what a job is counted: its type, and the client that asked for it. */
export interface Counted {
  type: string;
  client: string | null;
}

/** What a statement returns of a job so that its move can be told; see `MOVED`. */
export interface Moved extends Counted {
  id: string;
  status: JobStatus;
  tracked: number;
  started_at: number | null;
}

export type Repeat = [type: string, outcome: string];

/** The columns of a row of `job_changes`; null: none, or of `jobs` too many. */
export interface ChangeColumns {
  jobs: string | null;
  ended: string | null;
  ends: string | null;
  removed: string | null;
  retries: string | null;
}

/** What one transaction did to jobs, for those who are told when it is committed. */
export class TransactionChanges {
  readonly ids = new Set<string>();
  /** Jobs of which only the progress changed. Their row tells that. */
  readonly progressed = new Set<string>();
  /** The jobs that ended without failing. */
  readonly ended: string[] = [];
  readonly retries: Repeat[] = [];
  readonly #ends = new Map<string, CountedEnd>();
  readonly #removed: [id: string, type: string, session: string | null][] = [];
  #isEverything = false;

  get isEmpty(): boolean {
    return this.ids.size === 0 && this.#removed.length === 0 && !this.#isEverything;
  }

  /** Whether all of them are in `ids` and `removedIds`, and so in the row. */
  get isListed(): boolean {
    return this.ids.size + this.#removed.length <= MAX_IN_ROW;
  }

  /** Whether something changed for all jobs. */
  get isEverything(): boolean {
    return this.#isEverything;
  }

  get removedTypes(): string[] {
    return this.#removed.map(([, type]) => type);
  }

  get removedIds(): string[] {
    return this.#removed.map(([id]) => id);
  }

  get ends(): CountedEnd[] {
    return [...this.#ends.values()];
  }

  /** A job was created, deleted or changed. */
  changed(id: string): void {
    // Above that, the ids are not listed.
    if (this.ids.size <= MAX_IN_ROW) this.ids.add(id);
  }

  /** A job was deleted: the row says whose it was, even if no list shows the job any more. */
  removed({ id, type, session_id }: { id: string; type: string; session_id: string | null }): void {
    this.#removed.push([id, type, session_id]);
  }

  /** All jobs may look different, also to other processes. */
  everythingChanged(): void {
    this.#isEverything = true;
  }

  /** An attempt has ended, and the job waits for another one. */
  willRepeat(type: string, outcome: string): void {
    this.retries.push([type, outcome]);
  }

  /** Adds an end to the counts. `startedAt`: when its last attempt began, if it has had one. */
  endedAs(
    { id, type }: { id: string; type: string },
    from: Place,
    status: FinalStatus,
    now: number,
    startedAt: number | null,
  ): void {
    if (status !== 'failed') this.ended.push(id);
    const isTimed = from !== 'waiting' && startedAt !== null;
    const bucket = isTimed ? bucketOf(now - startedAt) : NO_DURATION;
    const hour = now - (now % HOUR_MS);
    const key = `${hour} ${type} ${status} ${bucket}`;
    const known = this.#ends.get(key) ?? [hour, type, status, bucket, 0, [], 0];
    this.#ends.set(key, known);
    known[4]++;
    if (isTimed) known[6] += Math.max(0, now - startedAt);
    if (status === 'completed' && isTimed) addDuration(known, Math.max(0, now - startedAt));
    else known[5] = null;
  }

  columns(): ChangeColumns {
    const listed = this.#isEverything ? [...this.ids, EVERYTHING] : [...this.ids];
    return {
      jobs: this.isListed ? JSON.stringify(listed) : null,
      ended: jsonOf(this.ended.slice(-MAX_RECENT)),
      ends: jsonOf(this.ends),
      removed: jsonOf(this.#removed),
      retries: jsonOf(this.retries),
    };
  }
}

function jsonOf(list: unknown[]): string | null {
  return list.length > 0 ? JSON.stringify(list) : null;
}
