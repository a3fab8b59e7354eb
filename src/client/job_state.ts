import type { AsSent } from '../jobs/as_sent.ts';
import type { Job } from '../jobs/job.ts';

/** A job in the server's JSON: the fields that are used here. */
export type ServerJob = Pick<
  AsSent<Job>,
  | 'id'
  | 'status'
  | 'updatedAt'
  | 'progress'
  | 'result'
  | 'errorMessage'
  | 'failure'
  | 'attempt'
  | 'attemptsUsed'
  | 'maxAttempts'
>;

/**
 * Why a job failed permanently. `permanent`: another attempt would not help. `exhausted`: no attempts
 * are left. `interrupted`: its process ended. `timeout`: it ran out of time.
 */
export type Failure = NonNullable<Job['failure']>;

/** A step of a job. */
export interface JobStep {
  name: string;
  status: 'pending' | 'running' | 'completed' | 'failed' | 'compensated' | 'skipped';
  error?: string;
}

interface JobFields {
  loading: false;
  jobId: string;
  /** 0 to 100; null when the total is unknown. */
  progress: number | null;
  /** What the job is doing, for people. */
  message: string;
  /** The error of the job, or of its last attempt. */
  error: string | null;
  /** Null unless the job failed. */
  failure: Failure | null;
  /** How often the job was started; 0 before the first time. */
  attempt: number;
  /** How many of these count against `maxAttempts`, the running one included. */
  attemptsUsed: number;
  maxAttempts: number;
  /** In order; empty when the job has no steps. */
  steps: readonly JobStep[];
}

/** The fields of a job, while there is none. */
interface NoJob {
  progress: null;
  message: null;
  output: null;
  failure: null;
  attempt: null;
  attemptsUsed: null;
  maxAttempts: null;
  /** Empty. */
  steps: readonly JobStep[];
}

/** The value of a tracked job's store. All fields exist from the start; `status` says which have a value. */
export type JobState<Output = unknown> =
  /** The job is being started, or its state was not received yet. `jobId` is null until it has started. */
  | (NoJob & { loading: true; status: 'loading'; jobId: string | null; error: null })
  /** The server has no such job, or removed it. */
  | (NoJob & { loading: false; status: 'not_found'; jobId: string; error: string })
  /** The server refused to start or to stream the job; `error` says why. */
  | (NoJob & { loading: false; status: 'refused'; jobId: string | null; error: string })
  | (JobFields & {
      /**
       * `queued`: waits in the queue. `retrying`: an attempt failed or was postponed, waits for the next one.
       * `cancelling`: cancel was requested, but the job has not stopped yet. `exhausted`: failed
       * after all its attempts. `failed`: failed for another reason, see `failure`.
       */
      status:
        | 'queued'
        | 'running'
        | 'retrying'
        | 'cancelling'
        | 'cancelled'
        | 'failed'
        | 'exhausted';
      output: null;
    })
  | (JobFields & { status: 'completed'; output: Output });

export type TrackedStatus = JobState['status'];

const NO_JOB: NoJob = {
  progress: null,
  message: null,
  output: null,
  failure: null,
  attempt: null,
  attemptsUsed: null,
  maxAttempts: null,
  steps: [],
};

/** The store's first value. */
export function loadingState(jobId: string | null): JobState<never> {
  return { ...NO_JOB, loading: true, status: 'loading', jobId, error: null };
}

const ENDS: readonly TrackedStatus[] = [
  'completed',
  'failed',
  'exhausted',
  'cancelled',
  'not_found',
  'refused',
];

/** Whether the status is final, unless the job is retried. */
export function isEnd(status: TrackedStatus): boolean {
  return ENDS.includes(status);
}

/** The store's value for a job from the server. */
export function stateOf<Output>(job: ServerJob, steps: JobStep[]): JobState<Output> {
  const fields = {
    loading: false as const,
    jobId: job.id,
    progress: percentage(job),
    message: job.progress.message,
    error: job.errorMessage ?? null,
    failure: job.failure ?? null,
    attempt: job.attempt,
    attemptsUsed: job.attemptsUsed,
    maxAttempts: job.maxAttempts,
    steps,
  };
  if (job.status === 'completed') {
    return { ...fields, status: 'completed', output: (job.result ?? null) as Output };
  }
  return {
    ...fields,
    status: job.failure === 'exhausted' ? 'exhausted' : job.status,
    output: null,
  };
}

/** The store's value when there is no job. */
export function stateWithoutJob(
  given: { status: 'not_found'; jobId: string } | { status: 'refused'; jobId: string | null },
  error: string,
): JobState<never> {
  return { ...NO_JOB, ...given, loading: false, error };
}

function percentage({ status, progress: { current, total } }: ServerJob): number | null {
  if (status === 'completed') return 100;
  if (total <= 0) return null;
  return Math.min(100, Math.max(0, Math.floor((current / total) * 1000) / 10));
}
