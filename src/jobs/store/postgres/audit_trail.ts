import type { Query } from '../../../platform/postgres/statements.ts';
import type { AuditEntry, AuditPage, AuditQuery } from '../../audit.ts';
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
import { numbered } from './named.ts';

const WORDS: AuditWords = { containsWho: (text) => `strpos(${text}, $who) > 0` };

/** Reads the audit trail from PostgreSQL. */
export class PostgresAuditTrail {
  constructor(private readonly db: Query) {}

  async list(wanted: AuditQuery): Promise<AuditPage> {
    const { where, values } = conditionsOf(wanted, WORDS);
    const order = `ORDER BY id DESC LIMIT ${auditLimit(wanted)}`;
    const of = (...conditions: string[]) => {
      const all = [...conditions, ...where];
      return `SELECT * FROM audit ${all.length > 0 ? `WHERE ${all.join(' AND ')}` : ''} ${order}`;
    };
    // Two short lists: one condition with OR would read the whole trail.
    const ofJob = () =>
      `SELECT * FROM ((${of('job_id = $job')}) UNION ALL (${of(IS_AMONG)})) AS found ${order}`;
    const sql = wanted.job === undefined ? of() : ofJob();
    return auditPageOf(await this.db.all<AuditRow>(...numbered(sql, values)), wanted);
  }

  async startOf({ id, createdAt }: { id: string; createdAt: Date }) {
    const alone = await this.db.get<AuditRow>(ALONE, [id]);
    if (alone) return toEntry(alone);
    const at = createdAt.getTime();
    const rows = await this.db.all<AuditRow>(TOGETHER, [firstIdAt(at), firstIdAt(at + 1)]);
    return startAmong(rows, id) satisfies AuditEntry | undefined;
  }
}

const IS_AMONG = `ids IS NOT NULL AND strpos(ids, '"' || $job || '"') > 0`;

const ALONE = "SELECT * FROM audit WHERE job_id = $1 AND action = 'start' ORDER BY id LIMIT 1";

const TOGETHER =
  "SELECT * FROM audit WHERE id >= $1 AND id < $2 AND action = 'start' AND ids IS NOT NULL";
