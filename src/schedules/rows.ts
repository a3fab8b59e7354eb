import type { Inserted, JobStatus } from '../jobs/index.ts';
import type { RunDelay, RunOutcome, ScheduledJob, ScheduleRun } from './schedule.ts';
import type { DueRun, ListedSchedule, NewSchedule, StoredSchedule } from './store.ts';

/**
 * How many runs of a schedule are kept. So far back a due time is known to have run when the clock is
 * set back.
 */
export const MAX_RUNS = 1_000;

/** The columns of a new schedule, before its id, when it was made and when it is due. */
export const OWN_COLUMNS = 'type, input, client, session_id, cron, time_zone, priority, timeout_ms';

/** The columns of a new run. */
export const RUN_COLUMNS =
  'schedule_id, due, at, outcome, job_id, message, delay, missed_since, lacked';

/** A run and how its job ended, of the tables `runs` and `jobs`. */
export const RUN_WITH_JOB = `
  runs.due, runs.at, runs.outcome, runs.job_id, runs.message, runs.delay, runs.missed_since, runs.lacked,
  CASE WHEN jobs.id IS NULL THEN 1 ELSE 0 END AS is_deleted,
  COALESCE(jobs.status, runs.job_status) AS status,
  COALESCE(jobs.completed_at, runs.job_ended_at) AS ended_at,
  COALESCE(jobs.result_brief, jobs.result, runs.job_result) AS result,
  COALESCE(jobs.error_message, runs.job_error) AS error`;

export interface ScheduleRow {
  id: string;
  type: string;
  input: string;
  session_id: string | null;
  client: string | null;
  cron: string;
  time_zone: string;
  created_at: number;
  paused_at: number | null;
  next_due: number | null;
  priority: number;
  timeout_ms: number | null;
  version: number;
}

export interface RunRow {
  due: number | null;
  at: number;
  outcome: RunOutcome;
  job_id: string | null;
  message: string | null;
  delay: RunDelay | null;
  missed_since: number | null;
  lacked: string | null;
  is_deleted: number;
  status: JobStatus | null;
  ended_at: number | null;
  result: string | null;
  error: string | null;
}

export function toStored(row: ScheduleRow): StoredSchedule {
  return {
    id: row.id,
    type: row.type,
    input: JSON.parse(row.input),
    ...(row.session_id !== null && { sessionId: row.session_id }),
    ...(row.client !== null && { client: row.client }),
    cron: row.cron,
    timeZone: row.time_zone,
    createdAt: row.created_at,
    ...(row.paused_at !== null && { pausedAt: row.paused_at }),
    ...(row.next_due !== null && { nextDue: row.next_due }),
    priority: row.priority,
    ...(row.timeout_ms !== null && { timeoutMs: row.timeout_ms }),
    version: row.version,
  };
}

export function toListed(row: ScheduleRow, last: RunRow | undefined): ListedSchedule {
  return { ...toStored(row), ...(last && { lastRun: toRun(last) }) };
}

export function toRun(row: RunRow): ScheduleRun {
  return {
    at: new Date(row.at),
    ...(row.due !== null && { dueAt: new Date(row.due) }),
    outcome: row.outcome,
    ...(row.delay !== null && { delay: row.delay }),
    ...(row.lacked !== null && { lacked: row.lacked }),
    ...(row.missed_since !== null && { missedSince: new Date(row.missed_since) }),
    ...(row.message !== null && { message: row.message }),
    ...(row.job_id !== null && { job: toJob(row, row.job_id) }),
  };
}

function toJob(row: RunRow, id: string): ScheduledJob {
  const result = row.result === null ? undefined : JSON.parse(row.result);
  return {
    id,
    ...(row.status !== null && { status: row.status }),
    ...(row.ended_at !== null && { completedAt: new Date(row.ended_at) }),
    ...(result !== undefined && result !== null && { result }),
    ...(row.error !== null && { errorMessage: row.error }),
    isDeleted: row.is_deleted === 1,
  };
}

/** The values of `OWN_COLUMNS`. */
export function ownColumns(schedule: NewSchedule): (string | number | null)[] {
  const { type, client } = schedule;
  return [type, JSON.stringify(schedule.input), client ?? null, ...startColumns(schedule)];
}

/** Session, times, priority and time limit: the columns that can be edited, but for the input. */
export function startColumns(schedule: NewSchedule): (string | number | null)[] {
  const { sessionId, cron, timeZone, priority, timeoutMs } = schedule;
  return [sessionId ?? null, cron, timeZone, priority, timeoutMs ?? null];
}

/** What became of a due time, or of a start by hand. */
export type Outcome =
  | { outcome: 'started' | 'skipped'; jobId: string }
  | { outcome: 'refused'; message: string };

/** The values of `RUN_COLUMNS` for a due time. */
export function dueRunColumns(run: DueRun, what: Outcome): (string | number | null)[] {
  const { id, due, from, now, delay, lacked } = run;
  const missed = from < due ? from : null;
  return [id, due, now, ...outcomeColumns(what), delay ?? null, missed, lacked ?? null];
}

/** The values of `RUN_COLUMNS` for a start by hand. @param now in ms since 1970 UTC. */
export function manualRunColumns(id: string, now: number, what: Outcome) {
  return [id, null, now, ...outcomeColumns(what), null, null, null];
}

function outcomeColumns(what: Outcome): [RunOutcome, jobId: string | null, message: string | null] {
  return 'jobId' in what ? [what.outcome, what.jobId, null] : [what.outcome, null, what.message];
}

const REFUSALS = {
  type: 'Too many jobs of this type were waiting.',
  client: 'Too many jobs of the client that made the schedule were waiting.',
};

/** What a claim that was taken has come to. */
export function outcomeOf(inserted: Inserted): Outcome {
  return 'job' in inserted
    ? { outcome: 'started', jobId: inserted.job.id }
    : { outcome: 'refused', message: REFUSALS[inserted.full] };
}
