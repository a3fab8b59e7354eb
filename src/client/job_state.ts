/** A job as the server tells of it: as much of it as is used here. */
export interface ServerJob {
  id: string;
  status: 'queued' | 'running' | 'retrying' | 'cancelling' | 'completed' | 'failed' | 'cancelled';
  updatedAt: string;
  progress: { current: number; total: number; message: string };
  result?: unknown;
  errorMessage?: string;
  failure?: Failure;
  attempt: number;
  attemptsUsed: number;
  maxAttempts: number;
}

/**
 * Why a job failed for good. `permanent`: another attempt would not help. `exhausted`: no attempts
 * are left. `interrupted`: its process ended. `timeout`: it ran out of time.
 */
export type Failure = 'permanent' | 'exhausted' | 'interrupted' | 'timeout';

/** One part of a job that has several. */
export interface JobStep {
  name: string;
  status: 'pending' | 'running' | 'completed' | 'failed' | 'compensated' | 'skipped';
  error?: string;
}

interface Told {
  jobId: string;
  /** 0 to 100; null when it cannot be told. */
  progress: number | null;
  /** What it is doing, for a person. */
  message: string;
  /** Why it failed, or why its last attempt did. */
  error: string | null;
  /** Null unless it failed for good. */
  failure: Failure | null;
  /** How often it was started; 0 while it waits for the first time. */
  attempt: number;
  /** How many of these count against `maxAttempts`, the one under way included. */
  attemptsUsed: number;
  maxAttempts: number;
  /** In their order; empty when the job has no parts. */
  steps: JobStep[];
}

/** What has no job to tell of has none of its values either. */
type Untold = { [Key in keyof Told | 'output']?: undefined };

interface Silent extends Omit<Untold, 'jobId' | 'progress' | 'message' | 'error' | 'output'> {
  progress: null;
  message: '';
  output: null;
  error: string;
}

/** The value of a tracked job's store. `status` tells which of the others are there. */
export type JobState<Output = unknown> =
  /** It is being started, or nothing was heard of it yet. */
  | (Untold & { status: 'loading' })
  /** The server has never heard of it, or has forgotten it. */
  | (Silent & { status: 'not_found'; jobId: string })
  /** The server refused to start or to tell of it; `error` says why. */
  | (Silent & { status: 'refused'; jobId: string | null })
  | (Told & {
      /**
       * `queued`: waits for its turn. `retrying`: an attempt failed, waits for the next one.
       * `cancelling`: cancel was asked for, and it has not stopped yet. `exhausted`: failed for good
       * after all its attempts. `failed`: failed for good otherwise; `failure` says why.
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
  | (Told & { status: 'completed'; output: Output });

export type TrackedStatus = JobState['status'];

export const LOADING = Object.freeze({ status: 'loading' as const });

const ENDS: readonly TrackedStatus[] = [
  'completed',
  'failed',
  'exhausted',
  'cancelled',
  'not_found',
  'refused',
];

/** Nothing more happens to it by itself. */
export function isEnd(status: TrackedStatus): boolean {
  return ENDS.includes(status);
}

/** What a job's store shows of what the server told. */
export function stateOf<Output>(job: ServerJob, steps: JobStep[]): JobState<Output> {
  const told = {
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
    return { ...told, status: 'completed', output: (job.result ?? null) as Output };
  }
  return { ...told, status: hasUsedAllAttempts(job) ? 'exhausted' : job.status, output: null };
}

/** The state of a job that there is nothing to tell of. */
export function silentState(
  given: { status: 'not_found'; jobId: string } | { status: 'refused'; jobId: string | null },
  error: string,
): JobState<never> {
  return { ...given, progress: null, message: '', output: null, error };
}

function percentage({ status, progress: { current, total } }: ServerJob): number | null {
  if (status === 'completed') return 100;
  if (total <= 0) return null;
  return Math.min(100, Math.max(0, Math.floor((current / total) * 1000) / 10));
}

/** What its caller does is never tried again: it has no attempts to use up. */
function hasUsedAllAttempts({ failure }: ServerJob): boolean {
  return failure === 'exhausted';
}
