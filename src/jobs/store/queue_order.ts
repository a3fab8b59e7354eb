import { BRIEF, type JobRow, LIVE, RUNNING } from './rows.ts';

/**
 * The order of a type's queue: by priority, then first come first served. `due_at` of a job that can be
 * claimed is null; the index `jobs_live` has these jobs in their order, for each status.
 */
export const IN_ORDER = 'ORDER BY priority DESC, key';

/** A job that was moved to the front, and starts or is queued again, has its own priority again. */
export const OWN_PRIORITY = 'priority = COALESCE(own_priority, priority), own_priority = NULL';

/** The jobs of one status that can be claimed, from `WHERE` on. */
export const readyAs = (status: 'queued' | 'retrying', type: string) =>
  `WHERE ${LIVE} AND status = '${status}' AND type = ${type} AND due_at IS NULL`;

/** Those that wait for their time. */
export const laterAs = (status: 'queued' | 'retrying', type: string) =>
  `WHERE ${LIVE} AND status = '${status}' AND type = ${type} AND due_at > 0`;

/**
 * One row: `columns` of the first of both statuses, by `order`. Each status is read by its index, which
 * one condition on both would not allow.
 */
export function firstOf(
  columns: string,
  where: (status: 'queued' | 'retrying') => string,
  order: string,
): string {
  const first = (status: 'queued' | 'retrying') =>
    `SELECT * FROM (SELECT ${columns} FROM jobs ${where(status)} ${order} LIMIT 1)`;
  return `SELECT * FROM (${first('queued')} UNION ALL ${first('retrying')}) ${order} LIMIT 1`;
}

/** Running jobs by start. */
export const RUNNING_BY_START = `SELECT ${BRIEF} FROM jobs WHERE ${LIVE} AND ${RUNNING} ORDER BY started_at, key`;

/** By priority, then first come first served; after these the jobs that start at a later time, by that. */
export function inQueueOrder(a: JobRow, b: JobRow): number {
  return laterStart(a) - laterStart(b) || b.priority - a.priority || a.key - b.key;
}

function laterStart({ status, due_at }: JobRow): number {
  return status === 'queued' ? (due_at ?? 0) : 0;
}
