import type { Transaction } from '../../../platform/postgres/statements.ts';
import { RUNNING } from '../rows.ts';
import type { Fence, Hold } from '../store.ts';

/**
 * Whether an attempt holds its job. Until the transaction has ended nobody else changes the job: neither
 * is it cancelled meanwhile, nor taken over.
 */
export async function holdOf(tx: Transaction, { id, attempt }: Fence): Promise<Hold> {
  const row = await tx.get<{ status: Exclude<Hold, 'gone'> }>(HOLD, [id, attempt]);
  return row?.status ?? 'gone';
}

const HOLD = `
  SELECT status FROM jobs WHERE id = $1 AND attempt = $2 AND ${RUNNING} FOR NO KEY UPDATE`;

/** The attempt that `ended` tells of, with `id`, `attempt` and `started_at`, is kept. */
export const KEEP_ATTEMPT = `
  INSERT INTO job_attempts (job_id, attempt, started_at, ended_at, outcome, error)
  SELECT id, attempt, COALESCE(started_at, ended_at), ended_at, outcome, error FROM ended
  ON CONFLICT (job_id, attempt) DO UPDATE SET
    ended_at = excluded.ended_at, outcome = excluded.outcome, error = excluded.error`;
