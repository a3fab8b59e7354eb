import type { Transaction } from '../../../platform/postgres/statements.ts';
import { isFinal, isWaiting, type JobStatus } from '../../lifecycle.ts';
import { LIVE } from '../rows.ts';
import type { Changed, Removed } from '../store.ts';
import type { Cancelling } from './cancelling.ts';
import type { ChangeLog } from './change_log.ts';
import { childrenByParent } from './families.ts';

interface Row {
  id: string;
  key: number;
  parent_id: string | null;
  type: string;
  status: JobStatus;
  session_id: string | null;
}

/** Deletes and pins single jobs, and dismisses them from the taskbar. */
export class Removal {
  constructor(
    private readonly log: ChangeLog,
    private readonly cancelling: Cancelling,
  ) {}

  async remove(tx: Transaction, ids: string[], force: boolean, now: number): Promise<Removed[]> {
    const rows = await tx.all<Row>(JOBS, [[...new Set(ids)]]);
    const doomed = rows.filter(({ status }) => force || isFinal(status));
    const children = await this.#childrenOf(tx, doomed);
    const cancelled = await this.#cancel(tx, children, now);
    const waiting = children.filter(({ status }) => isWaiting(status));
    const gone = [...doomed, ...waiting];
    await tx.run(REMOVE, [gone.map(({ id }) => id)]);
    for (const row of gone) {
      this.log.changed(row.id);
      this.log.removed(row);
    }
    const byParent = childrenByParent(children);
    const left = new Set(doomed.map(({ id }) => id));
    return ids.map((id) => {
      // The same id may occur twice in the list.
      if (!left.delete(id)) return { id, isGone: false, children: [] };
      return { id, isGone: true, children: affected(id, byParent, cancelled) };
    });
  }

  async dismiss(tx: Transaction, id: string, now: number): Promise<boolean> {
    return this.#isChanged(id, await tx.run(DISMISS, [id, now]));
  }

  /** It does not touch `updated_at`, from which waits and silences are measured. */
  async pin(tx: Transaction, id: string, isPinned: boolean): Promise<boolean> {
    return this.#isChanged(id, await tx.run(PIN, [id, isPinned ? 1 : 0]));
  }

  #isChanged(id: string, { changes }: { changes: number }): boolean {
    if (changes > 0) this.log.changed(id);
    return changes > 0;
  }

  /** Their active children, and the active children of those that wait. */
  async #childrenOf(tx: Transaction, parents: Row[]): Promise<Row[]> {
    if (parents.length === 0) return [];
    const known = parents.map(({ id }) => id);
    const rows = await tx.all<Row>(ACTIVE_CHILDREN, [known]);
    const waiting = rows.filter(({ status }) => isWaiting(status));
    return [...rows, ...(await this.#childrenOf(tx, waiting))];
  }

  /** Cancels the running ones; gives the family of each. */
  async #cancel(tx: Transaction, children: Row[], now: number): Promise<Map<string, Changed[]>> {
    const ids = children.filter(({ status }) => !isWaiting(status)).map(({ id }) => id);
    const families = await this.cancelling.cancel(tx, ids, now);
    return new Map(ids.map((id, index) => [id, families[index] ?? []]));
  }
}

/** What happened to the children of a job that is removed. */
function affected(
  id: string,
  byParent: ReadonlyMap<string, Row[]>,
  cancelled: ReadonlyMap<string, Changed[]>,
): Changed[] {
  return (byParent.get(id) ?? []).flatMap((child) => {
    if (!isWaiting(child.status)) return cancelled.get(child.id) ?? [];
    return [{ id: child.id, status: child.status }, ...affected(child.id, byParent, cancelled)];
  });
}

const COLUMNS = 'id, key, parent_id, type, status, session_id';

// None of them starts, or gets children, until the transaction has ended.
const JOBS = `SELECT ${COLUMNS} FROM jobs WHERE id = ANY($1::text[]) FOR UPDATE`;

const ACTIVE_CHILDREN = `
  SELECT ${COLUMNS} FROM jobs WHERE parent_id = ANY($1::text[]) AND ${LIVE} FOR UPDATE`;

const REMOVE = 'DELETE FROM jobs WHERE id = ANY($1::text[])';

const PIN = `
  UPDATE jobs SET is_pinned = $2::smallint WHERE id = $1::text AND is_pinned <> $2::smallint`;

const DISMISS = `
  UPDATE jobs SET dismissed_at = $2::bigint, updated_at = $2::bigint
  WHERE id = $1::text AND completed_at IS NOT NULL AND dismissed_at IS NULL`;
