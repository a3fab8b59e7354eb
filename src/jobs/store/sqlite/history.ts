import type { Database } from 'bun:sqlite';
import {
  type FailureCount,
  HISTORY_STEPS,
  type HistoryQuery,
  type JobHistory,
} from '../../history.ts';
import { ADD_ENDS, type EndRow, toEndCount } from '../ends.ts';
import { command, query } from './statements.ts';

/** Ends that are still in the change log; see `changes.ts`. */
const UNCOUNTED = `
  SELECT value ->> 0 AS hour, value ->> 1 AS type, value ->> 2 AS status, value ->> 3 AS bucket,
         value ->> 4 AS count, value ->> 5 AS durations
  FROM job_changes, json_each(ends)`;

/** Reads the history from SQLite; see `migrations/0011_create_job_history.sql`. */
export function createSqliteJobHistory(db: Database): JobHistory {
  // Two statements for each: a condition on a type that may be absent would not use the index.
  const ends = (ofType: string) =>
    query<EndRow>(
      db,
      `
      SELECT hour - hour % $step AS start, type, status, bucket, SUM(count) AS count,
             CASE WHEN COUNT(durations) = COUNT(*)
                  THEN '[' || group_concat(trim(durations, '[]')) || ']' END AS durations
      FROM (SELECT hour, type, status, bucket, count, durations FROM job_ends
            WHERE hour >= $since AND hour < $until ${ofType}
            UNION ALL
            SELECT hour, type, status, bucket, count, durations FROM (${UNCOUNTED})
            WHERE hour >= $since AND hour < $until ${ofType})
      GROUP BY start, type, status, bucket`,
    );
  const failures = (ofType: string) =>
    query<FailureCount>(
      db,
      `
      SELECT type, reason, SUM(count) AS count
      FROM job_failures WHERE day > $since - ${HISTORY_STEPS.day} AND day < $until ${ofType}
      GROUP BY type, reason ORDER BY count DESC, reason`,
    );
  const OF_TYPE = 'AND type = $type';
  const [allEnds, endsOfType] = [ends(''), ends(OF_TYPE)];
  const [allFailures, failuresOfType] = [failures(''), failures(OF_TYPE)];

  return {
    ends: async ({ by, since, until, type }) => {
      const params = { since, until, step: HISTORY_STEPS[by] };
      const rows = type === undefined ? allEnds.all(params) : endsOfType.all({ ...params, type });
      return rows.map(toEndCount);
    },
    failures: async ({ since, until, type }: HistoryQuery) => {
      const params = { since, until };
      return type === undefined ? allFailures.all(params) : failuresOfType.all({ ...params, type });
    },
  };
}

/** Deletes old rows of the history, within the caller's transaction. */
export class HistoryPruning {
  readonly #sql;

  constructor(db: Database) {
    this.#sql = {
      countEnds: command(
        db,
        `INSERT INTO job_ends (hour, type, status, bucket, count, durations)
         SELECT hour, type, status, bucket, count, durations FROM (${UNCOUNTED}) WHERE true
         ${ADD_ENDS}`,
      ),
      setCounted: command(db, 'UPDATE job_changes SET ends = NULL WHERE ends IS NOT NULL'),
      pruneEnds: command(
        db,
        `DELETE FROM job_ends WHERE (hour, type, status, bucket) IN (
           SELECT hour, type, status, bucket FROM job_ends WHERE hour < $time LIMIT $limit)`,
      ),
      pruneFailures: command(
        db,
        `DELETE FROM job_failures WHERE (day, type, reason) IN (
           SELECT day, type, reason FROM job_failures WHERE day < $time LIMIT $limit)`,
      ),
    };
  }

  prune(time: number, limit: number): number {
    this.#sql.countEnds.run();
    this.#sql.setCounted.run();
    const { changes } = this.#sql.pruneEnds.run({ time, limit });
    return changes + this.#sql.pruneFailures.run({ time, limit: limit - changes }).changes;
  }
}
