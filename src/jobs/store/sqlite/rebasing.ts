import type { Database } from 'bun:sqlite';
import { laterAs } from '../queue_order.ts';
import { FUTURE_MS, HELD } from '../queue_state.ts';
import type { ChangeLog } from './changes.ts';
import { command, query } from './statements.ts';

/** Corrects waits that began in the future, because the machine's clock was set back. */
export class Rebasing {
  readonly #sql;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
  ) {
    const fromTheFuture = `due_at < ${HELD} AND updated_at > ?1 + ${FUTURE_MS}`;
    const retries = `${laterAs('retrying', '?2')} AND ${fromTheFuture}`;
    const delays = `${laterAs('queued', '?2')} AND is_delayed = 1 AND ${fromTheFuture}`;
    const rebased = (column: string) => `${column} = ?1 + ${column} - updated_at`;
    this.#sql = {
      any: query<{ found: 1 }>(
        db,
        `SELECT 1 AS found FROM jobs ${retries} UNION ALL SELECT 1 FROM jobs ${delays} LIMIT 1`,
      ),
      retries: command(
        db,
        `UPDATE jobs SET ${rebased('retry_at')}, ${rebased('due_at')}, updated_at = ?1 ${retries}`,
      ),
      delays: command(
        db,
        `UPDATE jobs SET ${rebased('run_at')}, ${rebased('due_at')}, updated_at = ?1 ${delays}`,
      ),
    };
  }

  /** Whether `rebase` has anything to do. */
  isNeeded(now: number): boolean {
    return this.log.typesWith('waiting').some((type) => this.#sql.any.get(now, type) !== null);
  }

  /** Jobs wait as long as planned from now; those that start at a given time are left alone. */
  rebase(now: number): number {
    let changes = 0;
    for (const type of this.log.typesWith('waiting')) {
      changes += this.#sql.retries.run(now, type).changes;
      changes += this.#sql.delays.run(now, type).changes;
    }
    return changes;
  }
}
