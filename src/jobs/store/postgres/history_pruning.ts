import type { Transaction } from '../../../platform/postgres/statements.ts';
import { COUNT_ENDS } from './end_counts.ts';

/** Deletes old rows of the history; gives how many. */
export async function pruneHistory(tx: Transaction, time: number, limit: number): Promise<number> {
  await tx.run(COUNT_OLD_ENDS, [time]);
  const { changes } = await tx.run(PRUNE_ENDS, [time, limit]);
  return changes + (await tx.run(PRUNE_FAILURES, [time, limit - changes])).changes;
}

// What is still in the change log would come back later. All processes have read what is so old.
const COUNT_OLD_ENDS = `
  WITH counted AS (
    SELECT xid, seq, ends FROM job_changes
    WHERE ends IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM json_array_elements(ends::json) AS list (value)
      WHERE (value ->> 0)::bigint >= $1::bigint)
    ORDER BY xid, seq FOR UPDATE),
  cleared AS (
    UPDATE job_changes SET ends = NULL FROM counted
    WHERE job_changes.xid = counted.xid AND job_changes.seq = counted.seq)
  ${COUNT_ENDS}`;

const PRUNE_ENDS = `
  DELETE FROM job_ends WHERE (hour, type, status, bucket) IN (
    SELECT hour, type, status, bucket FROM job_ends WHERE hour < $1::bigint LIMIT $2::bigint)`;

const PRUNE_FAILURES = `
  DELETE FROM job_failures WHERE (day, type, reason) IN (
    SELECT day, type, reason FROM job_failures WHERE day < $1::bigint LIMIT $2::bigint)`;
