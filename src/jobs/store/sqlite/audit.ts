import type { Database } from 'bun:sqlite';
import {
  type Actor,
  type AuditAction,
  type AuditChange,
  type AuditEntry,
  type AuditPage,
  type AuditQuery,
  type AuditTrail,
  type Deed,
  newDeed,
  type RecordChange,
  recordNothing,
} from '../../audit.ts';
import { AUDIT_COLUMNS, type AuditValues, entryOfJobs, entryOfOther } from '../audit_entries.ts';
import {
  type AuditRow,
  type AuditWords,
  auditLimit,
  auditPageOf,
  conditionsOf,
  firstIdAt,
  startAmong,
  toEntry,
} from '../audit_rows.ts';
import { command, query } from './statements.ts';

const WORDS: AuditWords = { containsWho: (text) => `instr(${text}, $who) > 0` };

/** Writes entries, within the caller's transaction. */
export class AuditLog {
  readonly #sql;

  constructor(db: Database) {
    this.#sql = {
      // The steps of an action on many add to its entry.
      insert: command(
        db,
        `INSERT INTO audit (${AUDIT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET count = count + excluded.count`,
      ),
      prune: command(
        db,
        `DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?2) AND at < ?1`,
      ),
    };
  }

  /** Records that these jobs were changed; nothing without a deed or a job. */
  changed(deed: Deed | undefined, action: AuditAction, ids: string[], now: number): void {
    this.#insert(entryOfJobs(deed, action, ids, now));
  }

  /** Records a change of one job, if it was made. @returns whether it was. */
  job(isMade: boolean, deed: Deed | undefined, action: AuditAction, id: string, now: number) {
    if (isMade) this.changed(deed, action, [id], now);
    return isMade;
  }

  /** Records a change of something other than a job. */
  other(deed: Deed | undefined, action: AuditAction, change: AuditChange, now: number): void {
    this.#insert(entryOfOther(deed, action, change, now));
  }

  /** Deletes some of the oldest entries, if they are from before `time`; gives how many. */
  prune(time: number, limit: number): number {
    return this.#sql.prune.run(time, limit).changes;
  }

  #insert(values: AuditValues | undefined): void {
    if (values) this.#sql.insert.run(...values);
  }
}

/** Gives what records a change by that actor; undefined: it is not recorded. @param now ms since 1970 UTC. */
export function createAuditRecorder(
  db: Database,
  by: Actor | undefined,
  now: () => number = Date.now,
): RecordChange {
  if (!by) return recordNothing;
  const log = new AuditLog(db);
  const deed = newDeed(by, now());
  return (action, change) => log.other(deed, action, change, now());
}

/** Reads the trail from SQLite; see `migrations/0031_create_audit_trail.sql`. */
export function createSqliteAuditTrail(db: Database): Omit<AuditTrail, 'recorder'> {
  return {
    list: async (wanted) => list(db, wanted),
    startOf: async (job) => startOf(db, job),
  };
}

/** By the query's conditions; each set of them is a statement of its own, which uses its index. */
function list(db: Database, wanted: AuditQuery): AuditPage {
  const { where, values } = conditionsOf(wanted, WORDS);
  const order = 'ORDER BY id DESC LIMIT $limit';
  const all = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  const rest = where.length === 0 ? '' : `AND ${where.join(' AND ')}`;
  // Two short lists: one condition with OR would read the whole trail.
  const sql =
    wanted.job === undefined
      ? `SELECT * FROM audit ${all} ${order}`
      : `SELECT * FROM (
           SELECT * FROM (SELECT * FROM audit WHERE job_id = $job ${rest} ${order})
           UNION ALL
           SELECT * FROM (SELECT * FROM audit INDEXED BY audit_of_many
                          WHERE ids IS NOT NULL AND instr(ids, '"' || $job || '"') > 0 ${rest} ${order})
         ) ${order}`;
  const rows = query<AuditRow>(db, sql).all({ ...values, limit: auditLimit(wanted) });
  return auditPageOf(rows, wanted);
}

function startOf(
  db: Database,
  { id, createdAt }: { id: string; createdAt: Date },
): AuditEntry | undefined {
  const alone = query<AuditRow>(
    db,
    "SELECT * FROM audit WHERE job_id = ? AND action = 'start' ORDER BY id LIMIT 1",
  ).get(id);
  if (alone) return toEntry(alone);
  const at = createdAt.getTime();
  const rows = query<AuditRow>(
    db,
    `SELECT * FROM audit WHERE id >= ? AND id < ? AND action = 'start' AND ids IS NOT NULL`,
  ).all(firstIdAt(at), firstIdAt(at + 1));
  return startAmong(rows, id);
}
