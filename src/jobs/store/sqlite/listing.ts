import type { Database } from 'bun:sqlite';
import type { Job } from '../../job.ts';
import type { JobStatus } from '../../lifecycle.ts';
import { type JobListing, type JobPage, type JobQuery, WINDOW } from '../../listing.ts';
import {
  bounded,
  type Direction,
  type Found,
  inReading,
  type ListWords,
  lanesOf,
  nearest,
  newerPageOf,
  newestOf,
  olderPageOf,
  type Params,
  type Position,
  pageLimit,
  RECENT_JOBS,
  recentSessionOf,
  type Scope,
  type StatusRow,
  type SumRow,
  scopeOf,
  sessionOf,
  type TallyRow,
  tallyOf,
  whereOf,
} from '../job_lists.ts';
import { BRIEF, type JobRow } from '../rows.ts';
import { query } from './statements.ts';

const WORDS: ListWords = {
  contains: (text) => `instr(lower(${text}), lower($q)) > 0`,
  isNotExcepted: 'type NOT IN (SELECT value FROM json_each($except))',
};

/** Lists jobs from SQLite. */
export function createSqliteJobListing(db: Database, now: () => number = Date.now): JobListing {
  // A parent is left out: its progress is the sum of its children's, which are counted.
  // TOTAL adds real numbers; SUM fails above 2^63.
  const isParent = 'EXISTS (SELECT 1 FROM jobs AS child WHERE child.parent_id = jobs.id)';
  const sums = query<SumRow>(
    db,
    `
    SELECT status, COUNT(*) AS count,
           TOTAL(CASE WHEN ${isParent} THEN 0 ELSE min(progress_current, progress_total) END) AS current,
           TOTAL(CASE WHEN ${isParent} THEN 0 ELSE progress_total END) AS total
    FROM jobs INDEXED BY jobs_by_session_and_status WHERE session_id = ? GROUP BY status`,
  );
  const counts = query<StatusRow>(
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
    session: async (id) => sessionOf(sums.all(id)),
    recentSessions: async (limit) =>
      recent.all(limit).map(({ id, last }) => recentSessionOf(id, last, counts.all(id))),
  };
}

/** At most 1,000, newest first. */
export function newestJobs(db: Database, limit: number, now: number): Job[] {
  return olderPage(db, { limit }, now).jobs;
}

function olderPage(db: Database, jobQuery: JobQuery, now: number): JobPage {
  return olderPageOf(select(db, jobQuery, 'older'), jobQuery, now);
}

function newerPage(db: Database, jobQuery: JobQuery, now: number): JobPage {
  return (
    newerPageOf(select(db, jobQuery, 'newer'), jobQuery, now) ??
    olderPage(db, newestOf(jobQuery), now)
  );
}

function tally(db: Database, jobQuery: JobQuery): Awaited<ReturnType<JobListing['tally']>> {
  const scope = scopeIn(db, jobQuery, 'older');
  const lanes = lanesIn(db, scope);
  const bound = boundOf(db, scope, lanes);
  const rows = lanes.flatMap((lane) => {
    const { where, params } = bounded(lane, bound);
    const sql = `SELECT status, tracked, COUNT(*) AS count ${from(lane)} ${where} GROUP BY status, tracked`;
    return query<TallyRow>(db, sql).all(named(sql, params));
  });
  return { counts: tallyOf(rows), ...(bound && { nextCursor: bound }) };
}

/** One more than a page has. */
function select(db: Database, jobQuery: JobQuery, direction: Direction): Found {
  const limit = pageLimit(jobQuery) + 1;
  const scope = scopeIn(db, jobQuery, direction);
  const lanes = lanesIn(db, scope);
  const bound = scope.residual.length > 0 ? boundOf(db, scope, lanes) : undefined;
  const rows = lanes.flatMap((lane) => {
    const { where, params } = bounded(lane, bound);
    const sql = `SELECT ${BRIEF} ${from(lane)} ${where} ORDER BY ${lane.order} LIMIT $limit`;
    return query<JobRow>(db, sql).all(named(sql, { ...params, limit }));
  });
  return { rows: rows.sort(inReading(direction)).slice(0, limit), bound };
}

const from = ({ index }: Scope) => `FROM jobs INDEXED BY ${index}`;

function scopeIn(db: Database, jobQuery: JobQuery, direction: Direction): Scope {
  return scopeOf(jobQuery, direction, WORDS, (status) => areFew(db, status));
}

/** The index of live jobs is not ordered by age: it is used only while there are few to sort. */
function areFew(db: Database, status: JobStatus): boolean {
  const sql = `SELECT 1 FROM jobs WHERE completed_at IS NULL AND status = ? LIMIT 1 OFFSET ${WINDOW}`;
  return query<unknown>(db, sql).get(status) === null;
}

function lanesIn(db: Database, scope: Scope): Scope[] {
  return scope.isOfAllTypes ? lanesOf(scope, typesIn(db)) : [scope];
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

/** The last job of the window, when there are that many; reads nothing but the index. */
function boundOf(db: Database, { direction }: Scope, lanes: Scope[]): string | undefined {
  const last = lanes.flatMap((lane) => {
    const { order, indexed, params } = lane;
    const sql = `SELECT created_at, key ${from(lane)} ${whereOf(indexed)}
      ORDER BY ${order} LIMIT 1 OFFSET ${WINDOW - 1}`;
    return query<Position>(db, sql).get(named(sql, params)) ?? [];
  });
  return nearest(direction, last);
}

/** The parameters that the statement names: a strict database refuses others. */
function named(sql: string, params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql)),
  );
}
