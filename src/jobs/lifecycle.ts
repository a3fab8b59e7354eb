/**
 * The statuses of a job; `docs/job_lifecycle.md` has the diagram. The database enforces them with a
 * CHECK on the status and a guarded UPDATE for every transition.
 */
export const JOB_STATUSES = [
  /** Waits in the queue. */
  'queued',
  /** A handler runs it under a lease. */
  'running',
  /** An attempt failed; waits for the next one. */
  'retrying',
  /** It was cancelled; its handler has not stopped yet. */
  'cancelling',
  'completed',
  'failed',
  'cancelled',
] as const;

export type JobStatus = (typeof JOB_STATUSES)[number];

const TRANSITIONS: Record<JobStatus, readonly JobStatus[]> = {
  queued: ['running', 'cancelled'],
  running: ['completed', 'failed', 'retrying', 'cancelling', 'queued'],
  retrying: ['running', 'cancelled'],
  cancelling: ['cancelled'],
  completed: ['queued'],
  failed: ['queued'],
  cancelled: ['queued'],
};

export const FINAL_STATUSES = ['completed', 'failed', 'cancelled'] as const satisfies JobStatus[];

export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** The statuses from which a job can get to `to` in one step. */
export function statusesBefore(to: JobStatus): JobStatus[] {
  return JOB_STATUSES.filter((from) => TRANSITIONS[from].includes(to));
}

export function canBecome(from: JobStatus, to: JobStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** It has ended, unless a person retries it. */
export function isFinal(status: JobStatus): boolean {
  return (FINAL_STATUSES as readonly JobStatus[]).includes(status);
}

export function isActive(status: JobStatus): boolean {
  return !isFinal(status);
}

/** A handler runs it, or was asked to stop. */
export function isRunning(status: JobStatus): boolean {
  return status === 'running' || status === 'cancelling';
}

/** It has no handler yet, or waits for its next attempt. */
export function isWaiting(status: JobStatus): boolean {
  return status === 'queued' || status === 'retrying';
}

/** It can be cancelled. */
export function isCancellable(status: JobStatus): boolean {
  return status === 'queued' || status === 'running' || status === 'retrying';
}

/** Why a job failed permanently. */
export const FAILURES = [
  /** Another attempt would have failed the same way. */
  'permanent',
  /** The attempts were used up. */
  'exhausted',
  /** The process that ran it ended, and the job could not be resumed. */
  'interrupted',
  /** It exceeded its time limit. */
  'timeout',
] as const;

export type Failure = (typeof FAILURES)[number];
