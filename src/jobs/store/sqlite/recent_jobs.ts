import type { Database } from 'bun:sqlite';
import { inQueueOrder, RUNNING_BY_START } from '../queue_order.ts';
import { BRIEF, type JobRow, LIVE, RUNNING, toJob, WAITING, WHOLE } from '../rows.ts';
import type { RecentJobs } from '../store.ts';
import { newestJobs } from './listing.ts';
import { query } from './statements.ts';

/**
 * Reads them from SQLite, which has all jobs.
 * @param now the time in ms since 1970 UTC.
 */
export function createSqliteRecentJobs(db: Database, now: () => number = Date.now): RecentJobs {
  const whole = query<JobRow>(db, `SELECT ${WHOLE} FROM jobs WHERE id = ?`);
  const running = query<JobRow>(db, RUNNING_BY_START);
  const waiting = query<JobRow>(db, `SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND ${WAITING}`);
  const anyRunning = query<unknown>(db, `SELECT 1 FROM jobs WHERE ${LIVE} AND ${RUNNING} LIMIT 1`);
  return {
    hasRunning: () => anyRunning.get() !== null,
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
