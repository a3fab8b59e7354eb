import type { Database } from 'bun:sqlite';
import { FINAL_STATUSES } from '../../lifecycle.ts';
import { OWN_PRIORITY } from '../queue_order.ts';
import { MOVED } from '../rows.ts';
import type { Changed } from '../store.ts';
import type { AttemptHistory, EndedRow } from './attempts.ts';
import type { ChangeLog } from './changes.ts';
import { command, query } from './statements.ts';
import type { StepWriter } from './steps.ts';

/** Queues jobs again that have ended. */
export class Requeueing {
  readonly #sql;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
    private readonly attempts: AttemptHistory,
    private readonly steps: StepWriter,
  ) {
    this.#sql = statements(db);
  }

  /** The job and the children that are queued with it; nothing when it cannot be retried. */
  requeue(id: string, maxAttempts: (type: string) => number, now: number): Changed[] {
    const before = this.#sql.endedJob.get(id);
    if (!before || before.tracked === 1) return [];
    this.attempts.keepLast(before);
    this.#sql.requeue.run(maxAttempts(before.type), now, id);
    this.log.moved(id, before, undefined, 'waiting');
    // Compensated steps run again, and the checkpoint describes what they had done.
    this.#sql.forgetUndone.run(id);
    const isFromTheStart = before.status === 'completed';
    this.steps.reset(id, isFromTheStart);
    if (isFromTheStart) this.#sql.disown.run(id);
    const children = this.#sql.unsuccessfulChildren.all(id);
    const requeued = children.flatMap((child) => this.requeue(child.id, maxAttempts, now));
    return [{ id, status: 'queued' }, ...requeued];
  }
}

function statements(db: Database) {
  return {
    endedJob: query<EndedRow>(
      db,
      `SELECT ${MOVED}, attempt, completed_at, error_message FROM jobs
       WHERE id = ? AND status IN (${FINAL_STATUSES.map((status) => `'${status}'`).join(', ')})`,
    ),
    // With its checkpoint, a job that has completed would find nothing left to do.
    requeue: command(
      db,
      `UPDATE jobs SET key = (SELECT MAX(key) FROM jobs) + 1, max_attempts = ?1, uncounted = attempt,
                       checkpoint = CASE status WHEN 'completed' THEN NULL ELSE checkpoint END,
                       status = 'queued', result = NULL, result_brief = NULL, error_message = NULL,
                       failure = NULL, started_at = NULL, completed_at = NULL, interruptions = 0, undoing = NULL,
                       advanced = 0, dismissed_at = NULL, run_at = NULL, is_delayed = 0, progress_message = '',
                       progress_stage = NULL, progress_current = 0, progress_total = 0,
                       updated_at = ?2, ${OWN_PRIORITY}
       WHERE id = ?3`,
    ),
    forgetUndone: command(
      db,
      `UPDATE jobs SET checkpoint = NULL WHERE id = ?1 AND EXISTS
         (SELECT 1 FROM job_steps WHERE job_id = ?1 AND status = 'compensated')`,
    ),
    disown: command(db, 'UPDATE jobs SET parent_id = NULL WHERE parent_id = ?'),
    unsuccessfulChildren: query<{ id: string }>(
      db,
      "SELECT id FROM jobs WHERE parent_id = ? AND status <> 'completed' ORDER BY key",
    ),
  };
}
