import { ADD_ENDS, MAX_DURATIONS } from '../ends.ts';

/**
 * Adds the ends of the rows `counted` to the history: counts are added up, and durations are joined while
 * they are few. In the order of the key: two transactions do not wait for each other.
 */
export const COUNT_ENDS = `
  INSERT INTO job_ends (hour, type, status, bucket, count, durations)
  SELECT hour, type, status, bucket, SUM(count),
         CASE WHEN SUM(count) <= ${MAX_DURATIONS} AND COUNT(durations) = COUNT(*)
              THEN '[' || string_agg(trim(both '[]' from durations), ',') || ']' END
  FROM counted CROSS JOIN LATERAL (
    SELECT (value ->> 0)::bigint AS hour, value ->> 1 AS type, value ->> 2 AS status,
           (value ->> 3)::integer AS bucket, (value ->> 4)::bigint AS count,
           value ->> 5 AS durations
    FROM json_array_elements(counted.ends::json) AS list (value)) AS ends
  GROUP BY hour, type, status, bucket ORDER BY hour, type, status, bucket
  ${ADD_ENDS}`;
