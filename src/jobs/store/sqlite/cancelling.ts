import type { Database } from 'bun:sqlite';
import type { JobStatus } from '../../lifecycle.ts';
import { LIVE, MOVED, NO_LEASE, WAITING } from '../rows.ts';
import type { Changed } from '../store.ts';
import type { Moved } from '../transaction_changes.ts';
import type { ChangeLog } from './changes.ts';
import type { FollowUpQueue } from './follow_ups.ts';
import { command, query } from './statements.ts';

/** Cancels jobs: waiting ones at once, running ones by asking their handler to stop. */
export class Cancelling {
  readonly #sql;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
    private readonly after: FollowUpQueue,
  ) {
    this.#sql = statements(db);
  }

  /**
   * The job and the children that are cancelled with it; nothing when it cannot be cancelled.
   * @param why is kept as the job's message.
   */
  cancel(id: string, now: number, why?: string): Changed[] {
    const waiting = this.#sql.cancelWaiting.get(now, id, why ?? null);
    if (waiting) {
      this.log.ended(waiting, 'waiting', 'cancelled', now, null);
      this.after.ended(id, { type: waiting.type, status: 'cancelled' }, now);
    }
    const job = waiting ?? this.#sql.cancelRunning.get(now, id, why ?? null);
    if (!job) return [];
    this.log.changed(id);
    return [{ id, status: job.status }, ...this.cancelChildren(id, now)];
  }

  cancelChildren(id: string, now: number): Changed[] {
    return this.activeChildren(id).flatMap((child) => this.cancel(child.id, now));
  }

  activeChildren(id: string): Changed[] {
    return this.#sql.activeChildren.all(id);
  }
}

function statements(db: Database) {
  return {
    cancelWaiting: command<Moved>(
      db,
      `UPDATE jobs SET status = 'cancelled', error_message = COALESCE(?3, error_message), retry_at = NULL, due_at = NULL, ${NO_LEASE}, updated_at = ?1,
                       completed_at = ?1
       WHERE id = ?2 AND ${WAITING} RETURNING ${MOVED}`,
    ),
    cancelRunning: command<Moved>(
      db,
      `UPDATE jobs SET status = 'cancelling', error_message = ?3, updated_at = ?1
       WHERE id = ?2 AND status = 'running' RETURNING ${MOVED}`,
    ),
    activeChildren: query<{ id: string; status: JobStatus }>(
      db,
      `SELECT id, status FROM jobs WHERE parent_id = ? AND ${LIVE} ORDER BY key`,
    ),
  };
}
