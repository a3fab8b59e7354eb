import type { Transaction } from '../../../platform/postgres/statements.ts';
import { MAX_LOG } from '../detail_rows.ts';

/**
 * Appends to the log of a job, whose row is locked.
 * @param text whole lines, each with its line break.
 */
export async function appendToLog(tx: Transaction, id: string, text: string): Promise<void> {
  await tx.run(APPEND, [id, text, Buffer.byteLength(text)]);
}

const APPEND = `
  WITH last AS (
    SELECT COALESCE((SELECT position + bytes FROM job_log WHERE job_id = $1::text
                     ORDER BY position DESC LIMIT 1), 0) AS ends_at),
  dropped AS (
    DELETE FROM job_log USING last
    WHERE job_id = $1::text AND position < last.ends_at + $3::bigint - ${MAX_LOG})
  INSERT INTO job_log (job_id, position, bytes, text)
  SELECT $1::text, ends_at, $3::bigint, $2::text FROM last`;
