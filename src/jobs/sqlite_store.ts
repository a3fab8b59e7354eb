import type { Database } from 'bun:sqlite';
import type { Job, JobType } from './job.ts';
import { FINAL_STATUSES, type JobStatus, statusesBefore } from './lifecycle.ts';
import type {
  Claimed,
  CommitState,
  Fence,
  HeldLease,
  Inserted,
  InsertOptions,
  JobStore,
  NewJob,
  ProgressUpdate,
  WaitingLimits,
} from './store.ts';

/** So often a job may be left behind without having got further, before it counts as an attempt. */
const FREE_INTERRUPTIONS = 10;

/** More changes than these at once are not told one by one. */
const MOST_CHANGES = 500;

/** How many changes are kept for processes that are behind. */
const KEPT_CHANGES = 10_000;

/** All that changes jobs in SQLite, and what the tracker reads for it. Needs the tables of `migrations/`. */
export function createSqliteJobStore(db: Database): JobStore {
  const before = (to: JobStatus) => `status IN (${quoted(statusesBefore(to))})`;
  const fenced = 'id = $id AND attempt = $attempt';
  const atWork = "status IN ('running', 'cancelling')";
  const ended = 'owner = NULL, lease_until = NULL, updated_at = $now, completed_at = $now';
  const lastTurn = '(SELECT COALESCE(MAX(turn), 0) + 1 FROM jobs)';

  const insert = db.query<JobRow, Params>(`
    INSERT INTO jobs (id, type, status, tracked, turn, attempt, max_attempts, metadata,
                      session_id, parent_id, client, owner, lease_until,
                      created_at, started_at, updated_at)
    VALUES ($id, $type, $status, $tracked, ${lastTurn}, $attempt, $maxAttempts, $metadata,
            $sessionId, $parentId, $client, $owner, $leaseUntil, $now, $startedAt, $now)
    RETURNING *`);

  const twin = db.query<JobRow, Params>(`
    SELECT * FROM jobs
    WHERE type = $type AND created_at BETWEEN $twinSince AND $now
      AND status IN ('queued', 'running', 'retrying') AND metadata IS $metadata
      AND session_id IS $sessionId AND parent_id IS $parentId AND client IS $client
    ORDER BY created_at DESC, id DESC LIMIT 1`);

  const waitingOfType = db.query<{ count: number }, Params>(`
    SELECT COUNT(*) AS count FROM jobs WHERE type = $type AND status IN ('queued', 'retrying')`);
  const waitingOfClient = db.query<{ count: number }, Params>(`
    SELECT COUNT(*) AS count FROM jobs
    WHERE client = $client AND client IS NOT NULL AND status IN ('queued', 'retrying')`);

  const due = `type = $type AND status IN ('queued', 'retrying')
      AND (retry_at IS NULL OR retry_at <= $now)`;
  const family = `id IN (
      WITH RECURSIVE family (id) AS (
        VALUES ($only) UNION SELECT jobs.id FROM jobs JOIN family ON jobs.parent_id = family.id)
      SELECT id FROM family)`;

  const claimOf = (waiting: string) => ({
    // Looked at first, because an UPDATE that finds nothing makes other writers wait all the same.
    any: db.query<{ found: 1 }, Params>(`SELECT 1 AS found FROM jobs WHERE ${waiting} LIMIT 1`),
    next: db.query<JobRow, Params>(`
      UPDATE jobs SET status = 'running', attempt = attempt + 1, advanced = 0, retry_at = NULL,
                      owner = $owner, lease_until = $until, started_at = $now, updated_at = $now
      WHERE ${before('running')} AND id = (
        SELECT id FROM jobs WHERE ${waiting} ORDER BY turn LIMIT 1)
      RETURNING *`),
  });
  const claimAny = claimOf(due);
  const claimOfFamily = claimOf(`${due} AND ${family}`);

  const saveProgressOf = db.query<null, Params>(`
    UPDATE jobs SET progress_current = $current, progress_total = $total,
                    progress_message = $message, progress_stage = $stage, updated_at = $now
    WHERE ${fenced} AND ${atWork}`);

  const isAtWork = db.query<{ found: 1 }, Params>(`
    SELECT 1 AS found FROM jobs WHERE ${fenced} AND status = 'running'`);

  // Writing the same checkpoint again is no step forward, however often it is done.
  const saveCheckpoint = db.query<null, Params>(`
    UPDATE jobs SET advanced = advanced OR checkpoint IS NOT $checkpoint,
                    checkpoint = $checkpoint, updated_at = $now
    WHERE id = $id`);

  const complete = db.query<JobRow, Params>(`
    UPDATE jobs SET status = 'completed', result = $result, error_message = NULL, ${ended}
    WHERE ${fenced} AND ${before('completed')} RETURNING *`);

  const fail = db.query<JobRow, Params>(`
    UPDATE jobs SET status = 'failed', error_message = $reason,
                    errors = json_insert(errors, '$[#]', $reason), ${ended}
    WHERE ${fenced} AND status = 'running' RETURNING *`);

  const retryLater = db.query<JobRow, Params>(`
    UPDATE jobs SET status = 'retrying', retry_at = $retryAt, error_message = $reason,
                    errors = json_insert(errors, '$[#]', $reason),
                    max_attempts = max_attempts + advanced,
                    owner = NULL, lease_until = NULL, updated_at = $now
    WHERE ${fenced} AND ${before('retrying')} AND attempt < max_attempts + advanced RETURNING *`);

  const postpone = db.query<JobRow, Params>(`
    UPDATE jobs SET status = 'retrying', retry_at = $retryAt, error_message = $reason,
                    max_attempts = max_attempts + 1,
                    owner = NULL, lease_until = NULL, updated_at = $now
    WHERE ${fenced} AND ${before('retrying')} RETURNING *`);

  const release = db.query<JobRow, Params>(`
    UPDATE jobs SET status = 'queued', max_attempts = max_attempts + 1,
                    owner = NULL, lease_until = NULL, updated_at = $now
    WHERE ${fenced} AND status = 'running' RETURNING *`);

  const finishCancel = db.query<JobRow, Params>(`
    UPDATE jobs SET status = 'cancelled', error_message = $note, ${ended}
    WHERE ${fenced} AND status = 'cancelling' RETURNING *`);

  const cancelWaiting = db.query<JobRow, Params>(`
    UPDATE jobs SET status = 'cancelled', retry_at = NULL, ${ended}
    WHERE id = $id AND status IN ('queued', 'retrying') RETURNING *`);

  const cancelAtWork = db.query<JobRow, Params>(`
    UPDATE jobs SET status = 'cancelling', updated_at = $now
    WHERE id = $id AND ${before('cancelling')} RETURNING *`);

  // The checkpoint of a completed job would make its next run find nothing left to do.
  const requeue = db.query<JobRow, Params>(`
    UPDATE jobs SET turn = ${lastTurn}, max_attempts = attempt + $attempts,
                    checkpoint = CASE status WHEN 'completed' THEN NULL ELSE checkpoint END,
                    status = 'queued', result = NULL, error_message = NULL, completed_at = NULL,
                    interruptions = 0, undoing = NULL,
                    dismissed_at = NULL, progress_message = '', progress_stage = NULL,
                    progress_current = 0, progress_total = 0, updated_at = $now
    WHERE id = $id AND tracked = 0 AND status IN (${quoted(FINAL_STATUSES)}) RETURNING *`);

  const dismiss = db.query<JobRow, Params>(`
    UPDATE jobs SET dismissed_at = $now, updated_at = $now
    WHERE id = $id AND completed_at IS NOT NULL AND dismissed_at IS NULL RETURNING *`);

  const remove = db.query<null, Params>(
    'DELETE FROM jobs WHERE id = $id AND ($force OR completed_at IS NOT NULL)',
  );

  const renew = db.query<JobRow, Params>(`
    UPDATE jobs SET lease_until = $until WHERE owner = $owner AND ${atWork} RETURNING *`);

  const leases = db.query<LeaseRow, []>(`
    SELECT id, attempt, owner, lease_until FROM jobs WHERE completed_at IS NULL AND ${atWork}`);

  const leaseOf = db.query<LeaseRow & { status: JobStatus }, [string]>(
    `SELECT status, id, attempt, owner, lease_until FROM jobs WHERE id = ? AND ${atWork}`,
  );

  // An end of its process is rarely the job's fault. It is when that happens again and again.
  const free = `(advanced OR interruptions < ${FREE_INTERRUPTIONS})`;
  const resume = db.query<JobRow, Params>(`
    UPDATE jobs SET status = 'queued', max_attempts = max_attempts + ${free},
                    interruptions = CASE advanced WHEN 1 THEN 0 ELSE interruptions + 1 END,
                    errors = json_insert(errors, '$[#]', $reason),
                    owner = NULL, lease_until = NULL, updated_at = $now
    WHERE ${fenced} AND status = 'running' AND tracked = 0
      AND attempt < max_attempts + ${free} RETURNING *`);

  const fromTheFuture = "status = 'retrying' AND completed_at IS NULL AND updated_at > $now + 1000";
  const anyFromTheFuture = db.query<{ found: 1 }, Params>(
    `SELECT 1 AS found FROM jobs WHERE ${fromTheFuture} LIMIT 1`,
  );
  const rebaseRetries = db.query<null, Params>(`
    UPDATE jobs SET retry_at = $now + retry_at - updated_at, updated_at = $now
    WHERE ${fromTheFuture}`);

  const noteRemoval = db.query<null, Params>('INSERT INTO job_changes (job_id) VALUES ($id)');

  const endedBefore = db.query<Pick<JobRow, 'id' | 'status' | 'dismissed_at'>, [number, number]>(`
    SELECT id, status, dismissed_at FROM jobs WHERE completed_at < ? ORDER BY completed_at LIMIT ?`);

  const forgetChanges = db.query<null, [number, number]>(`
    DELETE FROM job_changes WHERE seq IN (
      SELECT seq FROM job_changes WHERE seq < (SELECT MAX(seq) FROM job_changes) - ?
      ORDER BY seq LIMIT ?)`);

  const getRow = db.query<JobRow, [string]>('SELECT * FROM jobs WHERE id = ?');

  const idsLike = db.query<{ id: string }, Params>(`
    SELECT id FROM jobs WHERE substr(id, 1, length($part)) = $part OR substr(id, -length($part)) = $part
    ORDER BY created_at DESC, id DESC LIMIT $limit`);

  const activeRows = db.query<JobRow, []>(`
    SELECT * FROM jobs WHERE completed_at IS NULL
    ORDER BY ${atWork} DESC, CASE WHEN ${atWork} THEN started_at ELSE turn END, turn`);

  const countActive = db.query<{ atWork: number; waiting: number }, []>(`
    SELECT COALESCE(SUM(${atWork}), 0) AS atWork, COALESCE(SUM(NOT ${atWork}), 0) AS waiting
    FROM jobs WHERE completed_at IS NULL`);

  const atWorkRows = db.query<JobRow, []>(`
    SELECT * FROM jobs WHERE completed_at IS NULL AND ${atWork} ORDER BY started_at, turn`);

  const waitingRows = db.query<JobRow, [number]>(`
    SELECT * FROM jobs INDEXED BY jobs_waiting
    WHERE status IN ('queued', 'retrying') ORDER BY turn LIMIT ?`);

  // What ended in the future ended before the machine's time was set back.
  const endedRows = db.query<JobRow, [number, number, number]>(`
    SELECT * FROM jobs
    WHERE completed_at BETWEEN ? AND ? AND status <> 'failed' AND dismissed_at IS NULL
    ORDER BY completed_at DESC LIMIT ?`);

  const failedRows = db.query<JobRow, [number]>(`
    SELECT * FROM jobs INDEXED BY jobs_failed_unseen
    WHERE status = 'failed' AND dismissed_at IS NULL ORDER BY completed_at DESC LIMIT ?`);

  const changes = db.query<{ seq: number; job_id: string }, [number]>(
    `SELECT seq, job_id FROM job_changes WHERE seq > ? ORDER BY seq LIMIT ${MOST_CHANGES + 1}`,
  );
  const lastChange = db.query<{ seq: number | null }, []>(
    'SELECT MAX(seq) AS seq FROM job_changes',
  );
  const progressElsewhere = db.query<{ id: string; mark: string }, [string]>(`
    SELECT id, attempt || ' ' || updated_at || ' ' || progress_current AS mark
    FROM jobs WHERE completed_at IS NULL AND ${atWork} AND owner <> ?`);

  const dataVersion = db.query<{ data_version: number }, []>('PRAGMA data_version');
  let seenVersion = dataVersion.get()?.data_version;
  let seenChange = lastChange.get()?.seq ?? 0;
  let seenProgress = new Map<string, string>();

  const newChanges = (): string[] | 'too many' => {
    const from = seenChange;
    const rows = changes.all(from);
    const tooMany = rows.length > MOST_CHANGES;
    seenChange = (tooMany ? lastChange.get()?.seq : rows.at(-1)?.seq) ?? from;
    // A gap: this process slept while older ones were forgotten.
    const isGap = rows[0] !== undefined && rows[0].seq !== from + 1;
    if (isGap || tooMany) return 'too many';
    return [...new Set(rows.map((row) => row.job_id))];
  };

  const newProgress = (owner: string): string[] => {
    const before = seenProgress;
    const rows = progressElsewhere.all(owner);
    seenProgress = new Map(rows.map(({ id, mark }) => [id, mark]));
    return rows.filter(({ id, mark }) => before.get(id) !== mark).map(({ id }) => id);
  };

  const first = (query: { get(params: Params): JobRow | null }, params: Params) => {
    const row = query.get(params);
    return row ? toJob(row) : undefined;
  };

  const placesOfType = (type: string, limit: number) =>
    limit - (waitingOfType.get({ type })?.count ?? 0);
  const placesOfClient = (client: string | null, limit: number) =>
    client === null
      ? Number.POSITIVE_INFINITY
      : limit - (waitingOfClient.get({ client })?.count ?? 0);

  const insertQueued = db.transaction(
    (job: NewJob, { twinSince, maxWaiting }: InsertOptions, now: number): Inserted => {
      const there = getRow.get(job.id);
      if (there) return { job: toJob(there), isNew: false };
      const asked = asParams(job);
      const { type, client = null } = asked;
      if (twinSince !== undefined) {
        const { metadata, sessionId, parentId } = asked;
        const known = first(twin, { type, metadata, sessionId, parentId, client, twinSince, now });
        if (known) return { job: known, isNew: false };
      }
      if (placesOfType(type, maxWaiting.perType) <= 0) return { full: 'type' };
      if (placesOfClient(client, maxWaiting.perClient) <= 0) return { full: 'client' };
      return { job: toJob(insert.get(asWaiting(job, now)) as JobRow), isNew: true };
    },
  );

  /** Counts once who waits, and not for every job: that takes as long as the line is. */
  const insertAllQueued = db.transaction(
    (jobs: NewJob[], { perType, perClient }: WaitingLimits, now: number): Inserted[] => {
      const ofTypes = new Map<string, number>();
      const ofClients = new Map<string | null, number>();
      return jobs.map((job) => {
        const there = getRow.get(job.id);
        if (there) return { job: toJob(there), isNew: false };
        const { type, client = null } = job;
        const ofType = ofTypes.get(type) ?? placesOfType(type, perType);
        const ofClient = ofClients.get(client) ?? placesOfClient(client, perClient);
        if (ofType <= 0) return { full: 'type' };
        if (ofClient <= 0) return { full: 'client' };
        ofTypes.set(type, ofType - 1);
        ofClients.set(client, ofClient - 1);
        return { job: toJob(insert.get(asWaiting(job, now)) as JobRow), isNew: true };
      });
    },
  );

  const removeOne = db.transaction((id: string, force: boolean): boolean => {
    if (remove.run({ id, force }).changes === 0) return false;
    noteRemoval.run({ id });
    return true;
  });

  const deleteEndedBefore = db.transaction((time: number, limit: number): number => {
    const rows = endedBefore.all(time, limit);
    for (const { id, status, dismissed_at } of rows) {
      remove.run({ id, force: false });
      // Only these are still shown to anybody.
      if (status === 'failed' && dismissed_at === null) noteRemoval.run({ id });
    }
    return rows.length;
  });

  const abandon = db.transaction((held: HeldLease, now: number): Job | undefined => {
    const row = leaseOf.get(held.id);
    if (!row || row.attempt !== held.attempt || toLease(row).until !== held.until) return undefined;
    const fence = { id: held.id, attempt: held.attempt, now };
    if (row.status === 'cancelling') {
      return first(finishCancel, { ...fence, note: 'The process that ran it ended.' });
    }
    const reason = 'Interrupted: the process that ran it ended.';
    return first(resume, { ...fence, reason }) ?? first(fail, { ...fence, reason });
  });

  const saveProgress = db.transaction((updates: ProgressUpdate[], now: number) =>
    updates
      .filter(({ id, attempt, progress }) => {
        const stage = progress.stage ?? null;
        return saveProgressOf.run({ id, attempt, now, ...progress, stage }).changes === 0;
      })
      .map(({ id }) => id),
  );

  const commit = db.transaction(
    (fence: Fence, write: () => void, state: CommitState, now: number): boolean => {
      if (!isAtWork.get({ ...fence })) return false;
      write();
      // After `write`, so that a checkpoint may count what was written.
      if (state.checkpoint !== undefined) {
        const checkpoint = JSON.stringify(state.checkpoint);
        saveCheckpoint.run({ id: fence.id, checkpoint, now });
      }
      if (state.progress) saveProgress([{ ...fence, progress: state.progress }], now);
      return true;
    },
  );

  const children = db.query<JobRow, [string]>(
    'SELECT * FROM jobs WHERE parent_id = ? ORDER BY turn',
  );

  const cancelWithChildren = (id: string, now: number): Job[] => {
    const job = first(cancelWaiting, { id, now }) ?? first(cancelAtWork, { id, now });
    if (!job) return [];
    const active = children.all(id).filter(({ completed_at }) => completed_at === null);
    return [job, ...active.flatMap((child) => cancelWithChildren(child.id, now))];
  };
  const cancel = db.transaction(cancelWithChildren);

  // What was undone has to be done again, and its checkpoint speaks of what is no longer there.
  const forgetUndone = db.query<null, Params>(`
    UPDATE jobs SET checkpoint = NULL WHERE id = $id AND EXISTS
      (SELECT 1 FROM job_steps WHERE job_id = $id AND status = 'compensated')`);
  const resetSteps = db.query<null, Params>(`
    UPDATE job_steps SET status = 'pending', result = NULL, error = NULL,
                         started_at = NULL, ended_at = NULL
    WHERE job_id = $id AND (status <> 'completed' OR $all)`);
  const disown = db.query<null, Params>('UPDATE jobs SET parent_id = NULL WHERE parent_id = $id');

  const requeueWithChildren = (id: string, attempts: number, now: number): Job[] => {
    const before = getRow.get(id);
    const job = first(requeue, { id, attempts, now });
    if (!job) return [];
    const isRunAgain = before?.status === 'completed';
    forgetUndone.run({ id });
    resetSteps.run({ id, all: isRunAgain });
    if (isRunAgain) disown.run({ id });
    const unsuccessful = children.all(id).filter(({ status }) => status !== 'completed');
    return [job, ...unsuccessful.flatMap((child) => requeueWithChildren(child.id, attempts, now))];
  };
  const requeueAll = db.transaction(requeueWithChildren);

  const isLastAttempt = db.query<{ found: 1 }, Params>(
    `SELECT 1 AS found FROM jobs WHERE ${fenced} AND attempt >= max_attempts + advanced`,
  );

  const insertChildren = db.transaction((parent: Fence, jobs: NewJob[], now: number) => {
    if (!isAtWork.get({ ...parent })) return 'lost';
    if (children.get(parent.id)) return 'there already';
    for (const job of jobs) insert.get(asWaiting(job, now));
    return 'inserted';
  });

  return {
    insertQueued: (job, options, now) => insertQueued.immediate(job, options, now),
    insertAllQueued: (jobs, maxWaiting, now) => insertAllQueued.immediate(jobs, maxWaiting, now),
    insertRunning: (job, lease, now) =>
      toJob(
        insert.get({
          ...asParams(job),
          status: 'running',
          tracked: 1,
          attempt: 1,
          owner: lease.owner,
          leaseUntil: lease.until,
          startedAt: now,
          now,
        }) as JobRow,
      ),
    claim: (type, lease, now, only) => {
      const { any, next } = only === undefined ? claimAny : claimOfFamily;
      const which = { type, now, ...(only !== undefined && { only }) };
      return any.get(which) ? toClaimed(next.get({ ...which, ...lease })) : undefined;
    },
    saveProgress: (updates, now) => saveProgress.immediate(updates, now),
    commit: (fence, write, state, now) => commit.immediate(fence, write, state, now),
    complete: (fence, result, now) =>
      first(complete, { ...fence, result: JSON.stringify(result ?? null), now }),
    fail: (fence, reason, now) => first(fail, { ...fence, reason, now }),
    retryLater: (fence, reason, retryAt, now) =>
      first(retryLater, { ...fence, reason, retryAt: Math.ceil(retryAt), now }),
    postpone: (fence, reason, retryAt, now) => first(postpone, { ...fence, reason, retryAt, now }),
    release: (fence, now) => first(release, { ...fence, now }),
    finishCancel: (fence, note, now) => first(finishCancel, { ...fence, note: note ?? null, now }),
    cancel: (id, now) => cancel.immediate(id, now),
    requeue: (id, attempts, now) => requeueAll.immediate(id, attempts, now),
    insertChildren: (parent, jobs, now) =>
      insertChildren.immediate({ id: parent.id, attempt: parent.attempt }, jobs, now),
    isLastAttempt: ({ id, attempt }) => isLastAttempt.get({ id, attempt }) !== null,
    children: (id) => children.all(id).map(toJob),
    dismiss: (id, now) => first(dismiss, { id, now }),
    remove: (id, force) => removeOne.immediate(id, force),
    together: (changes) => db.transaction(changes).immediate(),
    renewLeases: (lease) => renew.all({ ...lease }).map(toJob),
    rebaseRetries: (now) =>
      anyFromTheFuture.get({ now }) ? rebaseRetries.run({ now }).changes : 0,
    leases: () => leases.all().map(toLease),
    abandon: (held, now) => abandon.immediate(held, now),
    deleteEndedBefore: (time, limit) => deleteEndedBefore.immediate(time, limit),
    forgetChanges: (limit) => forgetChanges.run(KEPT_CHANGES, limit).changes,
    changesElsewhere: (owner) => {
      const version = dataVersion.get()?.data_version;
      if (version === seenVersion) return undefined;
      seenVersion = version;
      return { changed: newChanges(), progressed: newProgress(owner) };
    },
    get: (id) => {
      const row = getRow.get(id);
      return row ? toJob(row) : undefined;
    },
    idsLike: (part, limit) =>
      getRow.get(part) ? [part] : idsLike.all({ part, limit }).map(({ id }) => id),
    active: () => activeRows.all().map(toJob),
    countActive: () => countActive.get() ?? { atWork: 0, waiting: 0 },
    current: (endedSince, now, limits) =>
      [
        ...endedRows.all(endedSince, now, limits.ended),
        ...atWorkRows.all(),
        ...waitingRows.all(limits.waiting),
        ...failedRows.all(limits.failed),
      ].map(toJob),
  };
}

type Params = Record<string, string | number | boolean | null>;

export interface JobRow {
  id: string;
  type: string;
  status: JobStatus;
  tracked: number;
  progress_current: number;
  progress_total: number;
  progress_message: string;
  progress_stage: string | null;
  metadata: string | null;
  checkpoint: string | null;
  result: string | null;
  error_message: string | null;
  errors: string;
  attempt: number;
  max_attempts: number;
  owner: string | null;
  lease_until: number | null;
  retry_at: number | null;
  session_id: string | null;
  parent_id: string | null;
  created_at: number;
  started_at: number | null;
  updated_at: number;
  completed_at: number | null;
  dismissed_at: number | null;
}

type LeaseRow = Pick<JobRow, 'id' | 'attempt' | 'owner' | 'lease_until'>;

export function toJob(row: JobRow): Job {
  const result = json(row.result);
  return {
    id: row.id,
    type: row.type as JobType,
    status: row.status,
    createdAt: new Date(row.created_at),
    ...(row.started_at !== null && { startedAt: new Date(row.started_at) }),
    ...(row.completed_at !== null && { completedAt: new Date(row.completed_at) }),
    updatedAt: new Date(row.updated_at),
    progress: {
      current: row.progress_current,
      total: row.progress_total,
      message: row.progress_message,
      ...(row.progress_stage !== null && { stage: row.progress_stage }),
    },
    ...(row.metadata !== null && { metadata: json(row.metadata) as Record<string, unknown> }),
    ...(result !== undefined && result !== null && { result }),
    ...(row.error_message !== null && { errorMessage: row.error_message }),
    errors: json(row.errors) as string[],
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    ...(row.retry_at !== null && { retryAt: new Date(row.retry_at) }),
    tracked: row.tracked === 1,
    ...(row.dismissed_at !== null && { dismissedAt: new Date(row.dismissed_at) }),
    ...(row.session_id !== null && { sessionId: row.session_id }),
    ...(row.parent_id !== null && { parentId: row.parent_id }),
  };
}

function toLease({ id, attempt, owner, lease_until }: LeaseRow): HeldLease {
  return { id, attempt, owner: owner ?? undefined, until: lease_until ?? 0 };
}

function toClaimed(row: JobRow | null): Claimed | undefined {
  return row ? { job: toJob(row), checkpoint: json(row.checkpoint) } : undefined;
}

function json(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}

function asWaiting(job: NewJob, now: number): Params {
  return {
    ...asParams(job),
    status: 'queued',
    tracked: 0,
    attempt: 0,
    owner: null,
    leaseUntil: null,
    startedAt: null,
    now,
  };
}

function asParams(job: NewJob) {
  return {
    id: job.id,
    type: job.type,
    maxAttempts: job.maxAttempts,
    metadata: job.metadata ? JSON.stringify(job.metadata) : null,
    sessionId: job.sessionId ?? null,
    parentId: job.parentId ?? null,
    client: job.client ?? null,
  };
}

/** Only ever called with statuses from the lifecycle table. */
function quoted(statuses: readonly JobStatus[]): string {
  return statuses.map((status) => `'${status}'`).join(', ');
}
