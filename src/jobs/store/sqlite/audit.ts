import type { Database } from 'bun:sqlite';
import {
  type Actor,
  AUTOMATIC,
  type AuditAction,
  type AuditChange,
  type AuditEntry,
  type AuditKind,
  type AuditPage,
  type AuditQuery,
  type AuditTrail,
  type Deed,
  newDeed,
  type RecordChange,
  recordNothing,
  type Settings,
} from '../../audit.ts';
import { AUDIT_COLUMNS, type AuditValues, entryOfJobs, entryOfOther } from '../audit_entries.ts';
import { command, query, type Value } from './statements.ts';

const DEFAULT_PAGE = 50;

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

interface AuditRow {
  id: string;
  at: number;
  action: AuditAction;
  via: Actor['via'];
  user: string | null;
  address: string | null;
  job_id: string | null;
  count: number;
  ids: string | null;
  query: string | null;
  kind: AuditKind;
  target: string | null;
  before: string | null;
  after: string | null;
}

/** By the query's conditions; each set of them is a statement of its own, which uses its index. */
function list(db: Database, wanted: AuditQuery): AuditPage {
  const { limit = DEFAULT_PAGE } = wanted;
  const { where, values } = conditionsOf(wanted);
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
  const rows = query<AuditRow>(db, sql).all({ ...values, limit: limit + 1 });
  const entries = rows.slice(0, limit).map(toEntry);
  const last = entries.at(-1);
  return { entries, ...(rows.length > limit && last && { nextCursor: last.id }) };
}

function conditionsOf(wanted: AuditQuery) {
  const { job, who, via, action, kind, isPersonal, since, until, cursor } = wanted;
  const where: string[] = [];
  const values: Record<string, Value> = {};
  const add = (condition: string, name: string, value: Value) => {
    where.push(condition);
    values[name] = value;
  };
  if (job !== undefined) values.job = job;
  if (who !== undefined) {
    add("instr(lower(coalesce(user, '') || ' ' || coalesce(address, '')), $who) > 0", 'who', who);
    values.who = who.toLowerCase();
  }
  if (via !== undefined) add('via = $via', 'via', via);
  if (action !== undefined) add('action = $action', 'action', action);
  if (kind === 'job') where.push("kind = 'job'");
  // SQLite uses the partial index only when the query repeats its condition.
  else if (kind !== undefined) add("kind = $kind AND kind <> 'job'", 'kind', kind);
  if (isPersonal) where.push(`via NOT IN (${AUTOMATIC.map((one) => `'${one}'`).join(', ')})`);
  if (since !== undefined) add('id >= $since', 'since', firstIdAt(since));
  if (until !== undefined) add('id < $until', 'until', firstIdAt(until));
  if (cursor !== undefined) add('id < $cursor', 'cursor', cursor);
  return { where, values };
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
  // Jobs that were started together were created at the moment of their entry.
  const at = createdAt.getTime();
  const rows = query<AuditRow>(
    db,
    `SELECT * FROM audit WHERE id >= ? AND id < ? AND action = 'start' AND ids IS NOT NULL`,
  ).all(firstIdAt(at), firstIdAt(at + 1));
  const entries = rows.map(toEntry);
  const named = entries.find(({ ids }) => ids?.includes(id));
  if (named) return named;
  // Of a longer list not every id is kept.
  const [only, ...others] = entries.filter(({ count, ids = [] }) => count > ids.length);
  return others.length === 0 ? only : undefined;
}

/** The lowest UUID of version 7 of a millisecond. */
function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

function toEntry(row: AuditRow): AuditEntry {
  const { id, at, action, via, user, address, job_id, count, ids, query, kind, target } = row;
  const { before, after } = row;
  return {
    id,
    at: new Date(at),
    action,
    by: { via, ...(user !== null && { user }), ...(address !== null && { address }) },
    ...(job_id !== null && { jobId: job_id }),
    count,
    ...(ids !== null && { ids: JSON.parse(ids) as string[] }),
    ...(query !== null && { query }),
    kind,
    ...(target !== null && { target }),
    ...(before !== null && { before: JSON.parse(before) as Settings }),
    ...(after !== null && { after: JSON.parse(after) as Settings }),
  };
}
