import type { Database } from 'bun:sqlite';
import type { Job } from '../../job.ts';
import { columnsOf, inputColumns, newJob, startsOf } from '../new_jobs.ts';
import { type JobRow, toJob, WHOLE } from '../rows.ts';
import type { Inserted, Lease, Lost, NewJob, Run, StartClaim, WaitingLimits } from '../store.ts';
import type { Ownership } from './attempts.ts';
import type { AuditLog } from './audit.ts';
import type { ChangeLog } from './changes.ts';
import { command, query, type Value } from './statements.ts';

/** Values of a new job's row, and how many rows one statement inserts at most. */
const COLUMNS = 17;
const MAX_ROWS = 50;

const INSERT = `
  INSERT INTO jobs (id, type, status, max_attempts, metadata, metadata_brief, session_id,
                    parent_id, client, created_at, updated_at, priority, run_at, is_delayed,
                    due_at, timeout_ms, agent, lane) VALUES`;
const ROW = "(?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/** A claim on SQLite gets no transaction: everything is written over the one connection. */
interface ClaimOnSqlite {
  take(): ReturnType<StartClaim['take']>;
  recordStart(outcome: Inserted): ReturnType<StartClaim['recordStart']>;
}

/** New jobs. */
export class Insertion {
  readonly #sql;

  constructor(
    db: Database,
    private readonly log: ChangeLog,
    private readonly ownership: Ownership,
    private readonly audit: AuditLog,
  ) {
    this.#sql = statements(db);
  }

  insertQueued(job: NewJob, limits: WaitingLimits, now: number): Inserted {
    const obstacle = this.#obstacleTo(job, limits, now);
    if (obstacle) return obstacle;
    this.audit.changed(job.deed, 'start', [job.id], now);
    return this.#insert(job, now);
  }

  insertClaimed(
    claim: StartClaim,
    job: NewJob,
    limits: WaitingLimits,
    now: number,
  ): Inserted | undefined {
    const own = claim as ClaimOnSqlite;
    if (!synchronous(own.take())) return undefined;
    const inserted = this.insertQueued(job, limits, now);
    synchronous(own.recordStart(inserted));
    return inserted;
  }

  insertAllQueued(jobs: NewJob[], limits: WaitingLimits, now: number): Inserted[] {
    // One statement for many rows: a statement for each costs half as much again.
    let rows: Value[] = [];
    const flush = () => {
      for (let from = 0; from < rows.length; from += COLUMNS)
        this.#sql.insert.run(...rows.slice(from, from + COLUMNS));
      rows = [];
    };
    const inserted = jobs.map((job) => {
      // The same id may occur twice in the list.
      if (job.isIdGiven) flush();
      const obstacle = this.#obstacleTo(job, limits, now);
      if (obstacle) return obstacle;
      rows.push(...rowOf(job, now));
      if (rows.length === COLUMNS * MAX_ROWS) {
        this.#sql.insertRows.run(...rows);
        rows = [];
      }
      return this.#counted(job, now);
    });
    flush();
    const { deed, ids } = startsOf(jobs, inserted);
    this.audit.changed(deed, 'start', ids, now);
    return inserted;
  }

  insertTracked(job: NewJob, lease: Lease, now: number): Job {
    const { id, type, maxAttempts, sessionId = null } = job;
    const [metadata, brief] = inputColumns(job);
    const { owner, until } = lease;
    this.#sql.insertTracked.run(
      id,
      type,
      maxAttempts,
      metadata,
      brief,
      sessionId,
      owner,
      until,
      now,
    );
    this.log.moved(id, { type, client: null }, undefined, 'tracked');
    this.audit.changed(job.deed, 'start', [id], now);
    return toJob(this.#sql.get.get(id) as JobRow, now);
  }

  insertChildren(parent: Run, jobs: NewJob[], now: number): 'inserted' | 'there already' | Lost {
    const hold = this.ownership.holdOf(parent);
    if (hold !== 'running') return hold;
    if (this.#sql.anyChild.get(parent.id)) return 'there already';
    for (const job of jobs) this.#insert(job, now);
    const ids = jobs.map(({ id }) => id);
    this.audit.changed(jobs[0]?.deed, 'start', ids, now);
    return 'inserted';
  }

  #insert(job: NewJob, now: number): Inserted {
    this.#sql.insert.run(...rowOf(job, now));
    return this.#counted(job, now);
  }

  #counted(job: NewJob, now: number): Inserted {
    const { type, client = null } = job;
    this.log.moved(job.id, { type, client }, undefined, 'waiting');
    return { job: newJob(job, now), isNew: true };
  }

  /** What keeps a new job out: a job with its id, or a limit. */
  #obstacleTo(
    job: NewJob,
    { perType, perClient }: WaitingLimits,
    now: number,
  ): Inserted | undefined {
    if (job.isIdGiven) {
      const existing = this.#sql.get.get(job.id);
      if (existing) return { job: toJob(existing, now), isNew: false };
    }
    const { type, client } = job;
    if (perType !== Number.POSITIVE_INFINITY && this.log.count(type, 'waiting') >= perType)
      return { full: 'type' };
    const isLimited = client && perClient !== Number.POSITIVE_INFINITY;
    if (isLimited && this.log.countOfClient(client) >= perClient) return { full: 'client' };
    return undefined;
  }
}

function statements(db: Database) {
  return {
    insert: command(db, `${INSERT} ${ROW}`),
    insertRows: command(db, `${INSERT} ${Array(MAX_ROWS).fill(ROW).join(', ')}`),
    insertTracked: command(
      db,
      `INSERT INTO jobs (id, type, status, tracked, attempt, max_attempts, metadata, metadata_brief,
                         session_id, owner, lease_until, created_at, started_at, updated_at)
       VALUES (?1, ?2, 'running', 1, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9)`,
    ),
    get: query<JobRow>(db, `SELECT ${WHOLE} FROM jobs WHERE id = ?`),
    anyChild: query<{ found: 1 }>(db, 'SELECT 1 AS found FROM jobs WHERE parent_id = ? LIMIT 1'),
  };
}

function rowOf(job: NewJob, now: number): Value[] {
  const { metadata, brief, runAt, isDelayed, dueAt, ...rest } = columnsOf(job, now);
  const { id, type, maxAttempts, sessionId, parentId, client } = rest;
  const { priority, timeoutMs, agent, lane } = rest;
  return [
    ...[id, type, maxAttempts, metadata, brief, sessionId, parentId, client, now, now],
    ...[priority, runAt, isDelayed, dueAt, timeoutMs, agent, lane],
  ];
}

/** An `await` within a transaction of SQLite would let the writes of others into it. */
function synchronous<Value>(answer: Value | Promise<Value>): Value {
  if (!(answer instanceof Promise)) return answer;
  throw new TypeError('On SQLite, a claim has to be synchronous.');
}
