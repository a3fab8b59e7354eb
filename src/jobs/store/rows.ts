import { abridge } from '../../text/abridge.ts';
import { isStalled } from '../engine/stall_detector.ts';
import type { Job, JobType } from '../job.ts';
import type { JobStatus } from '../lifecycle.ts';
import type { Failure } from '../listing.ts';
import { paceOf } from '../pace.ts';

/** Conditions on jobs. That of live jobs is part of their index, and has to be in each query. */
export const LIVE = 'completed_at IS NULL';
export const WAITING = "status IN ('queued', 'retrying')";
export const RUNNING = "status IN ('running', 'cancelling')";

export const NO_LEASE = 'owner = NULL, lease_until = NULL';

/** The attempts that count against `max_attempts`. */
export const COUNTED_ATTEMPTS = 'attempt - uncounted';

/** The columns of `Moved`. */
export const MOVED = 'id, type, client, status, tracked, started_at';

export interface JobRow {
  key: number;
  id: string;
  type: string;
  status: JobStatus;
  tracked: number;
  progress_current: number;
  progress_total: number;
  progress_message: string;
  progress_stage: string | null;
  progress_rate: number | null;
  progress_gap: number | null;
  metadata: string | null;
  result: string | null;
  error_message: string | null;
  errors: string;
  failure: Failure | null;
  attempt: number;
  uncounted: number;
  max_attempts: number;
  retry_at: number | null;
  run_at: number | null;
  due_at: number | null;
  /** The one that its queue is sorted by. */
  priority: number;
  own_priority: number | null;
  timeout_ms: number | null;
  is_pinned: number;
  session_id: string | null;
  parent_id: string | null;
  agent: string | null;
  created_at: number;
  started_at: number | null;
  updated_at: number;
  completed_at: number | null;
  dismissed_at: number | null;
}

const COMMON = `key, id, type, status, tracked, progress_current, progress_total,
  progress_message, progress_stage, progress_rate, progress_gap, error_message, errors, failure, attempt, uncounted,
  max_attempts, retry_at, run_at, due_at, priority, own_priority, timeout_ms, is_pinned, session_id, parent_id, agent, created_at,
  started_at, updated_at,
  completed_at, dismissed_at`;

/** The columns of a job with its whole input and result. */
export const WHOLE = `${COMMON}, metadata, result`;

/** The same with long texts cut, for lists and streams. */
export const BRIEF = `${COMMON}, COALESCE(metadata_brief, metadata) AS metadata,
  COALESCE(result_brief, result) AS result`;

/** @param now the time in ms since 1970 UTC, which tells whether the job stalls. */
export function toJob(row: JobRow, now: number): Job {
  const result = json(row.result);
  return {
    id: row.id,
    type: row.type as JobType,
    status: row.status,
    createdAt: new Date(row.created_at),
    // The row of a job that was queued again has the start of its last attempt.
    ...(row.started_at !== null &&
      row.status !== 'queued' && { startedAt: new Date(row.started_at) }),
    ...(row.completed_at !== null && { completedAt: new Date(row.completed_at) }),
    updatedAt: new Date(row.updated_at),
    progress: {
      current: row.progress_current,
      total: row.progress_total,
      message: row.progress_message,
      ...(row.progress_stage !== null && { stage: row.progress_stage }),
    },
    ...(row.status === 'running' && storedPace(row, now)),
    ...(row.metadata !== null && { metadata: json(row.metadata) as Record<string, unknown> }),
    ...(result !== undefined && result !== null && { result }),
    ...(row.error_message !== null && { errorMessage: row.error_message }),
    errors: json(row.errors) as string[],
    ...(row.failure !== null && { failure: row.failure }),
    attempt: row.attempt,
    attemptsUsed: row.attempt - row.uncounted,
    maxAttempts: row.max_attempts,
    ...(row.retry_at !== null && { retryAt: new Date(row.retry_at) }),
    priority: row.own_priority ?? row.priority,
    ...(isMoved(row) && { movedToFront: true }),
    ...(row.run_at !== null && { runAt: new Date(row.run_at) }),
    ...(row.timeout_ms !== null && { timeoutMs: row.timeout_ms }),
    tracked: row.tracked === 1,
    ...(row.is_pinned === 1 && { pinned: true }),
    ...(row.dismissed_at !== null && { dismissedAt: new Date(row.dismissed_at) }),
    ...(row.session_id !== null && { sessionId: row.session_id }),
    ...(row.parent_id !== null && { parentId: row.parent_id }),
    ...(row.agent !== null && { agent: row.agent }),
  };
}

/** An ended job keeps the columns of its last place in the queue. */
function isMoved({ own_priority, status }: JobRow): boolean {
  return own_priority !== null && (status === 'queued' || status === 'retrying');
}

/** The pace as the running process stored it. A row's pace may be that of an earlier attempt. */
function storedPace(row: JobRow, now: number): ReturnType<typeof paceOf> {
  const { status, started_at: startedAt, updated_at: progressedAt } = row;
  const isCurrent = progressedAt > (startedAt ?? 0);
  const progress = { current: row.progress_current, total: row.progress_total, message: '' };
  return paceOf(
    { status, progress },
    {
      perSecond: (isCurrent && row.progress_rate) || undefined,
      progressedAt,
      isStalled: isStalled(now - progressedAt, isCurrent ? (row.progress_gap ?? 0) : 0),
    },
  );
}

export function json(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}

/** A value up to this length as JSON is shown whole everywhere, in UTF-16 code units. */
const MAX_BRIEF = 4_000;

/** A value's two columns: the whole as JSON, and what lists show when that is shorter. */
export function asColumns(value: unknown): [whole: string, brief: string | null] {
  const whole = JSON.stringify(value);
  if (whole.length <= MAX_BRIEF) return [whole, null];
  return [whole, JSON.stringify(abridge(JSON.parse(whole)))];
}
