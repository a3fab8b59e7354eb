import type { Query, Transaction } from '../../../platform/postgres/statements.ts';
import type { TransactionListener } from '../../../platform/postgres/transaction.ts';
import type { Job } from '../../job.ts';
import { IN_ORDER, inQueueOrder } from '../queue_order.ts';
import { type JobRow, LIVE, RUNNING, toJob, WAITING, WHOLE } from '../rows.ts';
import type { RecentJobs } from '../store.ts';
import type { ChangeLog } from './change_log.ts';
import { ALL_TYPES } from './listing.ts';
import { isVisible, type Snapshot, toSnapshot } from './snapshot.ts';

/** How many jobs are known: the newest, the first that have not ended, and those that changed last. */
const MAX_KNOWN = { newest: 1_000, active: 10_000, changed: 1_000 };

/** After how many more jobs those are forgotten that need not be known. */
const TIDY_EVERY = 1_000;

/** Above this size as JSON, in UTF-16 code units, inputs and results are known only as lists show them. */
const MAX_WHOLE = 16 * 1024 * 1024;

interface Row extends JobRow {
  metadata_brief: string | null;
  result_brief: string | null;
}

interface Known {
  /** As lists show it; undefined: it was deleted. */
  brief: JobRow | undefined;
  /** Input and result, where lists show less. */
  whole: Pick<JobRow, 'metadata' | 'result'> | undefined;
  /** The transaction of this process that wrote it last. */
  xid: number | undefined;
  /** When it was read, if that was later. */
  readAt: Snapshot | undefined;
}

/**
 * What this process knows of jobs without waiting. What its own transactions change it reads before
 * they are committed, and what others change before that is told to the feed.
 */
export class PostgresRecentJobs implements RecentJobs, TransactionListener {
  /** By id; those that changed last are the last. */
  #jobs = new Map<string, Known>();
  /** The ids, newest first, until one is added or deleted. */
  #newest: string[] | undefined;
  #tidyAt = MAX_KNOWN.newest + MAX_KNOWN.changed + TIDY_EVERY;
  #wholeSize = 0;
  /** What the transaction in progress has changed. */
  #own: (Read & { isAll: boolean }) | undefined;

  constructor(
    private readonly db: Query,
    private readonly log: ChangeLog,
    private now: () => number,
  ) {}

  /** Replaces the clock. */
  use(now: () => number): void {
    this.now = now;
  }

  get(id: string): Job | undefined {
    const { brief, whole } = this.#jobs.get(id) ?? {};
    return brief && toJob({ ...brief, ...whole }, this.now());
  }

  newest(limit: number): Job[] {
    const now = this.now();
    return this.#newestIds(limit).flatMap((id) => {
      const { brief } = this.#jobs.get(id) ?? {};
      return brief ? toJob(brief, now) : [];
    });
  }

  active(): Job[] {
    const now = this.now();
    return activeOf(this.#rows()).map((row) => toJob(row, now));
  }

  /** The types of those of these jobs that can be claimed; by default, of all that are known. */
  readyTypes(ids: Iterable<string> = this.#jobs.keys()): string[] {
    return [...ids].flatMap((id) => {
      const { brief } = this.#jobs.get(id) ?? {};
      return brief && isReady(brief) ? brief.type : [];
    });
  }

  hasRunning(): boolean {
    for (const { brief } of this.#jobs.values()) if (brief && isRunning(brief)) return true;
    return false;
  }

  /** Reads all that is to be known. */
  async load(): Promise<void> {
    this.#apply(await read(this.db, LOAD), 'foreign', true);
  }

  /** Reads what others have changed, and of what they have deleted those that are known. */
  async refresh(changed: Iterable<string>, removed: readonly string[]): Promise<void> {
    const ids = [...changed, ...this.#known(removed)];
    if (ids.length > 0) this.#apply(await read(this.db, BY_ID, ids), 'foreign', false);
  }

  begun(): void {
    this.#own = undefined;
  }

  async committing(tx: Transaction): Promise<void> {
    const { ids, progressed, removedIds, isListed } = this.log.changes;
    const changed = [...ids.union(progressed), ...this.#known(removedIds)];
    if (changed.length === 0) return;
    const found = await (isListed ? read(tx, BY_ID, changed) : read(tx, LOAD));
    this.#own = { ...found, isAll: !isListed };
  }

  committed(): void {
    if (this.#own) this.#apply(this.#own, 'own', this.#own.isAll);
    this.#own = undefined;
  }

  rolledBack(): void {
    this.#own = undefined;
  }

  /** @param isAll whether the others that are known are no longer to be. */
  #apply({ rows, xid, snapshot }: Read, by: 'own' | 'foreign', isAll: boolean): void {
    const isNewer = (known: Known | undefined) => {
      if (by === 'own') return known?.readAt !== undefined && isVisible(xid, known.readAt);
      return known?.xid !== undefined && !isVisible(known.xid, snapshot);
    };
    const at = by === 'own' ? { xid, readAt: undefined } : { xid: undefined, readAt: snapshot };
    const others = isAll ? [...this.#jobs].filter(([id]) => !rows.has(id)) : [];
    for (const [id, known] of others) if (!isNewer(known)) this.#delete(id);
    for (const [id, row] of rows) if (!isNewer(this.#jobs.get(id))) this.#set(id, row, at);
    if (this.#jobs.size > this.#tidyAt) this.#tidy();
  }

  #known(ids: readonly string[]): string[] {
    return ids.filter((id) => this.#jobs.has(id));
  }

  #newestIds(limit: number): string[] {
    this.#newest ??= this.#rows()
      .sort((a, b) => b.created_at - a.created_at || b.key - a.key)
      .map(({ id }) => id);
    return this.#newest.slice(0, limit);
  }

  #set(id: string, row: Row | undefined, at: Pick<Known, 'xid' | 'readAt'>): void {
    const before = this.#jobs.get(id);
    if (before?.brief?.key !== row?.key) this.#newest = undefined;
    this.#delete(id);
    const known = { ...partsOf(row), ...at };
    this.#jobs.set(id, known);
    this.#wholeSize += sizeOf(known);
    this.#shrink();
  }

  /** The inputs and results of those that changed longest ago are cut. */
  #shrink(): void {
    if (this.#wholeSize <= MAX_WHOLE) return;
    for (const known of this.#jobs.values()) {
      if (this.#wholeSize <= MAX_WHOLE) return;
      this.#wholeSize -= sizeOf(known);
      known.whole = undefined;
    }
  }

  #delete(id: string): void {
    const known = this.#jobs.get(id);
    this.#wholeSize -= sizeOf(known);
    this.#jobs.delete(id);
  }

  #rows(): JobRow[] {
    return [...this.#jobs.values()].flatMap(({ brief }) => brief ?? []);
  }

  #tidy(): void {
    const active = activeOf(this.#rows()).slice(0, MAX_KNOWN.active);
    const kept = new Set([
      ...this.#newestIds(MAX_KNOWN.newest),
      ...active.map(({ id }) => id),
      ...[...this.#jobs.keys()].slice(-MAX_KNOWN.changed),
    ]);
    for (const id of this.#jobs.keys()) if (!kept.has(id)) this.#delete(id);
    this.#newest = undefined;
    this.#tidyAt = this.#jobs.size + TIDY_EVERY;
  }
}

function isRunning({ status }: JobRow): boolean {
  return status === 'running' || status === 'cancelling';
}

function isReady({ status, due_at }: JobRow): boolean {
  return (status === 'queued' || status === 'retrying') && due_at === null;
}

/** Running ones by start, then waiting ones by their position. */
function activeOf(rows: JobRow[]): JobRow[] {
  const live = rows.filter(({ completed_at }) => completed_at === null);
  const [running, waiting] = [live.filter(isRunning), live.filter((row) => !isRunning(row))];
  const byStart = (a: JobRow, b: JobRow) =>
    (a.started_at ?? 0) - (b.started_at ?? 0) || a.key - b.key;
  return [...running.sort(byStart), ...waiting.sort(inQueueOrder)];
}

function partsOf(row: Row | undefined): Pick<Known, 'brief' | 'whole'> {
  if (!row) return { brief: undefined, whole: undefined };
  const { metadata_brief, result_brief, ...whole } = row;
  const { metadata, result } = whole;
  const isCut = metadata_brief !== null || result_brief !== null;
  return {
    brief: { ...whole, metadata: metadata_brief ?? metadata, result: result_brief ?? result },
    whole: isCut ? { metadata, result } : undefined,
  };
}

function sizeOf(known: Known | undefined): number {
  const { metadata, result } = known?.whole ?? {};
  return (metadata?.length ?? 0) + (result?.length ?? 0);
}

interface Read {
  /** By id; undefined: there is no such job. */
  rows: Map<string, Row | undefined>;
  snapshot: Snapshot;
  /** Of the transaction in which they were read, when it writes. */
  xid: number;
}

type ReadRow = Row & { asked_id: string; snapshot: string; xid: number | null };

async function read(db: Query, sql: string, ids?: string[]): Promise<Read> {
  const found = await db.all<ReadRow>(sql, ids && [ids]);
  const rows = found.map(({ asked_id, snapshot, xid, ...row }): [string, Row | undefined] => [
    asked_id,
    row.id === null ? undefined : row,
  ]);
  const [first] = found;
  return {
    rows: new Map(rows),
    snapshot: toSnapshot(first?.snapshot ?? ''),
    xid: first?.xid ?? 0,
  };
}

const COLUMNS = `asked.id AS asked_id, moment.snapshot, moment.xid, job.*`;

const MOMENT = `(SELECT pg_current_snapshot()::text AS snapshot,
                        pg_current_xact_id_if_assigned()::text::bigint AS xid) AS moment`;

const JOBS = `(SELECT ${WHOLE}, metadata_brief, result_brief FROM jobs)`;

const BY_ID = `
  SELECT ${COLUMNS} FROM unnest($1::text[]) AS asked (id)
  CROSS JOIN ${MOMENT} LEFT JOIN ${JOBS} AS job ON job.id = asked.id`;

const LOAD = `
  WITH ${ALL_TYPES}, asked (id) AS (
    (SELECT id FROM types CROSS JOIN LATERAL (
       SELECT id, created_at, key FROM jobs WHERE jobs.type = types.type
       ORDER BY created_at DESC, key DESC LIMIT ${MAX_KNOWN.newest}) AS newest
     ORDER BY created_at DESC, key DESC LIMIT ${MAX_KNOWN.newest})
    UNION (SELECT id FROM jobs WHERE ${LIVE} AND ${RUNNING})
    UNION (SELECT id FROM jobs WHERE ${LIVE} AND ${WAITING} ${IN_ORDER} LIMIT ${MAX_KNOWN.active}))
  SELECT ${COLUMNS} FROM asked
  CROSS JOIN ${MOMENT} JOIN ${JOBS} AS job ON job.id = asked.id`;
