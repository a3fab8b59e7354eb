import type { JobStatus } from '../jobs/index.ts';
import type { RunDelay, RunOutcome, ScheduledJob, ScheduleRun } from './schedule.ts';
import type { ListedSchedule, StoredSchedule } from './store.ts';

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
