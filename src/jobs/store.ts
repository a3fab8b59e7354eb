import type { Job, JobProgress, JobType } from './job.ts';
import type { JobStatus } from './lifecycle.ts';

/**
 * What the database knows of jobs. Every method is one transaction and returns what it did;
 * nothing done (`undefined`, `false`, an empty list) is an ordinary answer: somebody got there
 * first. Times are milliseconds since 1970 UTC.
 */
export interface JobStore {
  insertQueued(job: NewJob, now: number): Job;
  insertRunning(job: NewJob, lease: Lease, now: number): Job;

  /** The next waiting job of that type, started: its attempt is raised and the lease is on it. */
  claim(type: JobType, lease: Lease, now: number): Claimed | undefined;

  /** Writes what is still its writer's to write; returns the ids of those that were not. */
  saveProgress(updates: ProgressUpdate[], now: number): string[];
  /** Runs `write` and stores the checkpoint with it, or neither. False: fenced or cancelled. */
  commit(fence: Fence, write: () => void, state: CommitState, now: number): boolean;

  complete(fence: Fence, result: unknown, now: number): Job | undefined;
  fail(fence: Fence, reason: string, now: number): Job | undefined;
  /** Not when the attempts are used up. */
  retryLater(fence: Fence, reason: string, retryAt: number, now: number): Job | undefined;
  /** Back into the line, at its old place, without having used up an attempt. */
  release(fence: Fence, now: number): Job | undefined;
  /** The handler of a job that is being cancelled has stopped, or had to be given up (`note`). */
  finishCancel(fence: Fence, note: string | undefined, now: number): Job | undefined;

  /** Waiting: cancelled at once. At work: cancelling. */
  cancel(id: string, now: number): Job | undefined;
  /** An ended queued job goes to the end of the line with `attempts` new ones. */
  requeue(id: string, attempts: number, now: number): Job | undefined;
  dismiss(id: string, now: number): Job | undefined;
  /** False when there is no such job, or it is active and not forced. */
  remove(id: string, force: boolean): boolean;

  /** Prolongs every lease of that owner; returns the jobs it still has. */
  renewLeases(lease: Lease): Job[];
  /** Settles jobs whose owner is `gone`, or whose lease has run out; returns them as they are now. */
  takeOver(gone: (owner: string | undefined) => boolean, now: number): Job[];
  /** Returns how many went. */
  deleteEndedBefore(time: number): number;

  /** Whether another connection has committed anything since this was last asked. */
  changedElsewhere(): boolean;

  get(id: string): Job | undefined;
  list(query: JobQuery): JobPage;
  /** Everything that is not over: at work by start, then waiting by turn. */
  active(): Job[];
  /** Ended well since `endedSince`, active, failed and not dismissed: of the first and last the newest. */
  current(endedSince: number, limits: { ended: number; failed: number }): Job[];
  /** How many were created since, by the hour and by status. */
  countsByHour(since: number): HourCount[];
}

export interface NewJob {
  id: string;
  type: JobType;
  metadata?: Record<string, unknown>;
  maxAttempts: number;
  sessionId?: string;
  parentId?: string;
}

export interface Lease {
  owner: string;
  until: number;
}

/** A write holds only while the job is at work in this attempt. */
export interface Fence {
  id: string;
  attempt: number;
}

export interface Claimed {
  job: Job;
  checkpoint: unknown;
}

export interface ProgressUpdate extends Fence {
  progress: JobProgress;
}

export interface CommitState {
  checkpoint?: unknown;
  progress?: JobProgress;
}

export interface JobQuery {
  status?: JobStatus;
  type?: string;
  session?: string;
  /** Words that occur in what was asked, in the message, the error or the id. */
  q?: string;
  since?: number;
  until?: number;
  limit?: number;
  /** From an earlier page. */
  cursor?: string;
}

export interface JobPage {
  /** Newest first. */
  jobs: Job[];
  nextCursor?: string;
}

export interface HourCount {
  /** Start of the hour. */
  hour: number;
  status: JobStatus;
  count: number;
}
