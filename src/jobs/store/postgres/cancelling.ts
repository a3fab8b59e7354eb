import type { Transaction } from '../../../platform/postgres/statements.ts';
import { BRIEF, type JobRow, LIVE } from '../rows.ts';
import type { Changed } from '../store.ts';
import type { ChangeLog } from './change_log.ts';
import { childrenByParent, familyOf } from './families.ts';
import type { FollowUpQueue } from './follow_ups.ts';

/** Cancels jobs: waiting ones at once, running ones by asking their handler to stop. */
export class Cancelling {
  constructor(
    private readonly log: ChangeLog,
    private readonly after: FollowUpQueue,
  ) {}

  /**
   * Gives one list for each id: the job and the children that are cancelled with it; nothing when it
   * cannot be cancelled.
   * @param why is kept as the message of the jobs with these ids.
   */
  async cancel(tx: Transaction, ids: string[], now: number, why?: string): Promise<Changed[][]> {
    if (ids.length === 0) return [];
    const rows = await tx.all<JobRow>(CANCEL, [ids, now, why ?? null]);
    await this.#record(tx, rows, now);
    const children = await this.#cancelChildrenOf(tx, rows, now);
    const all = [...rows, ...children];
    const taken = new Map(all.map((row) => [row.id, row]));
    const byParent = childrenByParent(all);
    return ids.map((id) => familyOf(id, taken, byParent).map(toChanged));
  }

  /** Gives the children that are cancelled, each followed by its own. */
  async cancelChildren(tx: Transaction, parents: string[], now: number): Promise<Changed[]> {
    const children = await this.#cancelChildrenOf(
      tx,
      parents.map((id) => ({ id })),
      now,
    );
    const taken = new Map(children.map((row) => [row.id, row]));
    const byParent = childrenByParent(children);
    return parents
      .flatMap((parent) => byParent.get(parent) ?? [])
      .flatMap(({ id }) => familyOf(id, taken, byParent).map(toChanged));
  }

  /** In a statement of its own: a child that was added before its parent was cancelled is seen then. */
  async #cancelChildrenOf(
    tx: Transaction,
    parents: { id: string }[],
    now: number,
  ): Promise<JobRow[]> {
    if (parents.length === 0) return [];
    const rows = await tx.all<JobRow>(CANCEL_CHILDREN, [parents.map(({ id }) => id), now]);
    await this.#record(tx, rows, now);
    return [...rows, ...(await this.#cancelChildrenOf(tx, rows, now))];
  }

  async #record(tx: Transaction, rows: JobRow[], now: number): Promise<void> {
    const ended = rows.filter(({ status }) => status === 'cancelled');
    for (const { id } of rows) this.log.changed(id);
    for (const row of ended) this.log.ended(row, 'waiting', 'cancelled', now, null);
    await this.after.ended(tx, ended, now);
  }
}

function toChanged({ id, status }: JobRow): Changed {
  return { id, status };
}

const CANCELLABLE = "status IN ('queued', 'retrying', 'running')";

const cancel = (which: string, why: string) => `
  UPDATE jobs SET
    status = CASE status WHEN 'running' THEN 'cancelling' ELSE 'cancelled' END,
    error_message = CASE status WHEN 'running' THEN ${why} ELSE COALESCE(${why}, error_message) END,
    completed_at = CASE status WHEN 'running' THEN NULL ELSE $2::bigint END,
    retry_at = NULL, due_at = NULL, updated_at = $2::bigint
  WHERE ${which} AND ${LIVE} AND ${CANCELLABLE} RETURNING ${BRIEF}`;

const CANCEL = cancel('id = ANY($1::text[])', '$3::text');

const CANCEL_CHILDREN = cancel('parent_id = ANY($1::text[])', 'NULL');
