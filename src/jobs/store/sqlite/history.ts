import type { Database } from 'bun:sqlite';
import type { Writer } from '../../../platform/writer.ts';
import {
  type EndCount,
  type FailureCount,
  HISTORY_STEPS,
  type HistoryQuery,
  type JobHistory,
} from '../../history.ts';

/** Ends that are still in the log of changes; see `sqlite_changes.ts`. */
const UNCOUNTED = `
  SELECT value ->> 0 AS hour, value ->> 1 AS type, value ->> 2 AS status, value ->> 3 AS bucket,
         value ->> 4 AS count
  FROM job_changes, json_each(ends)`;

/** The history in SQLite; see `migrations/0011_create_job_history.sql`. */
export function createSqliteJobHistory(db: Database, writer: Writer): JobHistory {
  // Two queries for each, because a condition on a type that may be absent uses no index.
  const ends = (ofType: string) =>
    db.query<EndCount, Params>(`
      SELECT hour - hour % $step AS start, type, status, bucket, SUM(count) AS count
      FROM (SELECT hour, type, status, bucket, count FROM job_ends
            WHERE hour >= $since AND hour < $until ${ofType}
            UNION ALL
            SELECT hour, type, status, bucket, count FROM (${UNCOUNTED})
            WHERE hour >= $since AND hour < $until ${ofType})
      GROUP BY start, type, status, bucket`);
  const failures = (ofType: string) =>
    db.query<FailureCount, Params>(`
      SELECT type, reason, SUM(count) AS count
      FROM job_failures WHERE day > $since - ${HISTORY_STEPS.day} AND day < $until ${ofType}
      GROUP BY type, reason ORDER BY count DESC, reason`);
  const OF_TYPE = 'AND type = $type';
  const [allEnds, endsOfType] = [ends(''), ends(OF_TYPE)];
  const [allFailures, failuresOfType] = [failures(''), failures(OF_TYPE)];

  const countEnds = db.query<null, []>(`
    INSERT INTO job_ends (hour, type, status, bucket, count)
    SELECT hour, type, status, bucket, count FROM (${UNCOUNTED}) WHERE true
    ON CONFLICT DO UPDATE SET count = count + excluded.count`);
  const setCounted = db.query<null, []>(
    'UPDATE job_changes SET ends = NULL WHERE ends IS NOT NULL',
  );
  const forgetEnds = db.query<null, Params>(`
    DELETE FROM job_ends WHERE (hour, type, status, bucket) IN (
      SELECT hour, type, status, bucket FROM job_ends WHERE hour < $time LIMIT $limit)`);
  const forgetFailures = db.query<null, Params>(`
    DELETE FROM job_failures WHERE (day, type, reason) IN (
      SELECT day, type, reason FROM job_failures WHERE day < $time LIMIT $limit)`);

  return {
    ends: ({ by, since, until, type }) => {
      const params = { since, until, step: HISTORY_STEPS[by] };
      return type === undefined ? allEnds.all(params) : endsOfType.all({ ...params, type });
    },
    failures: ({ since, until, type }: HistoryQuery) => {
      const params = { since, until };
      return type === undefined ? allFailures.all(params) : failuresOfType.all({ ...params, type });
    },
    forgetBefore: (time, limit) =>
      writer.write(() => {
        countEnds.run();
        setCounted.run();
        const { changes } = forgetEnds.run({ time, limit });
        return changes + forgetFailures.run({ time, limit: limit - changes }).changes;
      }),
  };
}

type Params = Record<string, string | number>;
