/**
 * The life of a job. `docs/job_lifecycle.md` draws it; the database enforces it once more with a
 * CHECK on the status and a guarded UPDATE for every transition.
 */
export const JOB_STATUSES = [
  /** Waits for its turn. */
  'queued',
  /** A handler is at work under a lease. */
  'running',
  /** An attempt failed; waits for the next one. */
  'retrying',
  /** Cancel was asked for; the handler has not stopped yet. */
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

/** The statuses from which `to` may be reached in one step. */
export function statusesBefore(to: JobStatus): JobStatus[] {
  return JOB_STATUSES.filter((from) => TRANSITIONS[from].includes(to));
}

export function canBecome(from: JobStatus, to: JobStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Nothing happens to it any more, unless a person retries or removes it. */
export function isFinal(status: JobStatus): boolean {
  return (FINAL_STATUSES as readonly JobStatus[]).includes(status);
}

export function isActive(status: JobStatus): boolean {
  return !isFinal(status);
}

/** A handler is at work on it. */
export function isRunning(status: JobStatus): boolean {
  return status === 'running' || status === 'cancelling';
}

/** It has no handler yet, or waits for its next attempt. */
export function isWaiting(status: JobStatus): boolean {
  return status === 'queued' || status === 'retrying';
}

/** Cancelling it still means something. */
export function isCancellable(status: JobStatus): boolean {
  return status === 'queued' || status === 'running' || status === 'retrying';
}
