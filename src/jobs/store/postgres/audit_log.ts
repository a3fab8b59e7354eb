import type { Transaction } from '../../../platform/postgres/statements.ts';
import type { AuditAction, AuditChange, Deed } from '../../audit.ts';
import { AUDIT_COLUMNS, type AuditValues, entryOfJobs, entryOfOther } from '../audit_entries.ts';

/** Records that these jobs were changed; nothing without a deed or a job. */
export function recordJobs(
  tx: Transaction,
  deed: Deed | undefined,
  action: AuditAction,
  ids: string[],
  now: number,
): Promise<void> {
  return insert(tx, entryOfJobs(deed, action, ids, now));
}

/** Records a change of something other than a job. */
export function recordOther(
  tx: Transaction,
  deed: Deed | undefined,
  action: AuditAction,
  change: AuditChange,
  now: number,
): Promise<void> {
  return insert(tx, entryOfOther(deed, action, change, now));
}

/** Deletes some of the oldest entries, if they are from before `time`; gives how many. */
export async function pruneAudit(tx: Transaction, time: number, limit: number): Promise<number> {
  return (await tx.run(PRUNE, [time, limit])).changes;
}

async function insert(tx: Transaction, values: AuditValues | undefined): Promise<void> {
  if (values) await tx.run(INSERT, values);
}

// The steps of an action on many add to its entry.
const INSERT = `
  INSERT INTO audit (${AUDIT_COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  ON CONFLICT (id) DO UPDATE SET count = audit.count + excluded.count`;

const PRUNE = `
  DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT $2::bigint) AND at < $1::bigint`;
