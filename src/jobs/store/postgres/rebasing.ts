import type { Transaction } from '../../../platform/postgres/statements.ts';
import { FUTURE_MS, HELD } from '../queue_state.ts';

/** Jobs wait as long as planned from now; those that start at a given time are left alone. */
export async function rebase(tx: Transaction, now: number): Promise<number> {
  const retries = await tx.run(REBASE_RETRIES, [now]);
  const delays = await tx.run(REBASE_DELAYS, [now]);
  return retries.changes + delays.changes;
}

const FROM_THE_FUTURE = `due_at IS NOT NULL AND due_at < ${HELD}
  AND updated_at > $1::bigint + ${FUTURE_MS}`;

const RETRIES = `status = 'retrying' AND ${FROM_THE_FUTURE}`;
const DELAYS = `status = 'queued' AND is_delayed = 1 AND ${FROM_THE_FUTURE}`;

const rebased = (column: string) => `${column} = $1::bigint + ${column} - updated_at`;

/** Whether `rebase` has anything to do; `$1` is the time in ms since 1970 UTC. */
export const IS_REBASE_NEEDED = `
  EXISTS (SELECT 1 FROM jobs WHERE ${RETRIES}) OR EXISTS (SELECT 1 FROM jobs WHERE ${DELAYS})`;

const REBASE_RETRIES = `
  UPDATE jobs SET ${rebased('retry_at')}, ${rebased('due_at')}, updated_at = $1::bigint
  WHERE ${RETRIES}`;

const REBASE_DELAYS = `
  UPDATE jobs SET ${rebased('run_at')}, ${rebased('due_at')}, updated_at = $1::bigint
  WHERE ${DELAYS}`;
