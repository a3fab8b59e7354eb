import type { Job, JobProgress, JobType } from './job.ts';

/**
 * What the database knows of jobs. Every method is one transaction and returns what it did;
 * nothing done (`undefined`, `false`, an empty list) is an ordinary answer: somebody got there
 * first. Times are milliseconds since 1970 UTC.
 */
export interface JobStore {
  /**
   * Into the line, unless it is full, there is a job with this id, or the same was asked for since
   * `twinSince`.
   */
  insertQueued(job: NewJob, options: InsertOptions, now: number): Inserted;
  /** Likewise each of them, in their order, all of them or, when it fails, none. */
  insertAllQueued(jobs: NewJob[], maxWaiting: WaitingLimits, now: number): Inserted[];
  insertRunning(job: NewJob, lease: Lease, now: number): Job;

  /** All of them into the line, if the parent is at work in this attempt and has no children yet. */
  insertChildren(parent: Fence, jobs: NewJob[], now: number): 'inserted' | 'there already' | 'lost';
  /** No attempt is left after this one. */
  isLastAttempt(fence: Fence): boolean;

  /**
   * The next waiting job of that type, started: its attempt is raised and the lease is on it.
   * @param only takes that job and those it started, and leaves the others in the line.
   */
  claim(type: JobType, lease: Lease, now: number, only?: string): Claimed | undefined;

  /** Writes what is still its writer's to write; returns the ids of those that were not. */
  saveProgress(updates: ProgressUpdate[], now: number): string[];
  /** Runs `write` and stores the checkpoint with it, or neither. False: fenced or cancelled. */
  commit(fence: Fence, write: () => void, state: CommitState, now: number): boolean;

  complete(fence: Fence, result: unknown, now: number): Job | undefined;
  fail(fence: Fence, reason: string, now: number): Job | undefined;
  /** Not when the attempts are used up. */
  retryLater(fence: Fence, reason: string, retryAt: number, now: number): Job | undefined;
  /** The same, but the attempt does not count: it was not the work that failed. */
  postpone(fence: Fence, reason: string, retryAt: number, now: number): Job | undefined;
  /** Back into the line, at its old place, without having used up an attempt. */
  release(fence: Fence, now: number): Job | undefined;
  /** The handler of a job that is being cancelled has stopped, or had to be given up (`note`). */
  finishCancel(fence: Fence, note: string | undefined, now: number): Job | undefined;

  /** Waiting: cancelled at once. At work: cancelling. Its children with it: they follow in the list. */
  cancel(id: string, now: number): Job[];
  /**
   * An ended queued job goes to the end of the line with `attempts` new ones; children of it that
   * ended without success go with it and follow in the list.
   */
  requeue(id: string, attempts: number, now: number): Job[];
  dismiss(id: string, now: number): Job | undefined;
  /** False when there is no such job, or it is active and not forced. */
  remove(id: string, force: boolean): boolean;
  /** Runs several of these changes as one transaction. */
  together(changes: () => void): void;

  /** Prolongs every lease of that owner; returns the jobs it still has. */
  renewLeases(lease: Lease): Job[];
  /**
   * Jobs that began to wait for their next attempt in what is now the future: the machine's time
   * was set back. They wait as long as they were meant to, from now. Returns how many there were.
   */
  rebaseRetries(now: number): number;

  /** The leases of everything at work, in every process. */
  leases(): HeldLease[];
  /** Settles a job that was left behind, unless its lease has been renewed since. */
  abandon(held: HeldLease, now: number): Job | undefined;
  /** Deletes at most `limit`, the oldest; returns how many went. */
  deleteEndedBefore(time: number, limit: number): number;

  /**
   * Forgets at most `limit` notes of changes, the oldest, and keeps as many as a process may be
   * behind; returns how many went.
   */
  forgetChanges(limit: number): number;
  /**
   * What other connections have changed since this was last asked; `undefined` when they have
   * committed nothing. Jobs that this connection changed may be among them. What progressed is
   * told of jobs at work under another `owner` only.
   */
  changesElsewhere(
    owner: string,
  ): { changed: string[] | 'too many'; progressed: string[] } | undefined;

  get(id: string): Job | undefined;
  /** The ids that begin or end with `part`, at most `limit`, newest first; it alone if it is one. */
  idsLike(part: string, limit: number): string[];
  /** Oldest first. */
  children(id: string): Job[];
  /** Everything that is not over: at work by start, then waiting by turn. */
  active(): Job[];
  /** How many are at work, and how many wait. */
  countActive(): { atWork: number; waiting: number };
  /**
   * Ended well since `endedSince`, at work, next in line, failed and not dismissed; of the first
   * and last the newest.
   */
  current(endedSince: number, now: number, limits: CurrentLimits): Job[];
}

export interface NewJob {
  id: string;
  type: JobType;
  metadata?: Record<string, unknown>;
  maxAttempts: number;
  sessionId?: string;
  parentId?: string;
  /** Who asked for it. */
  client?: string;
}

export interface InsertOptions {
  /** A job like this one that was created since then and is active is returned instead. */
  twinSince?: number;
  maxWaiting: WaitingLimits;
}

/** How many jobs may wait at most. */
export interface WaitingLimits {
  perType: number;
  perClient: number;
}

/** The new job, the one there was already, or which limit was reached. */
export type Inserted = { job: Job; isNew: boolean } | { full: 'type' | 'client' };

export interface Lease {
  owner: string;
  until: number;
}

/** Who has a job at work, as it was seen. */
export interface HeldLease extends Fence {
  owner: string | undefined;
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

export interface CurrentLimits {
  ended: number;
  waiting: number;
  failed: number;
}

export interface ProgressUpdate extends Fence {
  progress: JobProgress;
}

export interface CommitState {
  checkpoint?: unknown;
  progress?: JobProgress;
}
