import type { Transaction } from '../../../platform/postgres/statements.ts';
import { FINAL_STATUSES, type FinalStatus } from '../../lifecycle.ts';
import { OWN_PRIORITY } from '../queue_order.ts';
import type { Changed } from '../store.ts';
import type { ChangeLog } from './change_log.ts';
import { childrenByParent, familyOf } from './families.ts';
import { resetSteps } from './step_writer.ts';

interface EndedRow {
  id: string;
  key: number;
  parent_id: string | null;
  type: string;
  status: FinalStatus;
}

/** Queues jobs again that have ended. */
export class Requeueing {
  constructor(private readonly log: ChangeLog) {}

  /** One list for each id: the job and the children that are queued with it; nothing when it cannot be retried. */
  async requeue(
    tx: Transaction,
    ids: string[],
    maxAttempts: (type: string) => number,
    now: number,
  ): Promise<Changed[][]> {
    const rows = await this.#requeueAll(tx, [...new Set(ids)], maxAttempts, now);
    const queued = new Map(rows.map((row) => [row.id, row]));
    const byParent = childrenByParent(rows);
    return ids.map((id) =>
      familyOf(id, queued, byParent).map((row) => ({ id: row.id, status: 'queued' })),
    );
  }

  async #requeueAll(
    tx: Transaction,
    ids: string[],
    maxAttempts: (type: string) => number,
    now: number,
  ): Promise<EndedRow[]> {
    if (ids.length === 0) return [];
    const rows = await tx.all<EndedRow>(ENDED_JOBS, [ids]);
    if (rows.length === 0) return [];
    const ended = new Map(rows.map((row) => [row.id, row]));
    const inOrder = ids.flatMap((id) => ended.get(id) ?? []);
    const all = inOrder.map(({ id }) => id);
    const completed = inOrder.filter(({ status }) => status === 'completed').map(({ id }) => id);
    await tx.run(KEEP_LAST, [all]);
    const attempts = inOrder.map(({ type }) => maxAttempts(type));
    await tx.run(REQUEUE, [all, attempts, now]);
    await resetSteps(tx, all, completed);
    if (completed.length > 0) await tx.run(DISOWN, [completed]);
    for (const id of all) this.log.changed(id);
    const children = await tx.all<{ id: string }>(UNSUCCESSFUL_CHILDREN, [all]);
    const others = children.map(({ id }) => id).filter((id) => !ended.has(id));
    return [...inOrder, ...(await this.#requeueAll(tx, others, maxAttempts, now))];
  }
}

// Nobody else queues them again, or deletes them, until the transaction has ended.
const ENDED_JOBS = `
  SELECT id, key, parent_id, type, status FROM jobs
  WHERE id = ANY($1::text[]) AND tracked = 0
    AND status IN (${FINAL_STATUSES.map((status) => `'${status}'`).join(', ')})
  FOR UPDATE`;

// It had none when it was cancelled in the queue.
const KEEP_LAST = `
  INSERT INTO job_attempts (job_id, attempt, started_at, ended_at, outcome, error)
  SELECT id, attempt, COALESCE(started_at, completed_at), completed_at, status, error_message
  FROM jobs WHERE id = ANY($1::text[]) AND attempt > 0
  ON CONFLICT (job_id, attempt) DO UPDATE SET
    ended_at = excluded.ended_at, outcome = excluded.outcome, error = excluded.error
  WHERE job_attempts.ended_at IS NULL`;

// With its checkpoint, a job that has completed would find nothing left to do. Compensated steps run again, and
// the checkpoint describes what they had done.
const REQUEUE = `
  UPDATE jobs SET key = again.key, max_attempts = again.max_attempts, uncounted = attempt,
                  checkpoint = CASE WHEN status = 'completed' OR EXISTS (
                    SELECT 1 FROM job_steps WHERE job_id = jobs.id AND job_steps.status = 'compensated')
                    THEN NULL ELSE checkpoint END,
                  status = 'queued', result = NULL, result_brief = NULL, error_message = NULL,
                  failure = NULL, started_at = NULL, completed_at = NULL, interruptions = 0,
                  undoing = NULL, advanced = 0, dismissed_at = NULL, run_at = NULL, is_delayed = 0,
                  progress_message = '', progress_stage = NULL, progress_current = 0,
                  progress_total = 0, updated_at = $3::bigint, ${OWN_PRIORITY}
  FROM (SELECT id, max_attempts, nextval('job_keys') AS key
        FROM unnest($1::text[], $2::integer[]) AS list (id, max_attempts)) AS again
  WHERE jobs.id = again.id`;

const DISOWN = 'UPDATE jobs SET parent_id = NULL WHERE parent_id = ANY($1::text[])';

const UNSUCCESSFUL_CHILDREN = `
  SELECT id FROM jobs WHERE parent_id = ANY($1::text[]) AND status <> 'completed' ORDER BY key`;
