import type { Transaction } from '../../../platform/postgres/statements.ts';
import { COUNT_ENDS } from './end_counts.ts';

/** Deletes old rows of the history; gives how many. */
export async function pruneHistory(tx: Transaction, time: number, limit: number): Promise<number> {
  await tx.run(COUNT_ENDS_OF_LOG);
  const { changes } = await tx.run(PRUNE_ENDS, [time, limit]);
  return changes + (await tx.run(PRUNE_FAILURES, [time, limit - changes])).changes;
}

// What is still in the change log would come back later. It stays there for other processes, which count it for
// themselves.
const COUNT_ENDS_OF_LOG = `
  WITH counted AS (
    UPDATE job_changes SET is_counted = 1 WHERE is_counted = 0 AND ends IS NOT NULL RETURNING ends)
  ${COUNT_ENDS}`;

const PRUNE_ENDS = `
  DELETE FROM job_ends WHERE (hour, type, status, bucket) IN (
    SELECT hour, type, status, bucket FROM job_ends WHERE hour < $1::bigint LIMIT $2::bigint)`;

const PRUNE_FAILURES = `
  DELETE FROM job_failures WHERE (day, type, reason) IN (
    SELECT day, type, reason FROM job_failures WHERE day < $1::bigint LIMIT $2::bigint)`;
