import type { Database } from 'bun:sqlite';
import type { CurrentLimits, JobNews, JobReader } from '../store.ts';
import { createAttemptReader } from './attempts.ts';
import type { ChangeLog } from './changes.ts';
import { createLogReader } from './log.ts';
import { Ownership } from './ownership.ts';
import { BRIEF, type JobRow, LIVE, RUNNING, toJob, WAITING, WHOLE } from './rows.ts';
import { query } from './statements.ts';
import { createStepReader } from './steps.ts';

/** Reads jobs from SQLite. Needs the tables of `migrations/`. */
export function createSqliteJobReader(db: Database, log: ChangeLog): JobReader {
  const rows = (sql: string) => query<JobRow>(db, sql);
  const whole = rows(`SELECT ${WHOLE} FROM jobs WHERE id = ?`);
  const brief = rows(`SELECT ${BRIEF} FROM jobs WHERE id = ?`);
  const idsLike = query<{ id: string }>(
    db,
    `
    SELECT id FROM jobs
    WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1
    ORDER BY created_at DESC, key DESC LIMIT ?2`,
  );
  const children = rows(`SELECT ${BRIEF} FROM jobs WHERE parent_id = ? ORDER BY key`);
  const running = rows(`
    SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND ${RUNNING} ORDER BY started_at, key`);
  const waiting = rows(`
    SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND ${WAITING} ORDER BY key`);
  const firstQueued = rows(`
    SELECT ${BRIEF} FROM jobs
    WHERE ${LIVE} AND status = 'queued' AND type = ? AND retry_at IS NULL ORDER BY key LIMIT ?`);
  const firstRetrying = rows(`
    SELECT ${BRIEF} FROM jobs
    WHERE ${LIVE} AND status = 'retrying' AND type = ? ORDER BY retry_at LIMIT ?`);
  const failed = rows(`
    SELECT ${BRIEF} FROM jobs INDEXED BY jobs_failed_unseen
    WHERE status = 'failed' AND dismissed_at IS NULL ORDER BY completed_at DESC LIMIT ?`);
  const attempts = createAttemptReader(db);
  const ownership = new Ownership(db);
  const steps = createStepReader(db);
  const { readLog, logEnd } = createLogReader(db);

  const one = (statement: typeof whole, id: string) => {
    const row = statement.get(id);
    return row ? toJob(row) : undefined;
  };

  /** The first jobs of each type's queue, in the order of their position. */
  function nextWaiting(limit: number): JobRow[] {
    const first = log
      .typesWith('waiting')
      .flatMap((type) => [...firstQueued.all(type, limit), ...firstRetrying.all(type, limit)]);
    return first.sort((a, b) => a.key - b.key).slice(0, limit);
  }

  /** A job that ended in the future ended before the machine's clock was set back: it is left out. */
  function recentlyEnded(since: number, now: number, limit: number): JobRow[] {
    const found: JobRow[] = [];
    for (const id of log.recentlyEnded) {
      const row = brief.get(id);
      if (!row || row.completed_at === null || row.dismissed_at !== null) continue;
      if (row.status === 'failed' || row.completed_at < since || row.completed_at > now) continue;
      if (!found.some((known) => known.id === id)) found.push(row);
      if (found.length === limit) break;
    }
    return found;
  }

  return {
    get: (id) => one(whole, id),
    brief: (id) => one(brief, id),
    idsLike: (part, limit) =>
      brief.get(part) ? [part] : idsLike.all(part, limit).map(({ id }) => id),
    children: (id) => children.all(id).map(toJob),
    active: () => [...running.all(), ...waiting.all()].map(toJob),
    countActive: () => ({
      running: log.total('running') + log.total('tracked'),
      waiting: log.total('waiting'),
    }),
    current: (endedSince: number, now: number, limits: CurrentLimits) =>
      [
        ...recentlyEnded(endedSince, now, limits.ended),
        ...running.all(),
        ...nextWaiting(limits.waiting),
        ...failed.all(limits.failed),
      ].map(toJob),
    holdOf: (run) => ownership.holdOf(run),
    attempts,
    steps,
    readLog,
    logEnd,
  };
}

/** Reads from SQLite what other processes changed. */
export function createSqliteJobNews(db: Database, log: ChangeLog): JobNews {
  const progress = query<{ id: string; mark: string }>(
    db,
    `
    SELECT id, attempt || ' ' || updated_at || ' ' || progress_current AS mark
    FROM jobs WHERE ${LIVE} AND ${RUNNING} AND owner <> ?`,
  );
  let seen = new Map<string, string>();

  return {
    take(owner) {
      const news = log.takeNews();
      if (!news) return undefined;
      const before = seen;
      const rows = progress.all(owner);
      seen = new Map(rows.map(({ id, mark }) => [id, mark]));
      const progressed = rows.filter(({ id, mark }) => before.get(id) !== mark);
      return { ...news, progressed: progressed.map(({ id }) => id) };
    },
  };
}
