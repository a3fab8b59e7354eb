import type { Database } from 'bun:sqlite';
import type { Claimed, ClaimRequest, Lease, Run } from '../store.ts';
import type { ChangeLog } from './changes.ts';
import type { Counted } from './live_counts.ts';
import { json, LIVE, WAITING } from './rows.ts';
import { command, query } from './statements.ts';

/** Of this many jobs whose next attempt is due, the first of the queue is claimed first. */
const MAX_DUE = 100;

/** Hands out waiting jobs. */
export class Claiming {
  readonly #sql;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
  ) {
    this.#sql = statements(db);
  }

  hasWaiting(type: string): boolean {
    return this.log.count(type, 'waiting') > 0;
  }

  claim({ type, count, limit, only }: ClaimRequest, lease: Lease, now: number): Claimed[] {
    const claimed: Claimed[] = [];
    if (!this.hasWaiting(type)) return claimed;
    const free = Math.min(count, limit - this.log.count(type, 'running'));
    const claimNext = this.#claimer(type, lease, now, only);
    while (claimed.length < free) {
      const row = claimNext();
      if (!row) break;
      this.log.moved(row.id, row, 'waiting', 'running');
      claimed.push(toClaimed(row, now));
    }
    return claimed;
  }

  /** As a rule no retry is due, and one statement claims the first queued job. */
  #claimer(type: string, { owner, until }: Lease, now: number, only: string | undefined) {
    const sql = this.#sql;
    const claimKey = (key: number | undefined) =>
      key === undefined ? null : sql.claim.get(owner, until, now, key);
    if (only !== undefined) return () => claimKey(sql.nextOfFamily.get(only, type, now)?.key);
    const isAnyDue = (sql.nextDue.get(type, now)?.key ?? null) !== null;
    if (isAnyDue) return () => claimKey(this.#nextKey(type, now));
    return () => sql.claimQueued.get(owner, until, now, type);
  }

  /** The first queued job or the first job whose retry is due, whichever was created first. */
  #nextKey(type: string, now: number): number | undefined {
    const queued = this.#sql.nextQueued.get(type)?.key;
    const due = this.#sql.nextDue.get(type, now)?.key ?? undefined;
    return queued === undefined || (due !== undefined && due < queued) ? due : queued;
  }
}

function statements(db: Database) {
  const firstQueued = (type: string) => `
    SELECT key FROM jobs
    WHERE ${LIVE} AND status = 'queued' AND type = ${type} AND retry_at IS NULL ORDER BY key LIMIT 1`;
  const claimWhere = (condition: string) => `
    UPDATE jobs SET status = 'running', attempt = attempt + 1, advanced = 0, retry_at = NULL,
                    owner = ?1, lease_until = ?2, started_at = ?3, updated_at = ?3
    WHERE ${condition}
    RETURNING id, type, client, attempt, uncounted, max_attempts, metadata, checkpoint, session_id,
              progress_current, progress_total, undoing`;
  return {
    nextQueued: query<{ key: number }>(db, firstQueued('?1')),
    // The first of the queue; of more than MAX_DUE, of those that were due first.
    nextDue: query<{ key: number | null }>(
      db,
      `SELECT MIN(key) AS key FROM (
         SELECT key FROM jobs
         WHERE ${LIVE} AND status = 'retrying' AND type = ? AND retry_at <= ?
         ORDER BY retry_at LIMIT ${MAX_DUE})`,
    ),
    nextOfFamily: query<{ key: number }>(
      db,
      `WITH RECURSIVE family (id) AS (
         VALUES (?1) UNION SELECT jobs.id FROM jobs JOIN family ON jobs.parent_id = family.id)
       SELECT key FROM family CROSS JOIN jobs USING (id)
       WHERE type = ?2 AND ${WAITING} AND (retry_at IS NULL OR retry_at <= ?3) ORDER BY key LIMIT 1`,
    ),
    claim: command<ClaimedRow>(db, claimWhere(`key = ?4 AND ${WAITING}`)),
    claimQueued: command<ClaimedRow>(db, claimWhere(`key = (${firstQueued('?4')})`)),
  };
}

interface ClaimedRow extends Counted {
  id: string;
  attempt: number;
  uncounted: number;
  max_attempts: number;
  metadata: string | null;
  checkpoint: string | null;
  session_id: string | null;
  progress_current: number;
  progress_total: number;
  undoing: string | null;
}

function toClaimed(row: ClaimedRow, startedAt: number): Claimed {
  return {
    id: row.id,
    attempt: row.attempt,
    type: row.type as Run['type'],
    tracked: false,
    client: row.client ?? undefined,
    startedAt,
    metadata: json(row.metadata) as Claimed['metadata'],
    checkpoint: json(row.checkpoint),
    sessionId: row.session_id ?? undefined,
    progress: { current: row.progress_current, total: row.progress_total },
    attemptsUsed: row.attempt - row.uncounted,
    maxAttempts: row.max_attempts,
    undoing: row.undoing ?? undefined,
    hasSteps: row.attempt > 1,
  };
}
