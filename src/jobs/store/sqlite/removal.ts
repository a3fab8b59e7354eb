import type { Database } from 'bun:sqlite';
import { isFinal, isWaiting } from '../../lifecycle.ts';
import { MOVED } from '../rows.ts';
import type { Changed, Removed } from '../store.ts';
import type { Moved } from '../transaction_changes.ts';
import type { Cancelling } from './cancelling.ts';
import type { ChangeLog } from './changes.ts';
import { command, query } from './statements.ts';

/** Deletes and pins single jobs, and dismisses them from the taskbar. */
export class Removal {
  readonly #sql;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
    private readonly cancelling: Cancelling,
  ) {
    this.#sql = {
      job: query<Moved & { session_id: string | null }>(
        db,
        `SELECT ${MOVED}, session_id FROM jobs WHERE id = ?`,
      ),
      remove: command(db, 'DELETE FROM jobs WHERE id = ?'),
      pin: command(db, 'UPDATE jobs SET is_pinned = ?1 WHERE id = ?2 AND is_pinned <> ?1'),
      dismiss: command(
        db,
        `UPDATE jobs SET dismissed_at = ?1, updated_at = ?1
         WHERE id = ?2 AND completed_at IS NOT NULL AND dismissed_at IS NULL`,
      ),
    };
  }

  remove(id: string, force: boolean, now: number): Removed {
    const job = this.#sql.job.get(id);
    if (!job || (!force && !isFinal(job.status))) return { id, isGone: false, children: [] };
    const children = this.cancelling.activeChildren(id);
    const affected = children.flatMap((child) => this.#removeChild(child, now));
    this.#sql.remove.run(id);
    this.log.moved(id, job, placeOf(job), undefined);
    this.log.removed(job);
    return { id, isGone: true, children: affected };
  }

  dismiss(id: string, now: number): boolean {
    if (this.#sql.dismiss.run(now, id).changes === 0) return false;
    this.log.changed(id);
    return true;
  }

  /** It does not touch `updated_at`, from which waits and silences are measured. */
  pin(id: string, isPinned: boolean): boolean {
    if (this.#sql.pin.run(isPinned ? 1 : 0, id).changes === 0) return false;
    this.log.changed(id);
    return true;
  }

  #removeChild({ id, status }: Changed, now: number): Changed[] {
    if (!isWaiting(status)) return this.cancelling.cancel(id, now);
    return [{ id, status }, ...this.remove(id, true, now).children];
  }
}

function placeOf({ status, tracked }: Moved) {
  if (isFinal(status)) return undefined;
  if (isWaiting(status)) return 'waiting';
  return tracked === 1 ? 'tracked' : 'running';
}
