import type { JobData, SavedData } from '../data.ts';
import type { JobAttempt, JobStep, LogPart } from '../details.ts';
import type { Job, JobProgress, JobType } from '../job.ts';
import type { JobStatus } from '../lifecycle.ts';
import type { Failure } from '../listing.ts';

/**
 * What changes jobs. Every method is one transaction, on disk when its promise resolves, and tells
 * what it did; nothing done (`undefined`, `false`, an empty list) is an ordinary answer: somebody
 * else was first. Promises resolve in the order in which the methods were called. Times are
 * milliseconds since 1970 UTC.
 */
export interface JobStore {
  /** Queues it, unless the limits are reached or there is a job with this id. */
  insertQueued(job: NewJob, limits: WaitingLimits, now: number): Promise<Inserted>;
  /** Likewise each of them, in their order, all of them or, when it throws, none. */
  insertAllQueued(jobs: NewJob[], limits: WaitingLimits, now: number): Promise<Inserted[]>;
  insertTracked(job: NewJob, lease: Lease, now: number): Promise<Job>;
  /** Queues all of them, if the parent runs in this attempt and has no children yet. */
  insertChildren(
    parent: Run,
    jobs: NewJob[],
    now: number,
  ): Promise<'inserted' | 'there already' | 'lost'>;

  /** Writes progress and log lines of a run. False: it is not this attempt's any more. */
  report(run: Run, report: Report, now: number): Promise<boolean>;
  /**
   * Saves the data and the checkpoint, or neither.
   * @throws what saving it or `then` threw; nothing is saved then.
   */
  commit(run: Run, data: JobData, then: Then, now: number): Promise<Committed>;
  /** Ends an attempt, with its last report. Undefined: somebody else has ended it, or has it now. */
  end(run: Run, how: End, report: Report, now: number): Promise<Ended | undefined>;

  planSteps(run: Run, names: readonly string[]): Promise<void>;
  /** Of these, false and nothing done when the job is not this attempt's any more. */
  changeStep(run: Run, name: string, change: StepChange, now: number): Promise<boolean>;
  /** From now on its steps are being undone; `reason` is why the job has failed for good. */
  beginUndoing(run: Run, reason: string): Promise<boolean>;
  /** No attempt is left after this one. */
  isLastAttempt(run: Run): Promise<boolean>;

  /**
   * Waiting: cancelled at once. Running: cancelling. Their children with them: they follow in the
   * list. Of each job asked for there is a list.
   */
  cancel(ids: string[], now: number): Promise<Changed[][]>;
  /**
   * Ended queued jobs go to the end of the line with new attempts, as many as their type allows;
   * children that ended without success go with them and follow in the list.
   */
  requeue(ids: string[], maxAttempts: (type: string) => number, now: number): Promise<Changed[][]>;
  /**
   * Deletes jobs, active ones only with `force`. Children that wait go with them, as do those that
   * have nothing left to do for them; children that run are cancelled.
   */
  remove(ids: string[], force: boolean, now: number): Promise<Removed[]>;
  dismiss(id: string, now: number): Promise<boolean>;

  /** Prolongs every lease of that owner; returns the runs it still has. */
  renewLeases(lease: Lease): Promise<Held[]>;
  /** What that owner runs, without a write. */
  runsOf(owner: string): Promise<Held[]>;
  /** The leases of everything that runs, in every process. */
  leases(): Promise<HeldLease[]>;
  /** Settles a job that was left behind, unless its lease has been renewed since. */
  abandon(held: HeldLease, now: number): Promise<(Ended & { id: string }) | undefined>;
  /**
   * Jobs that began to wait for their next attempt in what is now the future: the machine's time
   * was set back. They wait as long as they were meant to, from now. Returns how many there were.
   */
  rebaseRetries(now: number): Promise<number>;
  /** Deletes jobs that ended before `time`, some at a time; true when there may be more. */
  prune(time: number): Promise<boolean>;
  /** Gives the space of what was deleted back to the disk, some at a time; true: there is more. */
  giveBackSpace(): Promise<boolean>;
}

/** Hands waiting jobs out. */
export interface JobQueue {
  /**
   * Starts at most `count` waiting jobs of a type, first come first served: their attempt is raised
   * and the lease is on them. Never more than `limit` of the type run at once in all processes.
   * @param only takes that job and those it started, and leaves the others in the line.
   */
  claim(request: ClaimRequest, lease: Lease, now: number): Promise<Claimed[]>;
  /** Whether a job of the type waits, due or not. */
  hasWaiting(type: string): boolean;
  /** Calls `run` once all that happens now has been handed to the store, so that a claim joins it. */
  afterWrites(run: () => void): void;
}

/** What the database knows of jobs now, read at once. */
export interface JobReader {
  get(id: string): Job | undefined;
  /** The same with long texts cut, for lists and frames. */
  brief(id: string): Job | undefined;
  /** The ids that begin or end with `part`, at most `limit`, newest first; it alone if it is one. */
  idsLike(part: string, limit: number): string[];
  /** Oldest first. */
  children(id: string): Job[];
  /** Everything that is not over: running by start, then waiting by position. */
  active(): Job[];
  /** How many run, and how many wait. */
  countActive(): { running: number; waiting: number };
  /**
   * Ended without failing since `endedSince`, running, next in line, failed and not dismissed; of
   * the first and last the newest.
   */
  current(endedSince: number, now: number, limits: CurrentLimits): Job[];

  attempts(id: string): JobAttempt[];
  /** In their order. */
  steps(id: string): JobStep[];
  /**
   * At most `limit` bytes (4 or more) from `position`, or from the next character when that is
   * within one. It ends with a line break, unless the first line alone is longer.
   */
  readLog(id: string, position: number, limit: number): LogPart;
  /** One after the last byte. */
  logEnd(id: string): number;
}

/** Tells what other processes did. */
export interface JobNews {
  /**
   * What other connections have changed since this was last asked; `undefined` when they have
   * committed nothing. What progressed is told of jobs of other owners only.
   */
  take(
    owner: string,
  ): { changed: ReadonlySet<string> | 'too many'; progressed: string[] } | undefined;
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
  /** The id was given, so there may be a job with it. */
  isIdGiven?: boolean;
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

/** A write holds only while the job runs in this attempt. */
export interface Fence {
  id: string;
  attempt: number;
}

/** One attempt at a job. */
export interface Run extends Fence {
  type: JobType;
  tracked: boolean;
  client: string | undefined;
  startedAt: number;
}

/** A run as its owner finds it when it renews the lease. */
export interface Held extends Fence {
  status: JobStatus;
}

/** Who runs a job, as it was seen. */
export interface HeldLease extends Fence {
  owner: string | undefined;
  until: number;
  tracked: boolean;
}

export interface ClaimRequest {
  type: JobType;
  count: number;
  limit: number;
  only?: string;
}

export interface Claimed extends Run {
  metadata: Record<string, unknown> | undefined;
  checkpoint: unknown;
  sessionId: string | undefined;
  progress: { current: number; total: number };
  attemptsUsed: number;
  maxAttempts: number;
  /** Why the job has failed for good, while its steps are being undone. */
  undoing: string | undefined;
  /** Steps are known of an earlier attempt. */
  hasSteps: boolean;
}

export interface CurrentLimits {
  ended: number;
  waiting: number;
  failed: number;
}

/** What a run has to say and is not on disk yet. */
export interface Report {
  progress?: JobProgress;
  /** Whole lines for the log, each with its line break. */
  lines?: string;
}

export interface CommitState {
  checkpoint?: unknown;
  progress?: JobProgress;
}

/** The state to be stored with the data, or how it follows from what was saved. */
export type Then = CommitState | ((saved: SavedData) => CommitState);

/** `lost`: nothing was saved, because the job is being cancelled or is not this attempt's any more. */
export type Committed = { saved: SavedData; state: CommitState } | { lost: 'cancelling' | 'gone' };

/** How an attempt ends. */
export type End =
  | { as: 'completed'; result: unknown }
  | { as: 'failed'; reason: string; failure: Failure }
  /** Tries again at `retryAt`, or has failed for good when the attempts are used up. */
  | { as: 'retrying'; reason: string; retryAt: number }
  /** The same, but the attempt does not count: it was not the work that failed. */
  | { as: 'postponed'; reason: string; retryAt: number }
  /** Back into the line, at its old place, without having used up an attempt. */
  | { as: 'released' }
  /** The handler of a job that is being cancelled has stopped, or had to be given up (`note`). */
  | { as: 'cancelled'; note?: string };

export interface Ended {
  status: JobStatus;
  /** Children that were cancelled because the job has failed: nobody waits for them any more. */
  children: Changed[];
}

export interface Changed {
  id: string;
  status: JobStatus;
}

/** What became of a job that was to be removed, and of its children. */
export interface Removed {
  id: string;
  isGone: boolean;
  /** Children that were removed with it, or are being cancelled. */
  children: Changed[];
}

export type StepChange =
  | { status: 'running' }
  | { status: 'completed'; result: unknown }
  | { status: 'failed'; error: string }
  | { status: 'compensated' };
