import type { Database } from 'bun:sqlite';
import type { TransactionListener, Writer } from '../../../platform/writer.ts';
import type { FinalStatus } from '../../lifecycle.ts';
import { EndCounters } from '../end_counters.ts';
import { ADD_ENDS } from '../ends.ts';
import {
  type ChangeColumns,
  type Counted,
  EVERYTHING,
  MAX_RECENT,
  type Place,
  TransactionChanges,
} from '../transaction_changes.ts';
import { AT, add, addToClient, type Counts, countsOf, type Delta } from './live_counts.ts';
import { command, query } from './statements.ts';

/** Above this many changes since the last read, other parts of this process are not told each job. */
const MAX_LISTED = 500;

/** How many transactions a process may be behind and still learn which jobs changed. */
const MAX_KEPT = 2_000;

/** After this many transactions the oldest are deleted. */
const DELETE_EVERY = 256;

interface ChangeRow extends ChangeColumns {
  seq: number;
  counts: string | null;
}

interface News {
  changed: Set<string>;
  /** Jobs were deleted, which `changed` lists only as far as the taskbar shows them. */
  hasRemoved: boolean;
  isTooMuch: boolean;
}

/**
 * The changes of each transaction. Other processes read them from the table `job_changes`; this one
 * uses them to keep the numbers of waiting and running jobs, which it counts only once. The truth
 * about a job is in its row alone.
 */
export class ChangeLog implements TransactionListener {
  readonly #statements;
  /** What has ended since this process opened the database, in all processes. */
  readonly counters = new EndCounters();
  #counts: Counts | undefined;
  #seen: number;
  #seenVersion: number | undefined;
  #recent: string[] = [];
  /** What other connections changed since the last `takeNews`. */
  #news: News | undefined;
  /** The changes of the transaction in progress. */
  #own = emptyTransaction();

  constructor(private readonly db: Database) {
    this.#statements = statements(db);
    this.#seenVersion = this.#version();
    this.#seen = this.#statements.last.get()?.seq ?? 0;
    const recent = this.#statements.newest.all(MAX_RECENT);
    for (const { ended } of recent.toReversed()) this.#rememberEnded(ended);
  }

  begun(isNews: boolean): void {
    if (isNews) this.catchUp();
  }

  committing(): void {
    const { changes, deltas } = this.#own;
    if (changes.isEmpty) return;
    this.#own.seq = this.#seen + 1;
    const { jobs, ended, ends, removed, retries } = changes.columns();
    this.#statements.add.run(
      this.#own.seq,
      jobs,
      ended,
      deltas.length > 0 ? JSON.stringify(deltas) : null,
      ends,
      removed,
      retries,
    );
    if (this.#own.seq % DELETE_EVERY === 0) this.#deleteBefore(this.#own.seq - MAX_KEPT);
  }

  committed(): void {
    const { seq, changes } = this.#own;
    if (seq === undefined) return;
    this.#seen = seq;
    this.#rememberAll(changes.ended);
    this.counters.add(changes.ends, changes.retries);
    this.#own = emptyTransaction();
  }

  rolledBack(): void {
    if (this.#own.changes.isEmpty) return;
    for (const delta of this.#own.deltas) this.#apply(delta, -1);
    if (this.#own.isCountedWithin) this.#counts = undefined;
    this.#own = emptyTransaction();
  }

  /** A job was created, deleted or changed in the transaction in progress. */
  changed(id: string): void {
    this.#own.changes.changed(id);
  }

  /** A job was deleted in it. */
  removed(job: { id: string; type: string; session_id: string | null }): void {
    this.#own.changes.removed(job);
  }

  everythingChanged(): void {
    this.#own.changes.everythingChanged();
  }

  /** A job moved from one place to another; `undefined` for a new, ended or deleted job. */
  moved(id: string, job: Counted, from: Place | undefined, to: Place | undefined): void {
    this.changed(id);
    if (from === to) return;
    const delta = this.#deltaOf(job);
    const counts = this.#counts && countsOf(this.#counts, job.type);
    if (from !== undefined) {
      delta[AT[from]]--;
      if (counts) counts[from]--;
      if (from === 'waiting') this.#countClient(job.client, -1);
    }
    if (to !== undefined) {
      delta[AT[to]]++;
      if (counts) counts[to]++;
      if (to === 'waiting') this.#countClient(job.client, 1);
    }
  }

  /** Most transactions change jobs of one type and one client, so the last delta fits as a rule. */
  #deltaOf({ type, client }: Counted): Delta {
    const { deltas } = this.#own;
    const last = deltas.at(-1);
    if (last?.[0] === type && last[1] === client) return last;
    const delta: Delta = [type, client, 0, 0, 0];
    deltas.push(delta);
    return delta;
  }

  #countClient(client: string | null, by: number): void {
    if (client !== null && this.#counts) addToClient(this.#counts, client, by);
  }

  /** An attempt has ended, and the job waits for another one. */
  willRepeat(type: string, outcome: string): void {
    this.#own.changes.willRepeat(type, outcome);
  }

  /** A job has ended. `startedAt`: when its last attempt began, if it has had one. */
  ended(
    job: Counted & { id: string },
    from: Place,
    status: FinalStatus,
    now: number,
    startedAt: number | null,
  ): void {
    this.moved(job.id, job, from, undefined);
    this.#own.changes.endedAs(job, from, status, now, startedAt);
  }

  /** How many jobs of the type are in that place now, in all processes. */
  count(type: string, place: Place): number {
    return this.#counted().types.get(type)?.[place] ?? 0;
  }

  countOfClient(client: string): number {
    return this.#counted().clients.get(client) ?? 0;
  }

  /** Types with at least one job in that place. */
  typesWith(place: Place): string[] {
    return [...this.#counted().types].flatMap(([type, counts]) => (counts[place] > 0 ? type : []));
  }

  total(place: Place): number {
    let total = 0;
    for (const counts of this.#counted().types.values()) total += counts[place];
    return total;
  }

  /** The jobs that ended last without failing, latest first; some may have been deleted since. */
  get recentlyEnded(): string[] {
    this.catchUp();
    return this.#recent.toReversed();
  }

  /** What other connections changed since the last call, as far as `job_changes` still has it. */
  takeNews(): { changed: Set<string> | 'too many'; hasRemoved: boolean } | undefined {
    this.catchUp();
    const news = this.#news;
    this.#news = undefined;
    if (!news) return undefined;
    const { changed, hasRemoved, isTooMuch } = news;
    return { changed: isTooMuch ? 'too many' : changed, hasRemoved };
  }

  /** Reads what other connections have committed. */
  catchUp(): void {
    const version = this.#version();
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#news ??= { changed: new Set(), hasRemoved: false, isTooMuch: false };
    const rows = this.#statements.since.all(this.#seen);
    // Rows are missing: they were deleted while this process slept.
    const isGap = rows[0] !== undefined && rows[0].seq !== this.#seen + 1;
    const last = rows.at(-1)?.seq ?? this.#statements.last.get()?.seq ?? 0;
    // `last` is behind when the file was replaced by an earlier state of it.
    if (isGap || rows.length > MAX_LISTED || last < this.#seen) {
      this.#news.isTooMuch = true;
      this.#counts = undefined;
      // What the rows say about ends is added up all the same.
      for (const row of this.#statements.endsSince.all(this.#seen)) this.counters.take(row);
      this.#seen = this.#statements.last.get()?.seq ?? 0;
      return;
    }
    for (const row of rows) this.#take(row, this.#news);
  }

  #take(row: ChangeRow, news: News): void {
    const { seq, jobs, ended, counts, removed } = row;
    this.#seen = seq;
    this.counters.take(row);
    if (removed !== null) news.hasRemoved = true;
    if (jobs === null) news.isTooMuch = true;
    else for (const id of JSON.parse(jobs) as string[]) news.changed.add(id);
    if (news.changed.delete(EVERYTHING)) news.isTooMuch = true;
    if (news.changed.size > MAX_LISTED) news.isTooMuch = true;
    this.#rememberEnded(ended);
    if (counts !== null) for (const delta of JSON.parse(counts) as Delta[]) this.#apply(delta, 1);
  }

  #rememberEnded(ended: string | null): void {
    if (ended !== null) this.#rememberAll(JSON.parse(ended) as string[]);
  }

  #rememberAll(ended: string[]): void {
    if (ended.length === 0) return;
    this.#recent.push(...ended.slice(-MAX_RECENT));
    if (this.#recent.length > MAX_RECENT) this.#recent = this.#recent.slice(-MAX_RECENT);
  }

  #version(): number | undefined {
    return this.#statements.version.get()?.data_version;
  }

  #counted(): Counts {
    this.catchUp();
    if (this.#counts) return this.#counts;
    this.#own.isCountedWithin = this.db.inTransaction;
    return this.db.transaction(() => this.#countAll())();
  }

  /**
   * Counts every live job. Within the same transaction it reads the changes that this count
   * includes: otherwise they would be counted a second time later.
   */
  #countAll(): Counts {
    this.catchUp();
    const counts: Counts = { types: new Map(), clients: new Map() };
    for (const { type, client, place, count } of this.#statements.countAll.all()) {
      const delta: Delta = [type, client, 0, 0, 0];
      delta[AT[place]] = count;
      add(counts, delta, 1);
    }
    this.#counts = counts;
    return counts;
  }

  #apply(delta: Delta, sign: 1 | -1): void {
    if (this.#counts) add(this.#counts, delta, sign);
  }

  /** Their ends are added to the history first. */
  #deleteBefore(before: number): void {
    this.#statements.countEnds.run(before);
    this.#statements.deleteBefore.run(before);
  }
}

const logs = new WeakMap<Database, ChangeLog>();

/** The change log of a connection; it takes part in the transactions of the connection's writer. */
export function changeLogOf(db: Database, writer: Writer): ChangeLog {
  const log = logs.get(db) ?? new ChangeLog(db);
  logs.set(db, log);
  writer.join('jobs', log);
  return log;
}

function emptyTransaction() {
  return {
    changes: new TransactionChanges(),
    /** The number of its row, once that is written. */
    seq: undefined as number | undefined,
    deltas: [] as Delta[],
    /** The live jobs were counted within it, so the count includes its own changes. */
    isCountedWithin: false,
  };
}

function statements(db: Database) {
  return {
    version: query<{ data_version: number }>(db, 'PRAGMA data_version'),
    last: query<{ seq: number | null }>(db, 'SELECT MAX(seq) AS seq FROM job_changes'),
    newest: query<{ ended: string | null }>(
      db,
      'SELECT ended FROM job_changes ORDER BY seq DESC LIMIT ?',
    ),
    since: query<ChangeRow>(
      db,
      `
      SELECT seq, jobs, ended, counts, removed, ends, retries FROM job_changes WHERE seq > ?
      ORDER BY seq LIMIT ${MAX_LISTED + 1}`,
    ),
    endsSince: query<Pick<ChangeRow, 'ends' | 'retries'>>(
      db,
      `SELECT ends, retries FROM job_changes WHERE seq > ? ORDER BY seq LIMIT ${2 * MAX_KEPT}`,
    ),
    add: command(
      db,
      `INSERT INTO job_changes (seq, jobs, ended, counts, ends, removed, retries)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    countAll: query<{ type: string; client: string | null; place: Place; count: number }>(
      db,
      `
      SELECT type, client,
             CASE WHEN status IN ('queued', 'retrying') THEN 'waiting'
                  WHEN tracked THEN 'tracked' ELSE 'running' END AS place,
             COUNT(*) AS count
      FROM jobs INDEXED BY jobs_live WHERE completed_at IS NULL GROUP BY 1, 2, 3`,
    ),
    countEnds: command(
      db,
      `
      INSERT INTO job_ends (hour, type, status, bucket, count, durations)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
      FROM job_changes, json_each(ends) WHERE seq < ?
      ${ADD_ENDS}`,
    ),
    deleteBefore: command(db, 'DELETE FROM job_changes WHERE seq < ?'),
  };
}
