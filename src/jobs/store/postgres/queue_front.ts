import type { Transaction } from '../../../platform/postgres/statements.ts';
import { IN_ORDER } from '../queue_order.ts';
import { WAITING } from '../rows.ts';
import type { ChangeLog } from './change_log.ts';
import { readyOf } from './conditions.ts';

/**
 * Moves waiting jobs to the front of their type's queue. Their own priority is kept beside the one they
 * are sorted by, and is that of the job again when it has started.
 */
export class QueueFront {
  constructor(private readonly log: ChangeLog) {}

  async moveToFront(tx: Transaction, id: string, now: number): Promise<boolean> {
    const { changes } = await tx.run(MOVE, [id, now]);
    if (changes > 0) this.log.changed(id);
    return changes > 0;
  }
}

// Of two jobs with the same priority, the lower key is claimed first.
const MOVE = `
  UPDATE jobs AS job SET
    key = nextval('job_front_keys'),
    priority = GREATEST(priority, (SELECT priority FROM jobs WHERE ${readyOf('job.type')} ${IN_ORDER} LIMIT 1)),
    own_priority = COALESCE(own_priority, priority), due_at = NULL, run_at = NULL, is_delayed = 0,
    retry_at = CASE status WHEN 'retrying' THEN $2::bigint END, updated_at = $2::bigint
  WHERE id = $1::text AND ${WAITING}`;
