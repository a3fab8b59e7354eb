import type { Transaction } from '../../../platform/postgres/statements.ts';
import type { JobStatus } from '../../lifecycle.ts';
import { BEFORE_ALL, type Position, STEP } from '../pruning.ts';
import type { ChangeLog } from './change_log.ts';

/** Deletes jobs that ended long ago. */
export class Pruning {
  /** Where the next step begins. */
  position = BEFORE_ALL;

  constructor(private readonly log: ChangeLog) {}

  /**
   * Deletes the ended jobs among the next `STEP` of a type, oldest first. Returns where the next
   * step begins: the caller moves on only after the commit, because a transaction may be repeated.
   */
  async prune(tx: Transaction, time: number): Promise<{ next: Position; isMore: boolean }> {
    const { type, createdAt, key } = this.position;
    const page = await tx.all<PageRow>(PRUNE, [type, createdAt, key, time]);
    for (const row of page) this.#record(row);
    const last = page.at(-1);
    if (last && page.length === STEP)
      return { next: { type, createdAt: last.created_at, key: last.key }, isMore: true };
    const after = await tx.get<{ type: string | null }>(TYPE_AFTER, [type]);
    const nextType = after?.type ?? '';
    return { next: { ...BEFORE_ALL, type: nextType }, isMore: nextType !== '' };
  }

  #record({ id, type, session_id, status, dismissed_at }: PageRow): void {
    if (id === null || type === null) return;
    this.log.removed({ id, type, session_id });
    // Of the old jobs only these are still on the taskbar.
    if (status === 'failed' && dismissed_at === null) this.log.changed(id);
  }
}

/** A job of the page, with what is known of it when it was deleted. */
interface PageRow {
  key: number;
  created_at: number;
  id: string | null;
  type: string | null;
  status: JobStatus | null;
  session_id: string | null;
  dismissed_at: number | null;
}

// It is pinned, or its session keeps it. Agents have a session for each conversation.
const IS_KEPT = 'is_pinned = 1 OR (session_id IS NOT NULL AND agent IS NULL)';

const PRUNE = `
  WITH page AS (
    SELECT key, created_at FROM jobs
    WHERE type = $1::text AND (created_at, key) > ($2::bigint, $3::bigint)
      AND created_at < $4::bigint
    ORDER BY created_at, key LIMIT ${STEP}),
  gone AS (
    DELETE FROM jobs USING page
    WHERE jobs.key = page.key AND completed_at < $4::bigint AND NOT (${IS_KEPT})
    RETURNING jobs.key, id, type, status, session_id, dismissed_at)
  SELECT page.key, created_at, id, type, status, session_id, dismissed_at
  FROM page LEFT JOIN gone USING (key) ORDER BY created_at, key`;

const TYPE_AFTER = 'SELECT MIN(type) AS type FROM jobs WHERE type > $1::text';
