import type { Query } from '../../../platform/postgres/statements.ts';
import {
  type EndCount,
  type FailureCount,
  HISTORY_STEPS,
  type HistoryQuery,
  type JobHistory,
} from '../../history.ts';
import { type EndRow, toEndCount } from '../ends.ts';
import { numbered } from './named.ts';

/** Ends that are still in the change log. */
const UNCOUNTED = `
  SELECT (each ->> 0)::bigint AS hour, each ->> 1 AS type, each ->> 2 AS status,
         (each ->> 3)::integer AS bucket, (each ->> 4)::bigint AS count, each ->> 5 AS durations
  FROM job_changes CROSS JOIN LATERAL json_array_elements(ends::json) AS listed (each)
  WHERE ends IS NOT NULL AND is_counted = 0`;

/** Reads the history from PostgreSQL. */
export class PostgresJobHistory implements JobHistory {
  constructor(private readonly db: Query) {}

  async ends({ by, since, until, type }: HistoryQuery): Promise<EndCount[]> {
    const params = { since, until, type: type ?? null, step: HISTORY_STEPS[by] };
    const rows = await this.db.all<EndRow>(...numbered(ends(ofType(type)), params));
    return rows.map(toEndCount);
  }

  failures({ since, until, type }: HistoryQuery): Promise<FailureCount[]> {
    const params = { since, until, type: type ?? null };
    return this.db.all<FailureCount>(...numbered(failures(ofType(type)), params));
  }
}

const ofType = (type: string | undefined) => (type === undefined ? '' : 'AND type = $type::text');

const ends = (onlyType: string) => `
  SELECT hour - hour % $step::bigint AS start, type, status, bucket, SUM(count) AS count,
         CASE WHEN COUNT(durations) = COUNT(*)
              THEN '[' || string_agg(btrim(durations, '[]'), ',') || ']' END AS durations
  FROM (SELECT hour, type, status, bucket, count, durations FROM job_ends
        WHERE hour >= $since::bigint AND hour < $until::bigint ${onlyType}
        UNION ALL
        SELECT * FROM (${UNCOUNTED}) AS uncounted
        WHERE hour >= $since::bigint AND hour < $until::bigint ${onlyType}) AS ended
  GROUP BY start, type, status, bucket`;

const failures = (onlyType: string) => `
  SELECT type, reason, SUM(count) AS count FROM job_failures
  WHERE day > $since::bigint - ${HISTORY_STEPS.day} AND day < $until::bigint ${onlyType}
  GROUP BY type, reason ORDER BY count DESC, reason`;
