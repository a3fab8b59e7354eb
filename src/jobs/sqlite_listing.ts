import type { Database } from 'bun:sqlite';
import type { JobStatus } from './lifecycle.ts';
import { type JobListing, type JobPage, type JobQuery, type Tally, WINDOW } from './listing.ts';
import { measured } from './report.ts';
import { type JobRow, toJob } from './sqlite_store.ts';

const DEFAULT_PAGE = 50;
const LONGEST_PAGE = 1_000;

/** Recent sessions are those of so many of the newest jobs that have one. */
const RECENT_JOBS = 5_000;

/** Lists of jobs in SQLite, by (created_at, id); a cursor is such a pair. */
export function createSqliteJobListing(db: Database): JobListing {
  // The progress of a job that started others is the sum of theirs, and theirs counts already.
  // TOTAL adds real numbers: SUM fails when whole ones get beyond 2^63.
  const isParent = 'EXISTS (SELECT 1 FROM jobs AS child WHERE child.parent_id = jobs.id)';
  const sums = db.query<
    { status: JobStatus; count: number; current: number; total: number },
    [string]
  >(`
    SELECT status, COUNT(*) AS count,
           TOTAL(CASE WHEN ${isParent} THEN 0 ELSE min(progress_current, progress_total) END) AS current,
           TOTAL(CASE WHEN ${isParent} THEN 0 ELSE progress_total END) AS total
    FROM jobs INDEXED BY jobs_by_session_and_status WHERE session_id = ? GROUP BY status`);
  const counts = db.query<{ status: JobStatus; count: number }, [string]>(`
    SELECT status, COUNT(*) AS count
    FROM jobs INDEXED BY jobs_by_session_and_status WHERE session_id = ? GROUP BY status`);
  const recent = db.query<{ id: string; last: number }, [number]>(`
    SELECT session_id AS id, MAX(created_at) AS last
    FROM (SELECT session_id, created_at FROM jobs INDEXED BY jobs_in_sessions
          WHERE session_id IS NOT NULL ORDER BY created_at DESC LIMIT ${RECENT_JOBS})
    GROUP BY session_id ORDER BY last DESC LIMIT ?`);

  return {
    list: (query) => (query.newerThan ? newerPage(db, query) : olderPage(db, query)),
    tally: (query) => tally(db, query),
    session: (id) => {
      const rows = sums.all(id);
      return {
        ...standing(rows),
        progress: measured({
          current: rows.reduce((sum, { current }) => sum + current, 0),
          total: rows.reduce((sum, { total }) => sum + total, 0),
        }),
      };
    },
    recentSessions: (limit) =>
      recent.all(limit).map(({ id, last }) => ({
        id,
        lastJobAt: new Date(last),
        ...standing(counts.all(id)),
      })),
  };
}

function standing(rows: { status: JobStatus; count: number }[]) {
  return {
    jobs: rows.reduce((sum, { count }) => sum + count, 0),
    byStatus: Object.fromEntries(rows.map(({ status, count }) => [status, count])),
  };
}

function olderPage(db: Database, query: JobQuery): JobPage {
  const limit = pageLimit(query);
  const { rows, bound } = select(db, query, 'older', limit + 1);
  const jobs = rows.slice(0, limit).map(toJob);
  const isFull = rows.length > limit;
  const next = isFull ? cursorOf(rows[limit - 1]) : bound;
  const newer = query.cursor && (cursorOf(rows[0]) ?? query.cursor);
  return {
    jobs,
    ...(next && { nextCursor: next }),
    ...(newer && { newerCursor: newer }),
    ...(!isFull && bound && { lookedBackTo: new Date(splitCursor(bound).time) }),
  };
}

function newerPage(db: Database, query: JobQuery): JobPage {
  const limit = pageLimit(query);
  const { rows, bound } = select(db, query, 'newer', limit + 1);
  const isFull = rows.length > limit;
  if (!isFull && !bound)
    return olderPage(db, { ...query, newerThan: undefined, cursor: undefined });
  const shown = rows.slice(0, limit).reverse();
  return {
    jobs: shown.map(toJob),
    nextCursor: cursorOf(shown.at(-1)) ?? query.newerThan,
    newerCursor: isFull ? cursorOf(shown[0]) : bound,
  };
}

function tally(db: Database, query: JobQuery): ReturnType<JobListing['tally']> {
  const scope = scopeOf(query, 'older');
  const bound = boundOf(db, scope);
  const { from, where, params } = bounded(scope, bound);
  const sql = `SELECT status, tracked, COUNT(*) AS count ${from} ${where} GROUP BY status, tracked`;
  const counts = db
    .query<Omit<Tally, 'tracked'> & { tracked: number }, Params>(sql)
    .all(params)
    .map(({ tracked, ...entry }) => ({ ...entry, tracked: tracked === 1 }));
  return { counts, ...(bound && { nextCursor: bound }) };
}

function pageLimit({ limit = DEFAULT_PAGE }: JobQuery): number {
  return Math.min(Math.max(1, limit), LONGEST_PAGE);
}

/** Rows in reading direction; `bound` is how far it looked, when there is more beyond. */
function select(db: Database, query: JobQuery, direction: Direction, limit: number) {
  const scope = scopeOf(query, direction);
  const bound = scope.residual.length > 0 ? boundOf(db, scope) : undefined;
  const { from, where, params } = bounded(scope, bound);
  const sql = `SELECT * ${from} ${where} ORDER BY ${scope.order} LIMIT $limit`;
  return { rows: db.query<JobRow, Params>(sql).all({ ...params, limit }), bound };
}

type Direction = 'older' | 'newer';

type Params = Record<string, string | number>;

/** What to read: the part that its index serves, and the part that only the rows can tell. */
interface Scope {
  direction: Direction;
  index: string;
  order: string;
  indexed: string[];
  residual: string[];
  params: Params;
}

function scopeOf(asked: JobQuery, direction: Direction): Scope {
  const query = asked.failure ? { ...asked, status: 'failed' as const } : asked;
  const { index, served } = indexFor(query);
  const scope: Scope = {
    direction,
    index,
    order: direction === 'older' ? 'created_at DESC, id DESC' : 'created_at, id',
    indexed: [],
    residual: [],
    params: {},
  };
  const add = (name: 'status' | 'type' | 'session' | 'q', condition: string) => {
    const value = query[name];
    if (!value) return;
    (served === name ? scope.indexed : scope.residual).push(condition);
    scope.params[name] = value;
  };
  add('status', 'status = $status');
  add('type', 'type = $type');
  add('session', 'session_id = $session');
  const text = "id || ' ' || COALESCE(metadata, '') || ' ' || progress_message || ' ' ||";
  add('q', `instr(lower(${text} COALESCE(error_message, '')), lower($q)) > 0`);
  if (query.failure) scope.residual.push(FAILED_AS[query.failure]);
  addTimes(scope, query);
  return scope;
}

/** Each had its reason to end as `failed`: no attempt was left, or one more was not worth it. */
const FAILED_AS = {
  exhausted: 'attempt >= max_attempts + advanced',
  permanent: 'attempt < max_attempts + advanced',
};

/** The index that leaves least to look through. Most jobs are completed, so that tells little. */
function indexFor({ session, status, type }: JobQuery) {
  if (session) return { index: 'jobs_by_session', served: 'session' } as const;
  if (status && (status !== 'completed' || !type))
    return { index: 'jobs_by_status', served: 'status' } as const;
  if (type) return { index: 'jobs_by_type', served: 'type' } as const;
  return { index: 'jobs_by_age', served: undefined };
}

/**
 * At most one bound on each side: of two, SQLite starts at either, and a deep page would read all
 * that comes before it.
 */
function addTimes({ direction, indexed, params }: Scope, query: JobQuery): void {
  const given = direction === 'older' ? query.cursor : query.newerThan;
  const cursor = given ? splitCursor(given) : undefined;
  const { since, until } = query;
  const isOlder = direction === 'older';
  if (cursor && isOlder && (until === undefined || cursor.time < until)) {
    indexed.push('(created_at, id) < ($cursorTime, $cursorId)');
    Object.assign(params, { cursorTime: cursor.time, cursorId: cursor.id });
  } else if (until !== undefined) {
    indexed.push('created_at < $until');
    params.until = until;
  }
  if (cursor && !isOlder && (since === undefined || cursor.time >= since)) {
    indexed.push('(created_at, id) > ($cursorTime, $cursorId)');
    Object.assign(params, { cursorTime: cursor.time, cursorId: cursor.id });
  } else if (since !== undefined) {
    indexed.push('created_at >= $since');
    params.since = since;
  }
}

/** The last job of the window, when there are as many; the index alone tells. */
function boundOf(db: Database, { index, order, indexed, params }: Scope): string | undefined {
  const sql = `SELECT created_at, id FROM jobs INDEXED BY ${index} ${whereOf(indexed)}
    ORDER BY ${order} LIMIT 1 OFFSET ${WINDOW - 1}`;
  return cursorOf(db.query<Pick<JobRow, 'created_at' | 'id'>, Params>(sql).get(named(sql, params)));
}

function bounded(scope: Scope, bound: string | undefined) {
  const { direction, index, indexed, residual } = scope;
  const params = { ...scope.params };
  const conditions = [...indexed];
  if (bound) {
    const { time, id } = splitCursor(bound);
    // It takes the place of the time that was asked for on that side.
    const replaced = direction === 'older' ? 'created_at >= $since' : 'created_at < $until';
    if (conditions.includes(replaced)) conditions.splice(conditions.indexOf(replaced), 1);
    conditions.push(
      `(created_at, id) ${direction === 'older' ? '>=' : '<='} ($boundTime, $boundId)`,
    );
    Object.assign(params, { boundTime: time, boundId: id });
  }
  const where = whereOf([...conditions, ...residual]);
  return { from: `FROM jobs INDEXED BY ${index}`, where, params: named(where, params) };
}

function whereOf(conditions: string[]): string {
  return conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
}

/** Those that the statement names: a strict database refuses others. */
function named(sql: string, params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)),
  );
}

function cursorOf(row: Pick<JobRow, 'created_at' | 'id'> | null | undefined): string | undefined {
  return row ? `${row.created_at}_${row.id}` : undefined;
}

function splitCursor(cursor: string): { time: number; id: string } {
  const at = cursor.indexOf('_');
  return { time: Number(cursor.slice(0, at)), id: cursor.slice(at + 1) };
}
