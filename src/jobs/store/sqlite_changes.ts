import type { Database } from 'bun:sqlite';
import type { TransactionListener, Writer } from '../../platform/writer.ts';
import type { FinalStatus } from '../lifecycle.ts';

/** More changes than these in one transaction, or since the last look, are not told one by one. */
const MAX_TOLD = 500;

/** How many transactions a process may be behind and still be told what changed. */
const KEPT = 2_000;

/** After so many transactions those that are too old are forgotten. */
const FORGET_EVERY = 256;

/** How many of the jobs that ended last are remembered, for the taskbar. */
const MAX_RECENT = 64;

/** Where a job stands, as far as it is counted: it waits, a worker runs it, or its caller does. */
export type Place = 'waiting' | 'running' | 'tracked';

/** What counts a job: its type, and who asked for it. */
export interface Counted {
  type: string;
  client: string | null;
}

interface Counts {
  types: Map<string, Record<Place, number>>;
  /** How many jobs of each client wait. */
  clients: Map<string, number>;
}

type Delta = [
  type: string,
  client: string | null,
  waiting: number,
  running: number,
  tracked: number,
];

/** Where a place's number stands in a delta. */
const AT = { waiting: 2, running: 3, tracked: 4 } as const satisfies Record<Place, number>;

const PLACES = ['waiting', 'running', 'tracked'] as const satisfies Place[];

interface ChangeRow {
  seq: number;
  jobs: string | null;
  ended: string | null;
  counts: string | null;
}

/**
 * What transitions did, transaction by transaction: for the other processes, which read it from the
 * table `job_changes`, and for this one's own numbers of waiting and running jobs, which are counted
 * once and then kept by it. Nothing here is the truth about a job.
 */
export class ChangeLog implements TransactionListener {
  readonly #db: Database;
  readonly #statements;
  #counts: Counts | undefined;
  #seen: number;
  #seenVersion: number | undefined;
  #recent: string[] = [];
  /** What others did since `takeNews`. */
  #news: { changed: Set<string>; isTooMuch: boolean } | undefined;
  /** Of the transaction under way. */
  #own = emptyTransaction();

  constructor(db: Database) {
    this.#db = db;
    this.#statements = prepare(db);
    this.#seenVersion = this.#version();
    this.#seen = this.#statements.last.get()?.seq ?? 0;
    const recent = this.#statements.newest.all(MAX_RECENT);
    for (const { ended } of recent.toReversed()) this.#rememberEnded(ended);
  }

  begun(isNews: boolean): void {
    if (isNews) this.catchUp();
  }

  committing(): void {
    const { ids, deltas, ended, ends } = this.#own;
    if (ids.size === 0) return;
    this.#own.seq = this.#seen + 1;
    this.#statements.add.run(
      this.#own.seq,
      ids.size > MAX_TOLD ? null : JSON.stringify([...ids]),
      ended.length > 0 ? JSON.stringify(ended.slice(-MAX_RECENT)) : null,
      deltas.length > 0 ? JSON.stringify(deltas) : null,
      ends.size > 0 ? JSON.stringify([...ends.values()]) : null,
    );
    if (this.#own.seq % FORGET_EVERY === 0) this.#forget(this.#own.seq - KEPT);
  }

  committed(): void {
    if (this.#own.seq === undefined) return;
    this.#seen = this.#own.seq;
    this.#rememberAll(this.#own.ended);
    this.#own = emptyTransaction();
  }

  rolledBack(): void {
    if (this.#own.ids.size === 0) return;
    for (const delta of this.#own.deltas) this.#apply(delta, -1);
    if (this.#own.isCountedWithin) this.#counts = undefined;
    this.#own = emptyTransaction();
  }

  /** A job came, went or changed in the transaction under way. */
  changed(id: string): void {
    const { ids } = this.#own;
    // Beyond that nobody is told which ones.
    if (ids.size <= MAX_TOLD) ids.add(id);
  }

  /** It also stands elsewhere now; `undefined` is nowhere. */
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

  /** Most transactions are about jobs of one type and one client. */
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

  /** It ended, `ms` after its last attempt began; undefined when none was under way. */
  ended(id: string, type: string, status: FinalStatus, at: number, ms: number | undefined): void {
    if (status !== 'failed') this.#own.ended.push(id);
    const hour = at - (at % 3_600_000);
    const bucket = ms === undefined ? -1 : Math.floor(4 * Math.log2(Math.max(1, ms)));
    const key = `${hour} ${type} ${status} ${bucket}`;
    const known = this.#own.ends.get(key);
    if (known) known[4]++;
    else this.#own.ends.set(key, [hour, type, status, bucket, 1]);
  }

  /** How many jobs of the type stand there now, in all processes. */
  count(type: string, place: Place): number {
    return this.#counted().types.get(type)?.[place] ?? 0;
  }

  countOfClient(client: string): number {
    return this.#counted().clients.get(client) ?? 0;
  }

  /** Types of which at least one job stands there. */
  typesWith(place: Place): string[] {
    return [...this.#counted().types].flatMap(([type, counts]) => (counts[place] > 0 ? type : []));
  }

  total(place: Place): number {
    let total = 0;
    for (const counts of this.#counted().types.values()) total += counts[place];
    return total;
  }

  /** The last jobs that ended without failing, the latest first; some may be gone by now. */
  get recentlyEnded(): string[] {
    this.catchUp();
    return this.#recent.toReversed();
  }

  /** What other connections changed since this was last called, as far as it was written down. */
  takeNews(): { changed: Set<string> | 'too many' } | undefined {
    this.catchUp();
    const news = this.#news;
    this.#news = undefined;
    return news && { changed: news.isTooMuch ? 'too many' : news.changed };
  }

  /** Takes note of what other connections have committed. */
  catchUp(): void {
    const version = this.#version();
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#news ??= { changed: new Set(), isTooMuch: false };
    const rows = this.#statements.since.all(this.#seen);
    // This process slept while older ones were forgotten, or there are more than it wants to read.
    const isGap = rows[0] !== undefined && rows[0].seq !== this.#seen + 1;
    const last = rows.at(-1)?.seq ?? this.#statements.last.get()?.seq ?? 0;
    // An earlier state was put in place when `last` is behind.
    if (isGap || rows.length > MAX_TOLD || last < this.#seen) {
      this.#news.isTooMuch = true;
      this.#counts = undefined;
      this.#seen = this.#statements.last.get()?.seq ?? 0;
      return;
    }
    for (const row of rows) this.#take(row, this.#news);
  }

  #take(
    { seq, jobs, ended, counts }: ChangeRow,
    news: { changed: Set<string>; isTooMuch: boolean },
  ) {
    this.#seen = seq;
    if (jobs === null) news.isTooMuch = true;
    else for (const id of JSON.parse(jobs) as string[]) news.changed.add(id);
    if (news.changed.size > MAX_TOLD) news.isTooMuch = true;
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
    this.#own.isCountedWithin = this.#db.inTransaction;
    return this.#db.transaction(() => this.#countAll())();
  }

  /**
   * Reads every job that is not over, once, and up to the same moment what is counted in already:
   * what another process commits in between would be counted twice.
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

  /** What is to be counted of them is counted first. */
  #forget(before: number): void {
    this.#statements.countEnds.run(before);
    this.#statements.forget.run(before);
  }
}

const logs = new WeakMap<Database, ChangeLog>();

/** The log of a connection, which takes part in what its writer writes: there is one for each. */
export function changeLogOf(db: Database, writer: Writer): ChangeLog {
  const log = logs.get(db) ?? new ChangeLog(db);
  logs.set(db, log);
  writer.join('jobs', log);
  return log;
}

function add(counts: Counts, delta: Delta, sign: 1 | -1): void {
  const [type, client, waiting] = delta;
  const ofType = countsOf(counts, type);
  for (const place of PLACES) ofType[place] += sign * delta[AT[place]];
  if (client !== null && waiting !== 0) addToClient(counts, client, sign * waiting);
}

function countsOf({ types }: Counts, type: string): Record<Place, number> {
  let counts = types.get(type);
  if (!counts) {
    counts = { waiting: 0, running: 0, tracked: 0 };
    types.set(type, counts);
  }
  return counts;
}

function addToClient({ clients }: Counts, client: string, by: number): void {
  const count = (clients.get(client) ?? 0) + by;
  if (count > 0) clients.set(client, count);
  else clients.delete(client);
}

function emptyTransaction() {
  return {
    /** Its row's number, once that is written. */
    seq: undefined as number | undefined,
    ids: new Set<string>(),
    deltas: [] as Delta[],
    ended: [] as string[],
    ends: new Map<
      string,
      [hour: number, type: string, status: string, bucket: number, n: number]
    >(),
    /** All were counted within it, what it has done included. */
    isCountedWithin: false,
  };
}

function prepare(db: Database) {
  return {
    version: db.query<{ data_version: number }, []>('PRAGMA data_version'),
    last: db.query<{ seq: number | null }, []>('SELECT MAX(seq) AS seq FROM job_changes'),
    newest: db.query<{ ended: string | null }, [number]>(
      'SELECT ended FROM job_changes ORDER BY seq DESC LIMIT ?',
    ),
    since: db.query<ChangeRow, [number]>(`
      SELECT seq, jobs, ended, counts FROM job_changes WHERE seq > ?
      ORDER BY seq LIMIT ${MAX_TOLD + 1}`),
    add: db.query<null, [number, ...(string | null)[]]>(
      'INSERT INTO job_changes (seq, jobs, ended, counts, ends) VALUES (?, ?, ?, ?, ?)',
    ),
    countAll: db.query<{ type: string; client: string | null; place: Place; count: number }, []>(`
      SELECT type, client,
             CASE WHEN status IN ('queued', 'retrying') THEN 'waiting'
                  WHEN tracked THEN 'tracked' ELSE 'running' END AS place,
             COUNT(*) AS count
      FROM jobs INDEXED BY jobs_live WHERE completed_at IS NULL GROUP BY 1, 2, 3`),
    countEnds: db.query<null, [number]>(`
      INSERT INTO job_ends (hour, type, status, bucket, count)
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
      FROM job_changes, json_each(ends) WHERE seq < ?
      ON CONFLICT DO UPDATE SET count = count + excluded.count`),
    forget: db.query<null, [number]>('DELETE FROM job_changes WHERE seq < ?'),
  };
}
