import type { Database } from 'bun:sqlite';
import type { JobAttempt } from '../../details.ts';
import type { Job } from '../../job.ts';
import type { CurrentLimits, JobNews, JobReader } from '../store.ts';
import type { ChangeLog } from './changes.ts';
import { createLogReader } from './log.ts';
import { BRIEF, type JobRow, toJob, WHOLE } from './rows.ts';
import { createStepReader } from './steps.ts';

type Value = string | number;

const LIVE = 'completed_at IS NULL';
const RUNNING = "status IN ('running', 'cancelling')";

/** What the tracker and the pages read of jobs in SQLite. Needs the tables of `migrations/`. */
export function createSqliteJobReader(db: Database, log: ChangeLog): JobReader {
  const rows = (text: string) => db.query<JobRow, Value[]>(text);
  const whole = rows(`SELECT ${WHOLE} FROM jobs WHERE id = ?`);
  const brief = rows(`SELECT ${BRIEF} FROM jobs WHERE id = ?`);
  const idsLike = db.query<{ id: string }, Value[]>(`
    SELECT id FROM jobs
    WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1
    ORDER BY created_at DESC, key DESC LIMIT ?2`);
  const children = rows(`SELECT ${BRIEF} FROM jobs WHERE parent_id = ? ORDER BY key`);
  const running = rows(`
    SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND ${RUNNING} ORDER BY started_at, key`);
  const waiting = rows(`
    SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND status IN ('queued', 'retrying') ORDER BY key`);
  const firstQueued = rows(`
    SELECT ${BRIEF} FROM jobs
    WHERE ${LIVE} AND status = 'queued' AND type = ? AND retry_at IS NULL ORDER BY key LIMIT ?`);
  const firstRetrying = rows(`
    SELECT ${BRIEF} FROM jobs
    WHERE ${LIVE} AND status = 'retrying' AND type = ? ORDER BY retry_at LIMIT ?`);
  const failed = rows(`
    SELECT ${BRIEF} FROM jobs INDEXED BY jobs_failed_unseen
    WHERE status = 'failed' AND dismissed_at IS NULL ORDER BY completed_at DESC LIMIT ?`);
  const keptAttempts = db.query<AttemptRow, [string]>(
    'SELECT attempt, started_at, ended_at, outcome, error FROM job_attempts WHERE job_id = ? ORDER BY attempt',
  );
  const steps = createStepReader(db);
  const { readLog, logEnd } = createLogReader(db);

  const one = (query: typeof whole, id: string) => {
    const row = query.get(id);
    return row ? toJob(row) : undefined;
  };

  /** The first in the line of each type; all of them together in their order. */
  function nextWaiting(limit: number): JobRow[] {
    const first = log
      .typesWith('waiting')
      .flatMap((type) => [...firstQueued.all(type, limit), ...firstRetrying.all(type, limit)]);
    return first.sort((a, b) => a.key - b.key).slice(0, limit);
  }

  /** What ended in the future ended before the machine's time was set back. */
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

  /** The last one follows from the job, unless it is kept because the job waits again. */
  function attempts(id: string): JobAttempt[] {
    const kept = keptAttempts.all(id).map(toAttempt);
    const job = one(whole, id);
    if (!job || job.attempt === 0) return kept;
    const known = kept.find(({ attempt }) => attempt === job.attempt);
    const isWaiting = job.status === 'queued' || job.status === 'retrying';
    if (isWaiting || known?.endedAt) return kept;
    return [...kept.filter((attempt) => attempt !== known), lastAttempt(job)];
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
    attempts,
    steps,
    readLog,
    logEnd,
  };
}

/** What other processes did to jobs in SQLite. */
export function createSqliteJobNews(db: Database, log: ChangeLog): JobNews {
  const progress = db.query<{ id: string; mark: string }, [string]>(`
    SELECT id, attempt || ' ' || updated_at || ' ' || progress_current AS mark
    FROM jobs WHERE ${LIVE} AND ${RUNNING} AND owner <> ?`);
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

function lastAttempt(job: Job): JobAttempt {
  const isOver = job.completedAt !== undefined;
  return {
    attempt: job.attempt,
    startedAt: job.startedAt ?? job.createdAt,
    ...(job.completedAt && { endedAt: job.completedAt }),
    ...(isOver && { outcome: job.status as JobAttempt['outcome'] }),
    ...(isOver && job.errorMessage !== undefined && { error: job.errorMessage }),
  };
}

interface AttemptRow {
  attempt: number;
  started_at: number;
  ended_at: number | null;
  outcome: JobAttempt['outcome'] | null;
  error: string | null;
}

function toAttempt({ attempt, started_at, ended_at, outcome, error }: AttemptRow): JobAttempt {
  return {
    attempt,
    startedAt: new Date(started_at),
    ...(ended_at !== null && { endedAt: new Date(ended_at) }),
    ...(outcome !== null && { outcome }),
    ...(error !== null && { error }),
  };
}
