import type { Database } from 'bun:sqlite';
import { BRIEF, type JobRow, LIVE, RUNNING, toJob, WAITING, WHOLE } from '../rows.ts';
import type { RecentJobs } from '../store.ts';
import { newestJobs } from './listing.ts';
import { query } from './statements.ts';

/** Running jobs by start. */
export const RUNNING_BY_START = `SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND ${RUNNING} ORDER BY started_at, key`;

/**
 * Reads them from SQLite, which has all jobs.
 * @param now the time in ms since 1970 UTC.
 */
export function createSqliteRecentJobs(db: Database, now: () => number = Date.now): RecentJobs {
  const whole = query<JobRow>(db, `SELECT ${WHOLE} FROM jobs WHERE id = ?`);
  const running = query<JobRow>(db, RUNNING_BY_START);
  const waiting = query<JobRow>(db, `SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND ${WAITING}`);
  return {
    get(id) {
      const row = whole.get(id);
      return row ? toJob(row, now()) : undefined;
    },
    newest: (limit) => newestJobs(db, limit, now()),
    active() {
      const at = now();
      const rows = [...running.all(), ...waiting.all().sort(inQueueOrder)];
      return rows.map((row) => toJob(row, at));
    },
  };
}

/** By priority, then first come first served; after these the jobs that start at a later time, by that. */
export function inQueueOrder(a: JobRow, b: JobRow): number {
  return laterStart(a) - laterStart(b) || b.priority - a.priority || a.key - b.key;
}

function laterStart({ status, due_at }: JobRow): number {
  return status === 'queued' ? (due_at ?? 0) : 0;
}
