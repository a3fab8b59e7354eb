import type { Database } from 'bun:sqlite';
import type { LaneStateOf } from '../../lanes.ts';
import type { Need } from '../../needs.ts';
import { CLAIMED, type ClaimedRow, type Next, toClaimed } from '../claims.ts';
import { firstOf, IN_ORDER, laterAs, OWN_PRIORITY, readyAs } from '../queue_order.ts';
import { WAITING } from '../rows.ts';
import type { Claimed, ClaimRequest, Lease } from '../store.ts';
import type { ChangeLog } from './changes.ts';
import { LaneQueue } from './lanes.ts';
import type { QueueSettings } from './queue_settings.ts';
import { command, query } from './statements.ts';

/** Jobs whose time has come in one transaction at most; each costs about 5 µs. */
const MAX_DUE = 1_000;

/** Hands out waiting jobs. */
export class Claiming {
  readonly #sql;
  readonly #lanes;
  /** By the condition of what this process has. */
  readonly #sqlOf = new Map<string, Statements>();

  constructor(
    private readonly db: Database,
    private readonly log: ChangeLog,
    private readonly settings: QueueSettings,
  ) {
    this.#sql = statements(db, '');
    this.#lanes = new LaneQueue(db);
  }

  nextStart(
    type: string,
    only: string | undefined,
    lanes: LaneStateOf | undefined,
    needs?: readonly Need[],
  ): number | undefined {
    if (this.log.count(type, 'waiting') === 0 || this.settings.of(type).isPaused) return undefined;
    const sql = this.#statementsFor(needs);
    if (only !== undefined) return sql.nextStartOfFamily.get(only, type)?.at ?? undefined;
    if (lanes) return this.#lanes.nextStart(type, lanes);
    return sql.anyReady.get(type) ? 0 : sql.nextDue.get(type)?.due_at;
  }

  claim(request: ClaimRequest, lease: Lease, now: number): Claimed[] {
    const { type, limit, taken } = request;
    const claimed: Claimed[] = [];
    if (this.log.count(type, 'waiting') === 0) return claimed;
    const { isPaused, concurrency = limit } = this.settings.of(type);
    if (isPaused) return claimed;
    const free = concurrency - Math.max(taken, this.log.count(type, 'running'));
    const claimNext = this.#claimer(request, lease, now);
    while (claimed.length < free) {
      const row = claimNext();
      if (!row) break;
      this.log.moved(row.id, row, 'waiting', 'running');
      claimed.push(toClaimed(row, now));
    }
    return claimed;
  }

  /** As a rule no retry is due, and one statement claims the first queued job. */
  #claimer({ type, only, lanes, needs }: ClaimRequest, { owner, until }: Lease, now: number) {
    const sql = this.#statementsFor(needs);
    const claimKey = (key: number | undefined) =>
      key === undefined ? null : sql.claim.get(owner, until, now, key);
    const paused = this.settings.pausedSources();
    if (only !== undefined) {
      const next = () => sql.nextOfFamily.get(only, type, now);
      return () => claimKey(this.#firstUnpaused(paused, next));
    }
    const dueAt = sql.nextDue.get(type)?.due_at;
    if (dueAt !== undefined && dueAt <= now) sql.makeReady.run(type, now);
    if (lanes) return () => claimKey(this.#lanes.next(type, lanes, now));
    if (paused.size > 0 || sql.anyRetryReady.get(type)) {
      return () => claimKey(this.#firstUnpaused(paused, () => sql.nextReady.get(type)));
    }
    return () => sql.claimQueued.get(owner, until, now, type);
  }

  #statementsFor(needs: readonly Need[] | undefined): Statements {
    if (!needs?.length) return this.#sql;
    const condition = `AND ${needs.map(isHad).join(' AND ')}`;
    let sql = this.#sqlOf.get(condition);
    if (!sql) {
      sql = statements(this.db, condition);
      this.#sqlOf.set(condition, sql);
    }
    return sql;
  }

  /** Takes each job of a paused source out of the way, once. */
  #firstUnpaused(paused: ReadonlySet<string>, next: () => Next | null): number | undefined {
    for (let held = 0; held < MAX_HELD; held++) {
      const found = next();
      if (!found || found.source === null || !paused.has(found.source)) return found?.key;
      this.settings.hold(found.key);
    }
    return undefined;
  }
}

/** Jobs of paused sources that one claim takes out of the way. */
const MAX_HELD = 1_000;

/** Whether a job needs nothing that this process does not have. */
function isHad({ field, has }: Need): string {
  const needed = `metadata ->> ${text(field)}`;
  return `(${needed} IS NULL OR ${needed} IN (${has.map(text).join(', ')}))`;
}

/** A literal of SQL. */
function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

type Statements = ReturnType<typeof statements>;

/** @param had a condition on the jobs that this process can run, or nothing. */
function statements(db: Database, had: string) {
  const family = `
    WITH RECURSIVE family (id) AS (
      VALUES (?1) UNION SELECT jobs.id FROM jobs JOIN family ON jobs.parent_id = family.id)`;
  const ready = (status: 'queued' | 'retrying') => `${readyAs(status, '?1')} ${had}`;
  const claimWhere = (condition: string) => `
    UPDATE jobs SET status = 'running', attempt = attempt + 1, advanced = 0, retry_at = NULL,
                    due_at = NULL, owner = ?1, lease_until = ?2, started_at = ?3, updated_at = ?3,
                    ${OWN_PRIORITY}
    WHERE ${condition}
    RETURNING ${CLAIMED}`;
  const due = (status: 'queued' | 'retrying') =>
    `SELECT key FROM jobs ${laterAs(status, '?1')} AND due_at <= ?2`;
  return {
    anyReady: query<{ found: 1 }>(
      db,
      `SELECT 1 AS found FROM jobs ${ready('queued')}
       UNION ALL SELECT 1 FROM jobs ${ready('retrying')} LIMIT 1`,
    ),
    anyRetryReady: query<{ found: 1 }>(
      db,
      `SELECT 1 AS found FROM jobs ${ready('retrying')} LIMIT 1`,
    ),
    nextReady: query<Next>(
      db,
      firstOf("key, priority, metadata ->> 'source' AS source", ready, IN_ORDER),
    ),
    nextDue: query<{ due_at: number }>(
      db,
      firstOf('due_at', (status) => `${laterAs(status, '?1')} ${had}`, 'ORDER BY due_at'),
    ),
    makeReady: command(
      db,
      `UPDATE jobs SET due_at = NULL WHERE key IN (${due('queued')} UNION ALL ${due('retrying')} LIMIT ${MAX_DUE})`,
    ),
    nextOfFamily: query<Next>(
      db,
      `${family} SELECT key, metadata ->> 'source' AS source FROM family CROSS JOIN jobs USING (id)
       WHERE type = ?2 AND ${WAITING} AND (due_at IS NULL OR due_at <= ?3) ${had} ${IN_ORDER} LIMIT 1`,
    ),
    nextStartOfFamily: query<{ at: number | null }>(
      db,
      `${family} SELECT MIN(COALESCE(due_at, 0)) AS at FROM family CROSS JOIN jobs USING (id)
       WHERE type = ?2 AND ${WAITING} ${had}`,
    ),
    claim: command<ClaimedRow>(db, claimWhere(`key = ?4 AND ${WAITING}`)),
    claimQueued: command<ClaimedRow>(
      db,
      claimWhere(
        `key = (SELECT key FROM jobs ${readyAs('queued', '?4')} ${had} ${IN_ORDER} LIMIT 1)`,
      ),
    ),
  };
}
