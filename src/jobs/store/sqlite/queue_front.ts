import type { Database } from 'bun:sqlite';
import { firstOf, IN_ORDER, readyAs } from '../queue_order.ts';
import { WAITING } from '../rows.ts';
import type { ChangeLog } from './changes.ts';
import { command, query } from './statements.ts';

/**
 * Moves waiting jobs to the front of their type's queue. Their own priority is kept beside the one they
 * are sorted by, and is that of the job again when it has started.
 */
export class QueueFront {
  readonly #sql;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
  ) {
    this.#sql = {
      waiting: query<{ type: string }>(db, `SELECT type FROM jobs WHERE id = ? AND ${WAITING}`),
      first: query<{ priority: number }>(
        db,
        firstOf('key, priority', (status) => readyAs(status, '?1'), IN_ORDER),
      ),
      // Of two jobs with the same priority, the lower key is claimed first.
      move: command(
        db,
        `UPDATE jobs SET key = (SELECT MIN(key) FROM jobs) - 1, priority = MAX(priority, ?1),
                         own_priority = COALESCE(own_priority, priority),
                         due_at = NULL, run_at = NULL, is_delayed = 0,
                         retry_at = CASE status WHEN 'retrying' THEN ?2 END, updated_at = ?2
         WHERE id = ?3`,
      ),
    };
  }

  moveToFront(id: string, now: number): boolean {
    const waiting = this.#sql.waiting.get(id);
    if (!waiting) return false;
    const first = this.#sql.first.get(waiting.type);
    this.#sql.move.run(first?.priority ?? -10, now, id);
    this.log.changed(id);
    return true;
  }
}
