import type { Database } from 'bun:sqlite';
import type { Writer } from '../../../platform/writer.ts';
import type { JobData, SaveData } from '../../data.ts';
import { boundedError } from '../../engine/report.ts';
import type { Job } from '../../job.ts';
import { FINAL_STATUSES, type FinalStatus, isFinal, type JobStatus } from '../../lifecycle.ts';
import type {
  Changed,
  Claimed,
  ClaimRequest,
  Committed,
  End,
  Ended,
  Fence,
  HeldLease,
  Inserted,
  JobQueue,
  JobStore,
  Lease,
  NewJob,
  Removed,
  Report,
  Run,
  Then,
  WaitingLimits,
} from '../store.ts';
import type { ChangeLog, Counted, Place } from './changes.ts';
import { createLogWriter } from './log.ts';
import { asColumns, type JobRow, toJob, WHOLE } from './rows.ts';
import { createStepWriter } from './steps.ts';

/** So often a job may be left behind without having got further, before it counts as an attempt. */
const FREE_INTERRUPTIONS = 10;

/** Jobs that one call of `prune` looks at: a few milliseconds, in which nobody else can write. */
const PRUNE_STEP = 200;

/** Free pages that stay in the file for what comes next: 4 MB, at 4 KB a page. */
const FREE_PAGES = 1_000;

/** What `PRAGMA auto_vacuum` says of a file that can give pages back. */
const INCREMENTAL = 2;

/** Pages given back in one transaction: 1 to 5 ms. */
const VACUUM_STEP = 500;

/** Of so many jobs whose next attempt is due, the first in the line is claimed first. */
const MAX_DUE = 100;

/** Values of a new job's row, and how many rows one statement inserts at most. */
const ROW = 10;
const ROWS = 50;

const LEFT_BEHIND = 'The process that ran it ended.';
const INTERRUPTED = 'Interrupted: the process that ran it ended.';

type Value = string | number | null;

/** What a statement returns of a job so that its move is counted. */
interface Moved extends Counted {
  id: string;
  status: JobStatus;
  tracked: number;
  started_at: number | null;
}

const MOVED = 'id, type, client, status, tracked, started_at';

/**
 * All that changes jobs in SQLite. Needs the tables of `migrations/`.
 * @param save stores what handlers commit.
 */
export function createSqliteJobStore(
  db: Database,
  writer: Writer,
  log: ChangeLog,
  save: SaveData,
): JobStore & JobQueue {
  const sql = prepare(db);
  const lines = createLogWriter(db);
  const steps = createStepWriter(db);

  const placeOf = ({ tracked }: { tracked: number | boolean }): Place =>
    tracked ? 'tracked' : 'running';

  /** A job that ran or waited has ended. */
  function ended(
    job: Counted & { id: string },
    from: Place,
    status: FinalStatus,
    now: number,
    startedAt: number | null,
  ) {
    log.moved(job.id, job, from, undefined);
    log.ended(
      job.id,
      job.type,
      status,
      now,
      from === 'waiting' || startedAt === null ? undefined : now - startedAt,
    );
  }

  const counted = ({ type, client = null }: { type: string; client?: string | null }): Counted => ({
    type,
    client,
  });

  // --- Coming ---

  function insert(job: NewJob, now: number): Inserted {
    sql.insert.run(...rowOf(job, now));
    return inLine(job, now);
  }

  /** Its row is written: it counts as waiting. */
  function inLine(job: NewJob, now: number): Inserted {
    const { type, client = null } = job;
    log.moved(job.id, { type, client }, undefined, 'waiting');
    return { job: newJob(job, now), isNew: true };
  }

  /** What stands in the way of a new job: one with its id, or a limit. */
  function obstacleTo(job: NewJob, { perType, perClient }: WaitingLimits): Inserted | undefined {
    if (job.isIdGiven) {
      const there = sql.get.get(job.id);
      if (there) return { job: toJob(there), isNew: false };
    }
    const { type, client } = job;
    if (perType !== Number.POSITIVE_INFINITY && log.count(type, 'waiting') >= perType)
      return { full: 'type' };
    if (client && perClient !== Number.POSITIVE_INFINITY && log.countOfClient(client) >= perClient)
      return { full: 'client' };
    return undefined;
  }

  function insertAll(jobs: NewJob[], limits: WaitingLimits, now: number): Inserted[] {
    // Rows that are to be inserted together: a statement for each costs half as much again.
    let rows: Value[] = [];
    const flush = () => {
      for (let from = 0; from < rows.length; from += ROW)
        sql.insert.run(...rows.slice(from, from + ROW));
      rows = [];
    };
    const inserted = jobs.map((job) => {
      // The same id may stand twice in the list.
      if (job.isIdGiven) flush();
      const obstacle = obstacleTo(job, limits);
      if (obstacle) return obstacle;
      rows.push(...rowOf(job, now));
      if (rows.length === ROW * ROWS) {
        sql.insertRows.run(...rows);
        rows = [];
      }
      return inLine(job, now);
    });
    flush();
    return inserted;
  }

  function insertTracked(job: NewJob, lease: Lease, now: number) {
    const { id, type, maxAttempts, sessionId = null } = job;
    const [metadata, brief] = job.metadata ? asColumns(job.metadata) : [null, null];
    sql.insertTracked.run(
      id,
      type,
      maxAttempts,
      metadata,
      brief,
      sessionId,
      lease.owner,
      lease.until,
      now,
    );
    log.moved(id, { type, client: null }, undefined, 'tracked');
    return toJob(sql.get.get(id) as JobRow);
  }

  function insertChildren(parent: Run, jobs: NewJob[], now: number) {
    if (!isRunning(parent)) return 'lost';
    if (sql.anyChild.get(parent.id)) return 'there already';
    for (const job of jobs) insert(job, now);
    return 'inserted';
  }

  // --- Running ---

  const isRunning = ({ id, attempt }: Fence) => sql.isRunning.get(id, attempt) !== null;
  const isHeld = ({ id, attempt }: Fence) => sql.isHeld.get(id, attempt) !== null;

  function claim({ type, count, limit, only }: ClaimRequest, lease: Lease, now: number): Claimed[] {
    const claimed: Claimed[] = [];
    if (log.count(type, 'waiting') === 0) return claimed;
    const free = Math.min(count, limit - log.count(type, 'running'));
    const claimNext = claimer(type, lease, now, only);
    while (claimed.length < free) {
      const row = claimNext();
      if (!row) break;
      log.moved(row.id, row, 'waiting', 'running');
      claimed.push(toClaimed(row, now));
    }
    return claimed;
  }

  /** Mostly nobody waits for a next attempt that is due, and one statement claims the first queued. */
  function claimer(type: string, { owner, until }: Lease, now: number, only: string | undefined) {
    const claimKey = (key: number | undefined) =>
      key === undefined ? null : sql.claim.get(owner, until, now, key);
    if (only !== undefined) return () => claimKey(sql.nextOfFamily.get(only, type, now)?.key);
    const isAnyDue = (sql.nextDue.get(type, now)?.key ?? null) !== null;
    if (isAnyDue) return () => claimKey(nextInLine(type, now));
    return () => sql.claimQueued.get(owner, until, now, type);
  }

  /** Of the first that is queued and the first whose retry is due the one that came first. */
  function nextInLine(type: string, now: number): number | undefined {
    const queued = sql.nextQueued.get(type)?.key;
    const due = sql.nextDue.get(type, now)?.key ?? undefined;
    return queued === undefined || (due !== undefined && due < queued) ? due : queued;
  }

  function report(run: Fence, { progress, lines: text }: Report, now: number): boolean {
    if (progress) {
      const { current, total, message, stage = null } = progress;
      const { changes } = sql.saveProgress.run(
        current,
        total,
        message,
        stage,
        now,
        run.id,
        run.attempt,
      );
      if (changes === 0) return false;
    }
    if (!text) return true;
    if (!progress && !isHeld(run)) return false;
    lines.append(run.id, text);
    return true;
  }

  function commit(run: Run, data: JobData, then: Then, now: number): Committed {
    if (!isRunning(run)) return { lost: isCancelling(run) ? 'cancelling' : 'gone' };
    const saved = save(data);
    const state = typeof then === 'function' ? then(saved) : then;
    if (state.checkpoint !== undefined)
      sql.saveCheckpoint.run(asJson(state.checkpoint), now, run.id);
    if (state.progress) report(run, { progress: state.progress }, now);
    return { saved, state };
  }

  const isCancelling = ({ id, attempt }: Fence) => sql.isCancelling.get(id, attempt) !== null;

  // --- Ending ---

  function end(run: Run, how: End, last: Report, now: number): Ended | undefined {
    report(run, last, now);
    return endAs(run, how, now) ?? finishCancel(run, undefined, now);
  }

  function endAs(run: Run, how: End, now: number): Ended | undefined {
    switch (how.as) {
      case 'completed':
        return complete(run, how.result, now);
      case 'failed':
        return fail(run, how.reason, how.failure, now);
      case 'retrying':
        return (
          waitAgain(run, 'retrying', how.reason, 'failed', now, (reason) =>
            sql.retry.run(how.retryAt, reason, now, run.id, run.attempt),
          ) ?? fail(run, how.reason, 'exhausted', now)
        );
      case 'postponed':
        return waitAgain(run, 'retrying', how.reason, 'failed', now, (reason) =>
          sql.postpone.run(how.retryAt, reason, now, run.id, run.attempt),
        );
      case 'released':
        return waitAgain(run, 'queued', null, 'released', now, () =>
          sql.release.run(now, run.id, run.attempt),
        );
      case 'cancelled':
        return finishCancel(run, how.note, now);
    }
  }

  function complete(run: Run, value: unknown, now: number): Ended | undefined {
    const [result, brief] = value === undefined ? ['null', null] : asColumns(value);
    if (sql.complete.run(result, brief, now, run.id, run.attempt).changes === 0) return undefined;
    ended({ id: run.id, ...counted(run) }, placeOf(run), 'completed', now, run.startedAt);
    return endedAs('completed');
  }

  function fail(run: Run, why: string, failure: string, now: number): Ended | undefined {
    const reason = boundedError(why);
    if (sql.fail.run(reason, failure, now, run.id, run.attempt).changes === 0) return undefined;
    ended({ id: run.id, ...counted(run) }, placeOf(run), 'failed', now, run.startedAt);
    // Nobody is left who waits for them, and a retry of this job retries them.
    return endedAs('failed', cancelChildren(run.id, now));
  }

  /** The attempt is over, and the job waits for another one. */
  function waitAgain(
    run: Run,
    status: 'queued' | 'retrying',
    why: string | null,
    outcome: 'failed' | 'released',
    now: number,
    change: (reason: string) => { changes: number },
  ): Ended | undefined {
    const reason = why === null ? '' : boundedError(why);
    if (change(reason).changes === 0) return undefined;
    log.moved(run.id, counted(run), 'running', 'waiting');
    keepAttempt(run, outcome, reason || null, now);
    return endedAs(status);
  }

  function keepAttempt(
    { id, attempt, startedAt }: Fence & { startedAt: number },
    outcome: string,
    error: string | null,
    now: number,
  ): void {
    sql.keepAttempt.run(id, attempt, startedAt, now, outcome, error);
  }

  function finishCancel(run: Run, note: string | undefined, now: number): Ended | undefined {
    if (sql.finishCancel.run(note ?? null, now, run.id, run.attempt).changes === 0)
      return undefined;
    ended({ id: run.id, ...counted(run) }, placeOf(run), 'cancelled', now, run.startedAt);
    return endedAs('cancelled');
  }

  const endedAs = (status: JobStatus, children: Changed[] = []): Ended => ({ status, children });

  // --- From outside ---

  function cancel(id: string, now: number): Changed[] {
    const waiting = sql.cancelWaiting.get(now, id);
    if (waiting) ended(waiting, 'waiting', 'cancelled', now, null);
    const job = waiting ?? sql.cancelRunning.get(now, id);
    if (!job) return [];
    log.changed(id);
    return [job, ...cancelChildren(id, now)].map(({ id, status }) => ({ id, status }));
  }

  function cancelChildren(id: string, now: number): Changed[] {
    return sql.activeChildren.all(id).flatMap((child) => cancel(child.id, now));
  }

  function requeue(id: string, maxAttempts: (type: string) => number, now: number): Changed[] {
    const before = sql.endedJob.get(id);
    if (!before || before.tracked === 1) return [];
    if (before.attempt > 0) keepLastAttempt(before);
    sql.requeue.run(maxAttempts(before.type), now, id);
    log.moved(id, before, undefined, 'waiting');
    const isRunAgain = before.status === 'completed';
    // What was undone has to be done again, and its checkpoint speaks of what is no longer there.
    sql.forgetUndone.run(id);
    steps.reset(id, isRunAgain);
    if (isRunAgain) sql.disown.run(id);
    const children = sql.unsuccessfulChildren.all(id);
    const follow = children.flatMap((child) => requeue(child.id, maxAttempts, now));
    return [{ id, status: 'queued' }, ...follow];
  }

  /** Until then it follows from the job itself. A job cancelled in the line had none under way. */
  function keepLastAttempt(job: EndedRow): void {
    if (sql.hasAttempt.get(job.id, job.attempt)) return;
    const { id, attempt, started_at, completed_at, status, error_message } = job;
    const startedAt = started_at ?? completed_at;
    keepAttempt({ id, attempt, startedAt }, status, error_message, completed_at);
  }

  function remove(id: string, force: boolean, now: number): Removed {
    const job = sql.moved.get(id);
    if (!job || (!force && !isFinal(job.status))) return { id, isGone: false, children: [] };
    const children = sql.activeChildren.all(id).flatMap((child): Changed[] => {
      const isWaiting = child.status === 'queued' || child.status === 'retrying';
      if (!isWaiting) return cancel(child.id, now);
      const { children } = remove(child.id, true, now);
      return [{ id: child.id, status: child.status }, ...children];
    });
    sql.remove.run(id);
    const isWaiting = job.status === 'queued' || job.status === 'retrying';
    const from = isFinal(job.status) ? undefined : isWaiting ? 'waiting' : placeOf(job);
    log.moved(id, job, from, undefined);
    return { id, isGone: true, children };
  }

  function dismiss(id: string, now: number): boolean {
    if (sql.dismiss.run(now, id).changes === 0) return false;
    log.changed(id);
    return true;
  }

  // --- Left behind ---

  function abandon(held: HeldLease, now: number): (Ended & { id: string }) | undefined {
    const row = sql.leaseOf.get(held.id);
    if (row?.attempt !== held.attempt || (row.lease_until ?? 0) !== held.until) return undefined;
    const run = asRun(row);
    const settled = settleAbandoned(run, row.status, now);
    return settled && { id: held.id, ...settled };
  }

  function settleAbandoned(run: Run, status: JobStatus, now: number): Ended | undefined {
    if (status === 'cancelling') return finishCancel(run, LEFT_BEHIND, now);
    if (sql.resume.run(INTERRUPTED, now, run.id, run.attempt).changes === 0)
      return fail(run, INTERRUPTED, 'interrupted', now);
    log.moved(run.id, counted(run), 'running', 'waiting');
    keepAttempt(run, 'interrupted', INTERRUPTED, now);
    return endedAs('queued');
  }

  /** Where the last call of `prune` stopped. */
  let pruned = { type: '', createdAt: 0, key: 0 };

  /**
   * Along each type by age: what has ended goes, the few that are still active are passed over.
   * Returns where to go on, and whether there may be more.
   */
  function prune(time: number): { next: typeof pruned; isMore: boolean } {
    const rows = sql.oldest.all(pruned.type, pruned.createdAt, time, pruned.key, PRUNE_STEP);
    for (const row of rows) {
      if (row.completed_at === null || row.completed_at >= time) continue;
      sql.remove.run(row.id);
      // Only these are still shown to anybody.
      if (row.status === 'failed' && row.dismissed_at === null) log.changed(row.id);
    }
    const last = rows.at(-1);
    if (last && rows.length === PRUNE_STEP) {
      const next = { type: pruned.type, createdAt: last.created_at, key: last.key };
      return { next, isMore: true };
    }
    const type = sql.typeAfter.get(pruned.type)?.type ?? '';
    return { next: { type, createdAt: 0, key: 0 }, isMore: type !== '' };
  }

  /** It moves on only when it has happened: a transaction may be rolled back and run again. */
  async function pruneStep(time: number): Promise<boolean> {
    const { next, isMore } = await writer.write(() => prune(time));
    pruned = next;
    return isMore;
  }

  /** Files made before `auto_vacuum` was set keep their free pages, and fill them again. */
  function hasSpareSpace(): boolean {
    const free = sql.freePages.get()?.freelist_count ?? 0;
    return free > FREE_PAGES && sql.autoVacuum.get()?.auto_vacuum === INCREMENTAL;
  }

  function giveBackSpace(): boolean {
    // To its end: each row that it returns is a page.
    sql.vacuum.all();
    return hasSpareSpace();
  }

  const each = <Item, Result>(items: Item[], run: (item: Item) => Result): Result[] =>
    items.map(run);

  return {
    insertQueued: (job, limits, now) =>
      writer.write(() => obstacleTo(job, limits) ?? insert(job, now)),
    insertAllQueued: (jobs, limits, now) => writer.write(() => insertAll(jobs, limits, now)),
    insertTracked: (job, lease, now) => writer.write(() => insertTracked(job, lease, now)),
    insertChildren: (parent, jobs, now) => writer.write(() => insertChildren(parent, jobs, now)),

    claim: (request, lease, now) => writer.write(() => claim(request, lease, now)),
    hasWaiting: (type) => log.count(type, 'waiting') > 0,
    afterWrites: (run) => writer.atEndOfTurn(run),

    report: (run, what, now) => writer.write(() => report(run, what, now)),
    commit: (run, data, then, now) => writer.write(() => commit(run, data, then, now)),
    end: (run, how, last, now) => writer.write(() => end(run, how, last, now)),

    planSteps: (run, names) =>
      writer.write(() => {
        if (isHeld(run)) for (const name of names) steps.plan(run.id, name);
      }),
    changeStep: (run, name, change, now) =>
      writer.write(() => {
        if (!isHeld(run)) return false;
        steps.change(run.id, name, change, now);
        log.changed(run.id);
        return true;
      }),
    beginUndoing: (run, reason) =>
      writer.write(
        () => isHeld(run) && sql.setUndoing.run(boundedError(reason), run.id).changes > 0,
      ),
    isLastAttempt: async ({ id, attempt }) => sql.isLastAttempt.get(id, attempt) !== null,

    cancel: (ids, now) => writer.write(() => each(ids, (id) => cancel(id, now))),
    requeue: (ids, maxAttempts, now) =>
      writer.write(() => each(ids, (id) => requeue(id, maxAttempts, now))),
    remove: (ids, force, now) => writer.write(() => each(ids, (id) => remove(id, force, now))),
    dismiss: (id, now) => writer.write(() => dismiss(id, now)),

    renewLeases: ({ owner, until }) => writer.write(() => sql.renew.all(until, owner)),
    runsOf: async (owner) => sql.runsOf.all(owner),
    leases: async () =>
      sql.leases.all().map(({ id, attempt, owner, lease_until, tracked }) => ({
        id,
        attempt,
        owner: owner ?? undefined,
        until: lease_until ?? 0,
        tracked: tracked === 1,
      })),
    abandon: (held, now) => writer.write(() => abandon(held, now)),
    rebaseRetries: async (now) =>
      sql.anyFromTheFuture.get(now) ? writer.write(() => sql.rebaseRetries.run(now).changes) : 0,
    prune: pruneStep,
    giveBackSpace: async () => hasSpareSpace() && writer.write(giveBackSpace),
  };
}

/** @throws TypeError, of what JSON has nothing for as well. */
function asJson(checkpoint: unknown): string {
  const json = JSON.stringify(checkpoint) as string | undefined;
  if (json === undefined) throw new TypeError('The checkpoint is not JSON-serialisable.');
  return json;
}

function rowOf(job: NewJob, now: number): Value[] {
  const { id, type, maxAttempts, sessionId = null, parentId = null, client = null } = job;
  const [metadata, brief] = job.metadata ? asColumns(job.metadata) : [null, null];
  return [id, type, maxAttempts, metadata, brief, sessionId, parentId, client, now, now];
}

function toClaimed(row: ClaimedRow, startedAt: number): Claimed {
  const parse = (text: string | null) => (text === null ? undefined : JSON.parse(text));
  return {
    id: row.id,
    attempt: row.attempt,
    type: row.type as Run['type'],
    tracked: false,
    client: row.client ?? undefined,
    startedAt,
    metadata: parse(row.metadata),
    checkpoint: parse(row.checkpoint),
    sessionId: row.session_id ?? undefined,
    progress: { current: row.progress_current, total: row.progress_total },
    attemptsUsed: row.attempt - row.uncounted,
    maxAttempts: row.max_attempts,
    undoing: row.undoing ?? undefined,
    hasSteps: row.attempt > 1,
  };
}

/** As it would be read, without reading it. */
function newJob(job: NewJob, now: number): Job {
  const at = new Date(now);
  const made: Job = {
    id: job.id,
    type: job.type,
    status: 'queued',
    createdAt: at,
    updatedAt: at,
    progress: { current: 0, total: 0, message: '' },
    errors: [],
    attempt: 0,
    attemptsUsed: 0,
    maxAttempts: job.maxAttempts,
    tracked: false,
  };
  if (job.metadata) made.metadata = job.metadata;
  if (job.sessionId !== undefined) made.sessionId = job.sessionId;
  if (job.parentId !== undefined) made.parentId = job.parentId;
  return made;
}

function asRun(row: LeaseRow): Run {
  return {
    id: row.id,
    attempt: row.attempt,
    type: row.type as Run['type'],
    tracked: row.tracked === 1,
    client: row.client ?? undefined,
    startedAt: row.started_at ?? 0,
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

interface LeaseRow extends Moved {
  attempt: number;
  owner: string | null;
  lease_until: number | null;
}

interface EndedRow extends Moved {
  attempt: number;
  completed_at: number;
  error_message: string | null;
}

interface OldRow {
  key: number;
  id: string;
  status: JobStatus;
  created_at: number;
  completed_at: number | null;
  dismissed_at: number | null;
}

/** One statement for each thing that happens to a job. */
function prepare(db: Database) {
  const run = (text: string) => db.query<null, Value[]>(text);
  const get = <Row>(text: string) => db.query<Row, Value[]>(text);
  const insert = `
      INSERT INTO jobs (id, type, status, max_attempts, metadata, metadata_brief, session_id,
                        parent_id, client, created_at, updated_at) VALUES`;
  const row = "(?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?)";
  const live = 'completed_at IS NULL';
  const waiting = "status IN ('queued', 'retrying')";
  const running = "status IN ('running', 'cancelling')";
  const over = 'owner = NULL, lease_until = NULL';
  const counts = 'attempt - uncounted < max_attempts';
  // An end of its process is rarely the job's fault. It is when that happens again and again.
  const free = `(advanced OR interruptions < ${FREE_INTERRUPTIONS})`;
  const fromTheFuture = `${live} AND status = 'retrying' AND updated_at > ?1 + 1000`;

  const firstQueued = (type: string) => `
    SELECT key FROM jobs
    WHERE ${live} AND status = 'queued' AND type = ${type} AND retry_at IS NULL ORDER BY key LIMIT 1`;
  const claimWhere = (which: string) => `
    UPDATE jobs SET status = 'running', attempt = attempt + 1, advanced = 0, retry_at = NULL,
                    owner = ?1, lease_until = ?2, started_at = ?3, updated_at = ?3
    WHERE ${which}
    RETURNING id, type, client, attempt, uncounted, max_attempts, metadata, checkpoint, session_id,
              progress_current, progress_total, undoing`;

  return {
    insert: run(`${insert} ${row}`),
    insertRows: run(`${insert} ${Array(ROWS).fill(row).join(', ')}`),
    insertTracked: run(`
      INSERT INTO jobs (id, type, status, tracked, attempt, max_attempts, metadata, metadata_brief,
                        session_id, owner, lease_until, created_at, started_at, updated_at)
      VALUES (?1, ?2, 'running', 1, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9)`),
    get: get<JobRow>(`SELECT ${WHOLE} FROM jobs WHERE id = ?`),
    moved: get<Moved>(`SELECT ${MOVED} FROM jobs WHERE id = ?`),

    nextQueued: get<{ key: number }>(firstQueued('?1')),
    // The first in the line; of very many that are due, of those that were due first.
    nextDue: get<{ key: number | null }>(`
      SELECT MIN(key) AS key FROM (
        SELECT key FROM jobs
        WHERE ${live} AND status = 'retrying' AND type = ? AND retry_at <= ?
        ORDER BY retry_at LIMIT ${MAX_DUE})`),
    nextOfFamily: get<{ key: number }>(`
      WITH RECURSIVE family (id) AS (
        VALUES (?1) UNION SELECT jobs.id FROM jobs JOIN family ON jobs.parent_id = family.id)
      SELECT key FROM family CROSS JOIN jobs USING (id)
      WHERE type = ?2 AND ${waiting} AND (retry_at IS NULL OR retry_at <= ?3) ORDER BY key LIMIT 1`),
    claim: get<ClaimedRow>(claimWhere(`key = ?4 AND ${waiting}`)),
    claimQueued: get<ClaimedRow>(claimWhere(`key = (${firstQueued('?4')})`)),

    isRunning: get<{ found: 1 }>(
      "SELECT 1 AS found FROM jobs WHERE id = ? AND attempt = ? AND status = 'running'",
    ),
    isCancelling: get<{ found: 1 }>(
      "SELECT 1 AS found FROM jobs WHERE id = ? AND attempt = ? AND status = 'cancelling'",
    ),
    isHeld: get<{ found: 1 }>(
      `SELECT 1 AS found FROM jobs WHERE id = ? AND attempt = ? AND ${running}`,
    ),
    isLastAttempt: get<{ found: 1 }>(`
      SELECT 1 AS found FROM jobs
      WHERE id = ? AND attempt = ? AND attempt - uncounted >= max_attempts + advanced`),
    saveProgress: run(`
      UPDATE jobs SET progress_current = ?1, progress_total = ?2, progress_message = ?3,
                      progress_stage = ?4, updated_at = ?5
      WHERE id = ?6 AND attempt = ?7 AND ${running}`),
    // Writing the same checkpoint again is no step forward, however often it is done.
    saveCheckpoint: run(`
      UPDATE jobs SET advanced = advanced OR checkpoint IS NOT ?1, checkpoint = ?1, updated_at = ?2
      WHERE id = ?3`),

    complete: run(`
      UPDATE jobs SET status = 'completed', result = ?1, result_brief = ?2, error_message = NULL,
                      ${over}, updated_at = ?3, completed_at = ?3
      WHERE id = ?4 AND attempt = ?5 AND status = 'running'`),
    fail: run(`
      UPDATE jobs SET status = 'failed', error_message = ?1, errors = json_insert(errors, '$[#]', ?1),
                      failure = ?2, ${over}, updated_at = ?3, completed_at = ?3
      WHERE id = ?4 AND attempt = ?5 AND status = 'running'`),
    retry: run(`
      UPDATE jobs SET status = 'retrying', retry_at = ?1, error_message = ?2,
                      errors = json_insert(errors, '$[#]', ?2), uncounted = uncounted + advanced,
                      ${over}, updated_at = ?3
      WHERE id = ?4 AND attempt = ?5 AND status = 'running' AND ${counts} + advanced`),
    postpone: run(`
      UPDATE jobs SET status = 'retrying', retry_at = ?1, error_message = ?2,
                      uncounted = uncounted + 1, ${over}, updated_at = ?3
      WHERE id = ?4 AND attempt = ?5 AND status = 'running'`),
    release: run(`
      UPDATE jobs SET status = 'queued', uncounted = uncounted + 1, ${over}, updated_at = ?1
      WHERE id = ?2 AND attempt = ?3 AND status = 'running'`),
    finishCancel: run(`
      UPDATE jobs SET status = 'cancelled', error_message = ?1, ${over}, updated_at = ?2, completed_at = ?2
      WHERE id = ?3 AND attempt = ?4 AND status = 'cancelling'`),
    keepAttempt: run(`
      INSERT INTO job_attempts (job_id, attempt, started_at, ended_at, outcome, error)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET
        ended_at = excluded.ended_at, outcome = excluded.outcome, error = excluded.error`),
    hasAttempt: get<{ found: 1 }>(
      'SELECT 1 AS found FROM job_attempts WHERE job_id = ? AND attempt = ? AND ended_at IS NOT NULL',
    ),

    cancelWaiting: get<Moved>(`
      UPDATE jobs SET status = 'cancelled', retry_at = NULL, ${over}, updated_at = ?1, completed_at = ?1
      WHERE id = ?2 AND ${waiting} RETURNING ${MOVED}`),
    cancelRunning: get<Moved>(`
      UPDATE jobs SET status = 'cancelling', updated_at = ?1
      WHERE id = ?2 AND status = 'running' RETURNING ${MOVED}`),
    anyChild: get<{ found: 1 }>('SELECT 1 AS found FROM jobs WHERE parent_id = ? LIMIT 1'),
    activeChildren: get<{ id: string; status: JobStatus }>(
      `SELECT id, status FROM jobs WHERE parent_id = ? AND ${live} ORDER BY key`,
    ),
    unsuccessfulChildren: get<{ id: string }>(
      "SELECT id FROM jobs WHERE parent_id = ? AND status <> 'completed' ORDER BY key",
    ),

    endedJob: get<EndedRow>(`
      SELECT ${MOVED}, attempt, completed_at, error_message FROM jobs
      WHERE id = ? AND status IN (${FINAL_STATUSES.map((status) => `'${status}'`).join(', ')})`),
    // The checkpoint of a completed job would make its next run find nothing left to do.
    requeue: run(`
      UPDATE jobs SET key = (SELECT MAX(key) FROM jobs) + 1, max_attempts = ?1, uncounted = attempt,
                      checkpoint = CASE status WHEN 'completed' THEN NULL ELSE checkpoint END,
                      status = 'queued', result = NULL, result_brief = NULL, error_message = NULL,
                      failure = NULL, completed_at = NULL, interruptions = 0, undoing = NULL,
                      advanced = 0, dismissed_at = NULL, progress_message = '', progress_stage = NULL,
                      progress_current = 0, progress_total = 0, updated_at = ?2
      WHERE id = ?3`),
    forgetUndone: run(`
      UPDATE jobs SET checkpoint = NULL WHERE id = ?1 AND EXISTS
        (SELECT 1 FROM job_steps WHERE job_id = ?1 AND status = 'compensated')`),
    disown: run('UPDATE jobs SET parent_id = NULL WHERE parent_id = ?'),
    setUndoing: run('UPDATE jobs SET undoing = ? WHERE id = ?'),
    dismiss: run(`
      UPDATE jobs SET dismissed_at = ?1, updated_at = ?1
      WHERE id = ?2 AND completed_at IS NOT NULL AND dismissed_at IS NULL`),
    remove: run('DELETE FROM jobs WHERE id = ?'),

    renew: get<Fence & { status: JobStatus }>(`
      UPDATE jobs SET lease_until = ?1 WHERE owner = ?2 AND ${live} AND ${running}
      RETURNING id, attempt, status`),
    runsOf: get<Fence & { status: JobStatus }>(`
      SELECT id, attempt, status FROM jobs WHERE ${live} AND ${running} AND owner = ?`),
    leases: get<LeaseRow>(`
      SELECT ${MOVED}, attempt, owner, lease_until FROM jobs WHERE ${live} AND ${running}`),
    leaseOf: get<LeaseRow>(`
      SELECT ${MOVED}, attempt, owner, lease_until FROM jobs WHERE id = ? AND ${running}`),
    resume: run(`
      UPDATE jobs SET status = 'queued', uncounted = uncounted + ${free},
                      interruptions = CASE advanced WHEN 1 THEN 0 ELSE interruptions + 1 END,
                      errors = json_insert(errors, '$[#]', ?1), ${over}, updated_at = ?2
      WHERE id = ?3 AND attempt = ?4 AND status = 'running' AND tracked = 0
        AND ${counts} + ${free}`),
    anyFromTheFuture: get<{ found: 1 }>(
      `SELECT 1 AS found FROM jobs WHERE ${fromTheFuture} LIMIT 1`,
    ),
    rebaseRetries: run(`
      UPDATE jobs SET retry_at = ?1 + retry_at - updated_at, updated_at = ?1 WHERE ${fromTheFuture}`),

    oldest: get<OldRow>(`
      SELECT key, id, status, created_at, completed_at, dismissed_at FROM jobs
      WHERE type = ?1 AND created_at >= ?2 AND created_at < ?3 AND (created_at > ?2 OR key > ?4)
      ORDER BY created_at, key LIMIT ?5`),
    freePages: get<{ freelist_count: number }>('PRAGMA freelist_count'),
    autoVacuum: get<{ auto_vacuum: number }>('PRAGMA auto_vacuum'),
    vacuum: get<null>(`PRAGMA incremental_vacuum(${VACUUM_STEP})`),
    typeAfter: get<{ type: string | null }>('SELECT MIN(type) AS type FROM jobs WHERE type > ?'),
  };
}
