import type { Database } from 'bun:sqlite';
import type { JobStatus } from '../../lifecycle.ts';
import { BEFORE_ALL, type Position, STEP } from '../pruning.ts';
import type { ChangeLog } from './changes.ts';
import { command, query } from './statements.ts';

/** Free pages that stay in the file for new data: 4 MB at 4 KB a page. */
const MIN_FREE_PAGES = 1_000;

/** The value of `PRAGMA auto_vacuum` in a file that can give pages back. */
const INCREMENTAL = 2;

/** Pages given back in one transaction: 1 to 5 ms. */
const VACUUM_STEP = 500;

/** Deletes jobs that ended long ago, and gives their space back to the disk. */
export class Pruning {
  readonly #sql;
  /** Where the next step begins. */
  position = BEFORE_ALL;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
  ) {
    this.#sql = statements(db);
  }

  /**
   * Deletes the ended jobs among the next `STEP` of a type, oldest first. Returns where the next
   * step begins: the caller moves on only after the commit, because a transaction may be repeated.
   */
  prune(time: number): { next: Position; isMore: boolean } {
    const { type, createdAt, key } = this.position;
    const rows = this.#sql.oldest.all(type, createdAt, time, key, STEP);
    for (const row of rows) this.#removeIfOld(row, time);
    const last = rows.at(-1);
    if (last && rows.length === STEP)
      return { next: { type, createdAt: last.created_at, key: last.key }, isMore: true };
    const nextType = this.#sql.typeAfter.get(type)?.type ?? '';
    return { next: { ...BEFORE_ALL, type: nextType }, isMore: nextType !== '' };
  }

  /** Files made before `auto_vacuum` was set keep their free pages and fill them again. */
  hasSpareSpace(): boolean {
    const free = this.#sql.freePages.get()?.freelist_count ?? 0;
    return free > MIN_FREE_PAGES && this.#sql.autoVacuum.get()?.auto_vacuum === INCREMENTAL;
  }

  giveBackSpace(): boolean {
    // The statement must run to its end: it gives back one page for each row it returns.
    this.#sql.vacuum.all();
    return this.hasSpareSpace();
  }

  #removeIfOld(row: OldRow, time: number): void {
    const { id, status, completed_at, dismissed_at } = row;
    if (completed_at === null || completed_at >= time || row.is_kept === 1) return;
    this.#sql.remove.run(id);
    this.log.removed(row);
    // Of the old jobs only these are still on the taskbar.
    if (status === 'failed' && dismissed_at === null) this.log.changed(id);
  }
}

function statements(db: Database) {
  return {
    oldest: query<OldRow>(
      db,
      `SELECT key, id, type, status, session_id, created_at, completed_at, dismissed_at,
              is_pinned OR (session_id IS NOT NULL AND agent IS NULL) AS is_kept FROM jobs
       WHERE type = ?1 AND created_at >= ?2 AND created_at < ?3 AND (created_at > ?2 OR key > ?4)
       ORDER BY created_at, key LIMIT ?5`,
    ),
    typeAfter: query<{ type: string | null }>(
      db,
      'SELECT MIN(type) AS type FROM jobs WHERE type > ?',
    ),
    remove: command(db, 'DELETE FROM jobs WHERE id = ?'),
    freePages: query<{ freelist_count: number }>(db, 'PRAGMA freelist_count'),
    autoVacuum: query<{ auto_vacuum: number }>(db, 'PRAGMA auto_vacuum'),
    vacuum: command<null>(db, `PRAGMA incremental_vacuum(${VACUUM_STEP})`),
  };
}

interface OldRow {
  key: number;
  id: string;
  type: string;
  status: JobStatus;
  session_id: string | null;
  created_at: number;
  completed_at: number | null;
  dismissed_at: number | null;
  /** It is pinned, or its session keeps it. Agents have a session for each conversation. */
  is_kept: number;
}
