import type { Database } from 'bun:sqlite';
import { measured } from '../../engine/tidying.ts';
import type { Job } from '../../job.ts';
import type { JobStatus } from '../../lifecycle.ts';
import { type JobListing, type JobPage, type JobQuery, type Tally, WINDOW } from '../../listing.ts';
import { BRIEF, type JobRow, toJob } from '../rows.ts';
import { query } from './statements.ts';

const DEFAULT_PAGE = 50;
const MAX_PAGE = 1_000;

/** Recent sessions are looked for among this many of the newest jobs that belong to one. */
const RECENT_JOBS = 5_000;

/**
 * Lists jobs from SQLite by (created_at, key); a cursor is such a pair. A list of all types merges
 * the lists of each type: an index over all types would cost one more page in every commit that
 * starts a job.
 */
export function createSqliteJobListing(db: Database, now: () => number = Date.now): JobListing {
  // A parent is left out: its progress is the sum of its children's, which are counted.
  // TOTAL adds real numbers; SUM fails above 2^63.
  const isParent = 'EXISTS (SELECT 1 FROM jobs AS child WHERE child.parent_id = jobs.id)';
  const sums = query<{ status: JobStatus; count: number; current: number; total: number }>(
    db,
    `
    SELECT status, COUNT(*) AS count,
           TOTAL(CASE WHEN ${isParent} THEN 0 ELSE min(progress_current, progress_total) END) AS current,
           TOTAL(CASE WHEN ${isParent} THEN 0 ELSE progress_total END) AS total
    FROM jobs INDEXED BY jobs_by_session_and_status WHERE session_id = ? GROUP BY status`,
  );
  const counts = query<{ status: JobStatus; count: number }>(
    db,
    `
    SELECT status, COUNT(*) AS count
    FROM jobs INDEXED BY jobs_by_session_and_status WHERE session_id = ? GROUP BY status`,
  );
  const recent = query<{ id: string; last: number }>(
    db,
    `
    SELECT session_id AS id, MAX(created_at) AS last
    FROM (SELECT session_id, created_at FROM jobs INDEXED BY jobs_in_sessions
          WHERE session_id IS NOT NULL ORDER BY created_at DESC LIMIT ${RECENT_JOBS})
    GROUP BY session_id ORDER BY last DESC LIMIT ?`,
  );

  return {
    list: async (jobQuery) =>
      jobQuery.newerThan ? newerPage(db, jobQuery, now()) : olderPage(db, jobQuery, now()),
    tally: async (jobQuery) => tally(db, jobQuery),
    async session(id) {
      const rows = sums.all(id);
      return {
        ...standing(rows),
        progress: measured({
          current: rows.reduce((sum, { current }) => sum + current, 0),
          total: rows.reduce((sum, { total }) => sum + total, 0),
        }),
      };
    },
    recentSessions: async (limit) =>
      recent.all(limit).map(({ id, last }) => ({
        id,
        lastJobAt: new Date(last),
        ...standing(counts.all(id)),
      })),
  };
}

/** At most 1,000, newest first. */
export function newestJobs(db: Database, limit: number, now: number): Job[] {
  return olderPage(db, { limit }, now).jobs;
}

function standing(rows: { status: JobStatus; count: number }[]) {
  return {
    jobs: rows.reduce((sum, { count }) => sum + count, 0),
    byStatus: Object.fromEntries(rows.map(({ status, count }) => [status, count])),
  };
}

function olderPage(db: Database, jobQuery: JobQuery, now: number): JobPage {
  const limit = pageLimit(jobQuery);
  const { rows, bound } = select(db, jobQuery, 'older', limit + 1);
  const jobs = rows.slice(0, limit).map((row) => toJob(row, now));
  const isFull = rows.length > limit;
  const next = isFull ? cursorOf(rows[limit - 1]) : bound;
  const newer = jobQuery.cursor && (cursorOf(rows[0]) ?? jobQuery.cursor);
  return {
    jobs,
    ...(next && { nextCursor: next }),
    ...(newer && { newerCursor: newer }),
    ...(!isFull && bound && { lookedBackTo: new Date(splitCursor(bound).time) }),
  };
}

function newerPage(db: Database, jobQuery: JobQuery, now: number): JobPage {
  const limit = pageLimit(jobQuery);
  const { rows, bound } = select(db, jobQuery, 'newer', limit + 1);
  const isFull = rows.length > limit;
  if (!isFull && !bound)
    return olderPage(db, { ...jobQuery, newerThan: undefined, cursor: undefined }, now);
  const shown = rows.slice(0, limit).reverse();
  return {
    jobs: shown.map((row) => toJob(row, now)),
    nextCursor: cursorOf(shown.at(-1)) ?? jobQuery.newerThan,
    newerCursor: isFull ? cursorOf(shown[0]) : bound,
  };
}

function tally(db: Database, jobQuery: JobQuery): Awaited<ReturnType<JobListing['tally']>> {
  const scope = scopeOf(db, jobQuery, 'older');
  const lanes = lanesOf(db, scope);
  const bound = boundOf(db, scope, lanes);
  const counts = new Map<string, Tally>();
  for (const lane of lanes) {
    const { from, where, params } = bounded(lane, bound);
    const sql = `SELECT status, tracked, COUNT(*) AS count ${from} ${where} GROUP BY status, tracked`;
    for (const row of query<Omit<Tally, 'tracked'> & { tracked: number }>(db, sql).all(params)) {
      const key = `${row.status} ${row.tracked}`;
      const known = counts.get(key)?.count ?? 0;
      counts.set(key, { status: row.status, tracked: row.tracked === 1, count: known + row.count });
    }
  }
  return { counts: [...counts.values()], ...(bound && { nextCursor: bound }) };
}

function pageLimit({ limit = DEFAULT_PAGE }: JobQuery): number {
  return Math.min(Math.max(1, limit), MAX_PAGE);
}

/** Rows in reading direction; `bound` is where the search stopped, when there may be more beyond. */
function select(db: Database, jobQuery: JobQuery, direction: Direction, limit: number) {
  const scope = scopeOf(db, jobQuery, direction);
  const lanes = lanesOf(db, scope);
  const bound = scope.residual.length > 0 ? boundOf(db, scope, lanes) : undefined;
  const rows = lanes.flatMap((lane) => {
    const { from, where, params } = bounded(lane, bound);
    const sql = `SELECT ${BRIEF} ${from} ${where} ORDER BY ${lane.order} LIMIT $limit`;
    return query<JobRow>(db, sql).all({ ...params, limit });
  });
  return { rows: rows.sort(inReading(direction)).slice(0, limit), bound };
}

type Position = Pick<JobRow, 'created_at' | 'key'>;

function inReading(direction: Direction): (a: Position, b: Position) => number {
  const sign = direction === 'older' ? -1 : 1;
  return (a, b) => sign * (a.created_at - b.created_at || a.key - b.key);
}

type Direction = 'older' | 'newer';

type Params = Record<string, string | number>;

/** What to read: conditions that the index serves, and residual ones that need the rows. */
interface Scope {
  direction: Direction;
  index: string;
  /** The query covers all types, and the index has each of them separately. */
  isOfAllTypes: boolean;
  order: string;
  indexed: string[];
  residual: string[];
  params: Params;
}

function scopeOf(db: Database, jobQuery: JobQuery, direction: Direction): Scope {
  const filter = jobQuery.failure ? { ...jobQuery, status: 'failed' as const } : jobQuery;
  const { index, served } = indexFor(db, filter);
  const scope: Scope = {
    direction,
    index,
    isOfAllTypes: index === 'jobs_by_type' && served !== 'type',
    order: direction === 'older' ? 'created_at DESC, key DESC' : 'created_at, key',
    indexed: [],
    residual: [],
    params: {},
  };
  const add = (name: 'status' | 'type' | 'session' | 'q', condition: string) => {
    const value = filter[name];
    if (!value) return;
    (served === name ? scope.indexed : scope.residual).push(condition);
    scope.params[name] = value;
  };
  // SQLite uses a partial index only when the query repeats the condition of the index.
  if (index === 'jobs_live') scope.indexed.push('completed_at IS NULL');
  if (served === 'status' && index !== 'jobs_live')
    scope.indexed.push(`status = '${filter.status}'`);
  else add('status', 'status = $status');
  add('type', 'type = $type');
  add('session', 'session_id = $session');
  const text = "id || ' ' || COALESCE(metadata, '') || ' ' || progress_message || ' ' ||";
  add('q', `instr(lower(${text} COALESCE(error_message, '')), lower($q)) > 0`);
  if (filter.failure) {
    scope.residual.push('failure = $failure');
    scope.params.failure = filter.failure;
  }
  if (filter.pinned) scope.residual.push('is_pinned = 1');
  if (filter.except?.length) {
    // Few jobs are of these types, so it costs no window.
    scope.indexed.push('type NOT IN (SELECT value FROM json_each($except))');
    scope.params.except = JSON.stringify(filter.except);
  }
  addTimes(scope, filter);
  return scope;
}

/** The index that leaves the fewest rows to read. `completed` is no help: most jobs are. */
function indexFor(db: Database, { session, status, type }: JobQuery) {
  if (session) return { index: 'jobs_by_session', served: 'session' } as const;
  if (status === 'failed') return { index: 'jobs_failed', served: 'status' } as const;
  if (status === 'cancelled') return { index: 'jobs_cancelled', served: 'status' } as const;
  if (status && status !== 'completed' && areFew(db, status))
    return { index: 'jobs_live', served: 'status' } as const;
  if (type) return { index: 'jobs_by_type', served: 'type' } as const;
  return { index: 'jobs_by_type', served: undefined } as const;
}

/** The index of live jobs is not ordered by age: it is used only while there are few to sort. */
function areFew(db: Database, status: JobStatus): boolean {
  const sql = `SELECT 1 FROM jobs WHERE completed_at IS NULL AND status = ? LIMIT 1 OFFSET ${WINDOW}`;
  return query<unknown>(db, sql).get(status) === null;
}

/** The scope, or a copy of it for each type. */
function lanesOf(db: Database, scope: Scope): Scope[] {
  if (!scope.isOfAllTypes) return [scope];
  return typesIn(db).map((type) => ({
    ...scope,
    indexed: ['type = $lane', ...scope.indexed],
    params: { ...scope.params, lane: type },
  }));
}

/** The types that have jobs; each step skips all other jobs of a type. */
function typesIn(db: Database): string[] {
  const sql = `
    WITH RECURSIVE types (type) AS (
      SELECT MIN(type) FROM jobs
      UNION ALL SELECT (SELECT MIN(type) FROM jobs WHERE jobs.type > types.type) FROM types
      WHERE types.type IS NOT NULL)
    SELECT type FROM types WHERE type IS NOT NULL`;
  return query<{ type: string }>(db, sql)
    .all()
    .map(({ type }) => type);
}

/**
 * Adds at most one bound on each side: with two, SQLite may start at the farther one, and a deep
 * page would read everything before it.
 */
function addTimes({ direction, indexed, params }: Scope, jobQuery: JobQuery): void {
  const given = direction === 'older' ? jobQuery.cursor : jobQuery.newerThan;
  const cursor = given ? splitCursor(given) : undefined;
  const { since, until } = jobQuery;
  const isOlder = direction === 'older';
  if (cursor && isOlder && (until === undefined || cursor.time < until)) {
    indexed.push('(created_at, key) < ($cursorTime, $cursorKey)');
    Object.assign(params, { cursorTime: cursor.time, cursorKey: cursor.key });
  } else if (until !== undefined) {
    indexed.push('created_at < $until');
    params.until = until;
  }
  if (cursor && !isOlder && (since === undefined || cursor.time >= since)) {
    indexed.push('(created_at, key) > ($cursorTime, $cursorKey)');
    Object.assign(params, { cursorTime: cursor.time, cursorKey: cursor.key });
  } else if (since !== undefined) {
    indexed.push('created_at >= $since');
    params.since = since;
  }
}

/** The last job of the window, when there are that many; reads nothing but the index. */
function boundOf(db: Database, { direction }: Scope, lanes: Scope[]): string | undefined {
  const last = lanes.flatMap(({ index, order, indexed, params }) => {
    const sql = `SELECT created_at, key FROM jobs INDEXED BY ${index} ${whereOf(indexed)}
      ORDER BY ${order} LIMIT 1 OFFSET ${WINDOW - 1}`;
    return query<Position>(db, sql).get(named(sql, params)) ?? [];
  });
  // The window is shared by all types, so the nearest bound counts.
  return cursorOf(last.sort(inReading(direction))[0]);
}

function bounded(scope: Scope, bound: string | undefined) {
  const { direction, index, indexed, residual } = scope;
  const params = { ...scope.params };
  const conditions = [...indexed];
  if (bound) {
    const { time, key } = splitCursor(bound);
    // It replaces the time bound of the query on that side.
    const replaced = direction === 'older' ? 'created_at >= $since' : 'created_at < $until';
    if (conditions.includes(replaced)) conditions.splice(conditions.indexOf(replaced), 1);
    conditions.push(
      `(created_at, key) ${direction === 'older' ? '>=' : '<='} ($boundTime, $boundKey)`,
    );
    Object.assign(params, { boundTime: time, boundKey: key });
  }
  const where = whereOf([...conditions, ...residual]);
  return { from: `FROM jobs INDEXED BY ${index}`, where, params: named(where, params) };
}

function whereOf(conditions: string[]): string {
  return conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
}

/** The parameters that the statement names: a strict database refuses others. */
function named(sql: string, params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)),
  );
}

function cursorOf(row: Position | null | undefined): string | undefined {
  return row ? `${row.created_at}_${row.key}` : undefined;
}

function splitCursor(cursor: string): { time: number; key: number } {
  const [time, key] = cursor.split('_');
  return { time: Number(time), key: Number(key) };
}
