import type { Transaction } from '../../../platform/postgres/statements.ts';
import type { Job } from '../../job.ts';
import { columnsOf, inputColumns, newJob, sourceOf, startsOf } from '../new_jobs.ts';
import { type JobRow, toJob, WAITING, WHOLE } from '../rows.ts';
import type { Inserted, Lease, Lost, NewJob, Run, StartClaim, WaitingLimits } from '../store.ts';
import { holdOf } from './attempt_history.ts';
import { recordJobs } from './audit_log.ts';
import type { ChangeLog } from './change_log.ts';

/** New jobs. */
export class Insertion {
  constructor(private readonly log: ChangeLog) {}

  async insertQueued(
    tx: Transaction,
    job: NewJob,
    limits: WaitingLimits,
    now: number,
  ): Promise<Inserted> {
    const [inserted] = await this.insertAllQueued(tx, [job], limits, now);
    return inserted as Inserted;
  }

  async insertClaimed(
    tx: Transaction,
    claim: StartClaim,
    job: NewJob,
    limits: WaitingLimits,
    now: number,
  ): Promise<Inserted | undefined> {
    if (!(await claim.take(tx))) return undefined;
    const inserted = await this.insertQueued(tx, job, limits, now);
    await claim.recordStart(inserted, tx);
    return inserted;
  }

  async insertAllQueued(
    tx: Transaction,
    jobs: NewJob[],
    limits: WaitingLimits,
    now: number,
  ): Promise<Inserted[]> {
    const known = await jobsOf(
      tx,
      jobs.flatMap(({ id, isIdGiven }) => (isIdGiven ? id : [])),
      now,
    );
    const places = await freePlaces(tx, jobs, limits);
    const inserted = jobs.map((job): Inserted => {
      const existing = job.isIdGiven && known.get(job.id);
      if (existing) return { job: existing, isNew: false };
      const full = places.take(job);
      if (full) return { full };
      const made = newJob(job, now);
      // The same id may occur twice in the list.
      known.set(job.id, made);
      return { job: made, isNew: true };
    });
    const { deed, ids } = startsOf(jobs, inserted);
    const added = await this.insert(
      tx,
      jobs.filter((_, index) => isNew(inserted[index])),
      now,
    );
    await recordJobs(
      tx,
      deed,
      'start',
      ids.filter((id) => added.has(id)),
      now,
    );
    return added.size === ids.length ? inserted : this.#withOthers(tx, inserted, added, now);
  }

  async insertTracked(tx: Transaction, job: NewJob, lease: Lease, now: number): Promise<Job> {
    const { id, type, maxAttempts, sessionId = null } = job;
    const [metadata, brief] = inputColumns(job);
    const values = [id, type, maxAttempts, metadata, brief, sourceOf(job), sessionId];
    const row = await tx.get<JobRow>(INSERT_TRACKED, [...values, lease.owner, lease.until, now]);
    this.log.changed(id);
    await recordJobs(tx, job.deed, 'start', [id], now);
    return toJob(row as JobRow, now);
  }

  async insertChildren(
    tx: Transaction,
    parent: Run,
    jobs: NewJob[],
    now: number,
  ): Promise<'inserted' | 'there already' | Lost> {
    const hold = await holdOf(tx, parent);
    if (hold !== 'running') return hold;
    if (await tx.get(ANY_CHILD, [parent.id])) return 'there already';
    await this.insert(tx, jobs, now);
    await recordJobs(
      tx,
      jobs[0]?.deed,
      'start',
      jobs.map(({ id }) => id),
      now,
    );
    return 'inserted';
  }

  /**
   * Inserts rows of waiting jobs, in their order.
   * @param dismissedAt keeps them off the taskbar.
   * @returns the ids that were free.
   */
  async insert(
    tx: Transaction,
    jobs: NewJob[],
    now: number,
    dismissedAt: number | null = null,
  ): Promise<Set<string>> {
    if (jobs.length === 0) return new Set();
    const rows = jobs.map((job) => rowOf(job, now));
    const columns = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? null));
    const added = await tx.all<{ id: string }>(INSERT, [...columns, now, dismissedAt]);
    for (const { id } of added) this.log.changed(id);
    return new Set(added.map(({ id }) => id));
  }

  /** Another process has inserted jobs with these ids at the same moment. */
  async #withOthers(
    tx: Transaction,
    inserted: Inserted[],
    added: ReadonlySet<string>,
    now: number,
  ): Promise<Inserted[]> {
    const taken = inserted.flatMap((each) =>
      'job' in each && !added.has(each.job.id) ? each.job.id : [],
    );
    const others = await jobsOf(tx, taken, now);
    return inserted.map((each) => {
      const other = 'job' in each && others.get(each.job.id);
      return other ? { job: other, isNew: false } : each;
    });
  }
}

/** Names to be locked by those who count waiting jobs before they add some. */
export function locksOf(jobs: NewJob[], { perType, perClient }: WaitingLimits): string[] {
  const types = Number.isFinite(perType) ? jobs.map(({ type }) => `waiting: ${type}`) : [];
  const clients = Number.isFinite(perClient)
    ? jobs.flatMap(({ client }) => (client ? `waiting of: ${client}` : []))
    : [];
  return [...types, ...clients];
}

function isNew(inserted: Inserted | undefined): boolean {
  return inserted !== undefined && 'isNew' in inserted && inserted.isNew;
}

async function jobsOf(tx: Transaction, ids: string[], now: number): Promise<Map<string, Job>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.all<JobRow>(GET, [ids]);
  return new Map(rows.map((row) => [row.id, toJob(row, now)]));
}

/** How many more jobs of each type and client may wait. */
async function freePlaces(
  tx: Transaction,
  jobs: NewJob[],
  { perType, perClient }: WaitingLimits,
): Promise<{ take(job: NewJob): 'type' | 'client' | undefined }> {
  const types = await free(
    tx,
    'type',
    jobs.map(({ type }) => type),
    perType,
  );
  const clients = await free(
    tx,
    'client',
    jobs.flatMap(({ client }) => client || []),
    perClient,
  );
  return {
    take({ type, client = '' }) {
      const ofType = types.get(type) ?? Number.POSITIVE_INFINITY;
      const ofClient = clients.get(client) ?? Number.POSITIVE_INFINITY;
      if (ofType <= 0) return 'type';
      if (ofClient <= 0) return 'client';
      types.set(type, ofType - 1);
      clients.set(client, ofClient - 1);
      return undefined;
    },
  };
}

/** By name; all are absent without a limit. */
async function free(
  tx: Transaction,
  column: 'type' | 'client',
  names: string[],
  limit: number,
): Promise<Map<string, number>> {
  if (!Number.isFinite(limit) || names.length === 0) return new Map();
  const counts = await tx.all<{ name: string; count: number }>(COUNT_WAITING[column], [
    [...new Set(names)],
    limit,
  ]);
  return new Map(counts.map(({ name, count }) => [name, limit - count]));
}

function rowOf(job: NewJob, now: number): (string | number | null)[] {
  const { metadata, brief, runAt, isDelayed, dueAt, ...rest } = columnsOf(job, now);
  const { id, type, maxAttempts, sessionId, parentId, client } = rest;
  const { priority, timeoutMs, agent, lane } = rest;
  return [
    ...[id, type, maxAttempts, metadata, brief, sourceOf(job), sessionId, parentId, client],
    ...[priority, runAt, isDelayed, dueAt, timeoutMs, agent, lane],
  ];
}

const COLUMNS = `id, type, max_attempts, metadata, metadata_brief, source, session_id, parent_id, client,
  priority, run_at, is_delayed, due_at, timeout_ms, agent, lane`;

const INSERT = `
  INSERT INTO jobs (status, ${COLUMNS}, created_at, updated_at, dismissed_at)
  SELECT 'queued', ${COLUMNS}, $17::bigint, $17::bigint, $18::bigint
  FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[],
              $8::text[], $9::text[], $10::smallint[], $11::bigint[], $12::smallint[], $13::bigint[],
              $14::bigint[], $15::text[], $16::text[]) WITH ORDINALITY AS new (${COLUMNS}, place)
  ORDER BY place
  ON CONFLICT (id) DO NOTHING RETURNING id`;

const INSERT_TRACKED = `
  INSERT INTO jobs (id, type, status, tracked, attempt, max_attempts, metadata, metadata_brief, source,
                    session_id, owner, lease_until, created_at, started_at, updated_at)
  VALUES ($1::text, $2::text, 'running', 1, 1, $3::integer, $4::text, $5::text, $6::text, $7::text,
          $8::text, $9::bigint, $10::bigint, $10::bigint, $10::bigint)
  RETURNING ${WHOLE}`;

const GET = `SELECT ${WHOLE} FROM jobs WHERE id = ANY($1::text[])`;

const ANY_CHILD = 'SELECT 1 AS found FROM jobs WHERE parent_id = $1 LIMIT 1';

const countWaiting = (column: string) => `
  SELECT name, (SELECT COUNT(*) FROM (
           SELECT 1 FROM jobs WHERE ${column} = name AND ${WAITING} LIMIT $2::bigint) AS found) AS count
  FROM unnest($1::text[]) AS names (name)`;

const COUNT_WAITING = {
  type: countWaiting('completed_at IS NULL AND type'),
  client: countWaiting('client'),
};
