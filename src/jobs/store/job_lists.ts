import { measured } from '../engine/tidying.ts';
import type { JobStatus } from '../lifecycle.ts';
import type { JobPage, JobQuery, RecentSession, SessionSummary, Tally } from '../listing.ts';
import { type JobRow, toJob } from './rows.ts';

/**
 * What lists of jobs are in any database: by (created_at, key), newest first; a cursor is such a pair.
 * Each list follows one index. A list of all types merges the lists of each type: an index over all
 * types would cost one more page in every commit that starts a job.
 */

const DEFAULT_PAGE = 50;
const MAX_PAGE = 1_000;

/** Recent sessions are looked for among this many of the newest jobs that belong to one. */
export const RECENT_JOBS = 5_000;

export type Direction = 'older' | 'newer';

/** Values by name; the statements have them as `$name`. */
export type Params = Record<string, string | number>;

export type Position = Pick<JobRow, 'created_at' | 'key'>;

/** What to read: conditions that the index serves, and residual ones that need the rows. */
export interface Scope {
  direction: Direction;
  index: string;
  /** The query covers all types, and the index has each of them separately. */
  isOfAllTypes: boolean;
  order: string;
  indexed: string[];
  residual: string[];
  params: Params;
}

/** Rows in reading direction; `bound` is where the search stopped, when there may be more beyond. */
export interface Found {
  rows: JobRow[];
  bound: string | undefined;
}

/** The conditions that each database states in its own words. */
export interface ListWords {
  /** A text contains `$q`, whatever the case of its letters. */
  contains(text: string): string;
  /** The type is not in the JSON array `$except`. */
  isNotExcepted: string;
}

export function olderPageOf({ rows, bound }: Found, jobQuery: JobQuery, now: number): JobPage {
  const limit = pageLimit(jobQuery);
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

/** Undefined: they do not fill a page, and there are no more. */
export function newerPageOf(
  { rows, bound }: Found,
  jobQuery: JobQuery,
  now: number,
): JobPage | undefined {
  const limit = pageLimit(jobQuery);
  const isFull = rows.length > limit;
  if (!isFull && !bound) return undefined;
  const shown = rows.slice(0, limit).reverse();
  return {
    jobs: shown.map((row) => toJob(row, now)),
    nextCursor: cursorOf(shown.at(-1)) ?? jobQuery.newerThan,
    newerCursor: isFull ? cursorOf(shown[0]) : bound,
  };
}

/** The query of the newest page, which is shown instead. */
export function newestOf(jobQuery: JobQuery): JobQuery {
  return { ...jobQuery, newerThan: undefined, cursor: undefined };
}

export function pageLimit({ limit = DEFAULT_PAGE }: JobQuery): number {
  return Math.min(Math.max(1, limit), MAX_PAGE);
}

export interface TallyRow {
  status: JobStatus;
  tracked: number;
  count: number;
}

/** Adds up the counts of each lane. */
export function tallyOf(rows: readonly TallyRow[]): Tally[] {
  const counts = new Map<string, Tally>();
  for (const { status, tracked, count } of rows) {
    const key = `${status} ${tracked}`;
    const known = counts.get(key)?.count ?? 0;
    counts.set(key, { status, tracked: tracked === 1, count: known + count });
  }
  return [...counts.values()];
}

export interface StatusRow {
  status: JobStatus;
  count: number;
}

export interface SumRow extends StatusRow {
  current: number;
  total: number;
}

export function sessionOf(rows: readonly SumRow[]): SessionSummary {
  return {
    ...standing(rows),
    progress: measured({
      current: rows.reduce((sum, { current }) => sum + current, 0),
      total: rows.reduce((sum, { total }) => sum + total, 0),
    }),
  };
}

export function recentSessionOf(id: string, last: number, rows: StatusRow[]): RecentSession {
  return { id, lastJobAt: new Date(last), ...standing(rows) };
}

function standing(rows: readonly StatusRow[]) {
  return {
    jobs: rows.reduce((sum, { count }) => sum + count, 0),
    byStatus: Object.fromEntries(rows.map(({ status, count }) => [status, count])),
  };
}

export function inReading(direction: Direction): (a: Position, b: Position) => number {
  const sign = direction === 'older' ? -1 : 1;
  return (a, b) => sign * (a.created_at - b.created_at || a.key - b.key);
}

/** @param areFew whether so few live jobs have the status that they can be sorted. */
export function scopeOf(
  jobQuery: JobQuery,
  direction: Direction,
  words: ListWords,
  areFew: (status: JobStatus) => boolean,
): Scope {
  const filter = filterOf(jobQuery);
  const { index, served } = indexFor(filter, areFew);
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
  // A partial index is used only when the query repeats the condition of the index.
  if (index === 'jobs_live') scope.indexed.push('completed_at IS NULL');
  if (served === 'status' && index !== 'jobs_live')
    scope.indexed.push(`status = '${filter.status}'`);
  else add('status', 'status = $status');
  add('type', 'type = $type');
  add('session', 'session_id = $session');
  const text = "id || ' ' || COALESCE(metadata, '') || ' ' || progress_message || ' ' ||";
  add('q', words.contains(`${text} COALESCE(error_message, '')`));
  if (filter.failure) {
    scope.residual.push('failure = $failure');
    scope.params.failure = filter.failure;
  }
  if (filter.pinned) scope.residual.push('is_pinned = 1');
  if (filter.except?.length) {
    // Few jobs are of these types, so it costs no window.
    scope.indexed.push(words.isNotExcepted);
    scope.params.except = JSON.stringify(filter.except);
  }
  addTimes(scope, filter);
  return scope;
}

function filterOf(jobQuery: JobQuery): JobQuery {
  return jobQuery.failure ? { ...jobQuery, status: 'failed' } : jobQuery;
}

/** The index that leaves the fewest rows to read. `completed` is no help: most jobs are. */
function indexFor({ session, status, type }: JobQuery, areFew: (status: JobStatus) => boolean) {
  if (session) return { index: 'jobs_by_session', served: 'session' } as const;
  if (status === 'failed') return { index: 'jobs_failed', served: 'status' } as const;
  if (status === 'cancelled') return { index: 'jobs_cancelled', served: 'status' } as const;
  if (status && status !== 'completed' && areFew(status))
    return { index: 'jobs_live', served: 'status' } as const;
  if (type) return { index: 'jobs_by_type', served: 'type' } as const;
  return { index: 'jobs_by_type', served: undefined } as const;
}

/** The status whose index can be used only while its live jobs are few. */
export function sortedStatus(jobQuery: JobQuery): JobStatus | undefined {
  const { session, status } = filterOf(jobQuery);
  if (session || status === 'failed' || status === 'cancelled' || status === 'completed')
    return undefined;
  return status;
}

/** The scope, or a copy of it for each of these types. */
export function lanesOf(scope: Scope, types: readonly string[]): Scope[] {
  return types.map((type) => ({
    ...scope,
    indexed: ['type = $lane', ...scope.indexed],
    params: { ...scope.params, lane: type },
  }));
}

/** The window is shared by all types, so the nearest bound counts. */
export function nearest(direction: Direction, bounds: Position[]): string | undefined {
  return cursorOf(bounds.sort(inReading(direction))[0]);
}

/**
 * Adds at most one bound on each side: with two, the database may start at the farther one, and a deep
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

/** The conditions of a statement over the scope up to the bound, and the values. */
export function bounded(scope: Scope, bound: string | undefined) {
  const { direction, indexed, residual } = scope;
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
  return { where: whereOf([...conditions, ...residual]), params };
}

export function whereOf(conditions: string[]): string {
  return conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
}

function cursorOf(row: Position | null | undefined): string | undefined {
  return row ? `${row.created_at}_${row.key}` : undefined;
}

function splitCursor(cursor: string): { time: number; key: number } {
  const [time, key] = cursor.split('_');
  return { time: Number(time), key: Number(key) };
}
