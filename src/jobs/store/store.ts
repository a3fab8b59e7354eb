import type { Transaction } from '../../platform/postgres/statements.ts';
import type { Deed } from '../audit.ts';
import type { JobAttempt, JobStep, LogPart } from '../details.ts';
import type { Job, JobData, JobProgress, JobType, SavedData } from '../job.ts';
import type { LaneCancel, LaneStateOf } from '../lanes.ts';
import type { Failure, JobStatus } from '../lifecycle.ts';
import type { Need } from '../needs.ts';
import type { CurrentLimits, QueueDepth, QueuePauses } from './queue_state.ts';

export type { JobNews, News } from './job_news.ts';
export type { CurrentLimits, QueueDepth, QueuePauses, TypeSetting } from './queue_state.ts';

/**
 * Changes jobs. Every method is one transaction, which is on disk when its promise resolves. Nothing
 * done (`undefined`, `false`, an empty list) is an ordinary answer: another process was first.
 * Promises are settled in the order in which the methods were called. Times are milliseconds since
 * 1970 UTC. With a deed, what was changed is recorded in the audit trail, in the same transaction.
 */
export interface JobStore {
  /** Queues the job, unless the limits are reached or there is a job with its id. */
  insertQueued(job: NewJob, limits: WaitingLimits, now: number): Promise<Inserted>;
  /** Does the same with each job, in their order. When it throws, none was queued. */
  insertAllQueued(jobs: NewJob[], limits: WaitingLimits, now: number): Promise<Inserted[]>;
  /**
   * Takes the claim and, if that succeeds, queues the job as `insertQueued` does, in one transaction.
   * Undefined: the claim was refused, and nothing was queued.
   */
  insertClaimed(
    claim: StartClaim,
    job: NewJob,
    limits: WaitingLimits,
    now: number,
  ): Promise<Inserted | undefined>;
  insertTracked(job: NewJob, lease: Lease, now: number): Promise<Job>;
  /** Queues all of them if the parent is running in this attempt and has no children yet. */
  insertChildren(
    parent: Run,
    jobs: NewJob[],
    now: number,
  ): Promise<'inserted' | 'there already' | Lost>;

  /** Writes progress and log lines, unless the attempt has lost its job. */
  report(run: Run, report: Report, now: number): Promise<Hold>;
  /**
   * Saves the data and the checkpoint, or neither.
   * @throws what saving or `then` threw; nothing is saved then.
   */
  commit(run: Run, data: JobData, then: Then, now: number): Promise<Committed>;
  /** Ends an attempt, with its last report. Undefined: it has ended already, or has lost its job. */
  end(run: Run, how: End, report: Report, now: number): Promise<Ended | undefined>;

  planSteps(run: Run, names: readonly string[]): Promise<Hold>;
  changeStep(run: Run, name: string, change: StepChange, now: number): Promise<Hold>;
  /** Marks the steps as being undone; `reason` is why the job has failed permanently. */
  beginUndoing(run: Run, reason: string): Promise<Hold>;

  /**
   * Cancels waiting jobs at once; running ones become `cancelling`. Gives one list for each id: the
   * job, if it was cancelled, and the children that were cancelled with it.
   */
  cancel(ids: string[], now: number, deed?: Deed): Promise<Changed[][]>;
  /** Does the same with the jobs of a lane, but `except`; their message says why. */
  cancelLane(type: string, lane: string, now: number, how: LaneCancel): Promise<Changed[][]>;
  /**
   * Puts ended jobs at the end of the queue, with as many new attempts as `maxAttempts` gives their
   * type. Gives one list for each id: the job, if it was queued, and the unsuccessful children that
   * were queued with it.
   */
  requeue(
    ids: string[],
    maxAttempts: (type: string) => number,
    now: number,
    deed?: Deed,
  ): Promise<Changed[][]>;
  /** Lets a waiting job start next of its type, whatever it waits for. False: it does not wait. */
  moveToFront(id: string, now: number, deed?: Deed): Promise<boolean>;
  /**
   * Deletes jobs; active ones only with `force`. Their waiting children are deleted with them, their
   * running children are cancelled.
   */
  remove(ids: string[], force: boolean, now: number, deed?: Deed): Promise<Removed[]>;
  dismiss(id: string, now: number): Promise<boolean>;
  /** Keeps a job from being pruned, or lets it be. False: it is so already, or there is no such job. */
  pin(id: string, isPinned: boolean, now: number, deed?: Deed): Promise<boolean>;

  /** Lets no process start jobs of the type, or start them again. False: it is so already. */
  pauseType(type: string, now: number, deed?: Deed): Promise<boolean>;
  resumeType(type: string, now: number, deed?: Deed): Promise<boolean>;
  /** How many jobs of the type run at once in all processes; undefined: what each process says. */
  setConcurrency(
    type: string,
    concurrency: number | undefined,
    now: number,
    deed?: Deed,
  ): Promise<boolean>;
  /** The same for jobs of all types that have this source in their input. */
  pauseSource(source: string, now: number, deed?: Deed): Promise<boolean>;
  resumeSource(source: string, now: number, deed?: Deed): Promise<boolean>;

  /** Extends every lease of that owner; gives the runs it still has. */
  renewLeases(lease: Lease): Promise<Held[]>;
  /** Queues or ends a job whose process has ended, unless its lease was renewed since. */
  rescue(held: HeldLease, now: number): Promise<(Ended & { id: string }) | undefined>;
  /**
   * Corrects the jobs whose delay or wait for the next attempt began in the future, because the
   * machine's clock was set back: they wait as long as planned from now. Gives how many there were.
   */
  rebaseWaits(now: number): Promise<number>;

  /**
   * Deletes some of the jobs that ended before `time`, except pinned ones and those of sessions; true
   * when there may be more.
   */
  prune(time: number): Promise<boolean>;
  /** Deletes at most `limit` rows of the history before `time`; gives how many it deleted. */
  pruneHistory(time: number, limit: number): Promise<number>;
  /** Deletes at most `limit` entries of the audit trail before `time`; gives how many it deleted. */
  pruneAudit(time: number, limit: number): Promise<number>;
  /** Gives some of the space of deleted jobs back to the disk; true when there is more. */
  giveBackSpace(): Promise<boolean>;
}

/** Hands out waiting jobs. */
export interface JobQueue {
  /**
   * Starts waiting jobs of a type whose time has come, by priority and then in the order in which they
   * were queued: their attempt is raised and they get the lease. None of a paused type. Never more of a
   * type run at once in all processes than people have set, or than `limit`.
   */
  claim(request: ClaimRequest, lease: Lease, now: number): Promise<Claimed[]>;
  /**
   * When the next waiting job of the type can start, in ms since 1970; 0 when one can start now,
   * undefined when none waits. With `only` of that job and those it started; see `ClaimRequest`.
   */
  nextStart(...which: StartScope): Promise<number | undefined>;
  /** Calls `run` after all writes of this turn have been handed over, so that a claim joins them. */
  afterWrites(run: () => void): void;
}

/** What the engine reads about running jobs. */
export interface RunReader {
  /** The runs of that owner. */
  runsOf(owner: string): Promise<Held[]>;
  /** The leases of all running jobs, in every process. */
  leases(): Promise<HeldLease[]>;
  /** Whether no attempt is left after this one. */
  isLastAttempt(run: Run): Promise<boolean>;
}

/** Reads what the database knows of jobs: everything that was on disk when it was asked. */
export interface JobReader {
  get(id: string): Promise<Job | undefined>;
  /** The job with long texts cut, for lists and streams. */
  brief(id: string): Promise<Job | undefined>;
  /** Whether an attempt still holds its job. */
  holdOf(run: Fence): Promise<Hold>;
  /** The ids that begin or end with `part`, at most `limit`, newest first; a full id alone. */
  idsLike(part: string, limit: number): Promise<string[]>;
  /** Oldest first. */
  children(id: string): Promise<Job[]>;
  /** Running jobs by start. */
  running(): Promise<Job[]>;
  /** All jobs that have not ended: running ones by start, then waiting ones by position. */
  active(): Promise<Job[]>;
  /** How many jobs run, and how many wait, of all types but these. */
  countActive(except?: readonly string[]): Promise<{ running: number; waiting: number }>;
  /** How many jobs of each lane of a type wait. */
  waitingByLane(type: string): Promise<Map<string, number>>;
  ownersOfRunning(): Promise<Map<string, string>>;
  pauses(): Promise<QueuePauses>;
  /** The queues of these types, and of others that have jobs. */
  queues(types: readonly string[]): Promise<QueueDepth[]>;
  /**
   * The jobs that ended since `endedSince` without failing (the newest), all running ones, the first
   * of the queue, and the newest failed ones that were not dismissed.
   */
  current(endedSince: number, now: number, limits: CurrentLimits): Promise<Job[]>;

  attempts(id: string): Promise<JobAttempt[]>;
  /** In their order. */
  steps(id: string): Promise<JobStep[]>;
  /**
   * At most `limit` bytes (4 or more) from `position`, or from the next character when that is
   * within one. The text ends with a line break, unless its first line is longer than `limit`.
   */
  readLog(id: string, position: number, limit: number): Promise<LogPart>;
  /** The position after the last byte. */
  logEnd(id: string): Promise<number>;
}

/**
 * What this process knows of jobs without having to wait, for programs that call `getJob`. On SQLite
 * these are all jobs as they are now.
 */
export interface RecentJobs {
  get(id: string): Job | undefined;
  /** Newest first. */
  newest(limit: number): Job[];
  /** All jobs that have not ended: running ones by start, then waiting ones by position. */
  active(): Job[];
  /** Whether one of them runs. */
  hasRunning(): boolean;
}

export interface NewJob {
  id: string;
  type: JobType;
  metadata?: Record<string, unknown>;
  maxAttempts: number;
  sessionId?: string;
  parentId?: string;
  /** The client that asked for it. */
  client?: string;
  agent?: string;
  /** The caller chose the id, so there may be a job with it. */
  isIdGiven?: boolean;
  /** Who starts it. */
  deed?: Deed;
  /** −10 to 10, higher first; 0 when absent. */
  priority?: number;
  /** It is not started before this time. */
  runAt?: number;
  /** In place of `runAt`: how long it waits from when it is queued, in ms. */
  delayMs?: number;
  /** How long one attempt may run, in ms. */
  timeoutMs?: number;
  /** Of a type whose queue is divided. */
  lane?: string;
}

/** How many jobs may wait. */
export interface WaitingLimits {
  perType: number;
  perClient: number;
}

/** The new job, the existing one with its id, or the limit that was reached. */
export type Inserted = { job: Job; isNew: boolean } | { full: 'type' | 'client' };

/**
 * Decides whether a job is queued, in the transaction that queues it. Both methods write to the same
 * database, and may be called again after a rollback. On SQLite they get no transaction, and have to be
 * synchronous.
 */
export interface StartClaim {
  /** False: the job is not queued. What this has written is kept. */
  take(tx: Transaction): boolean | Promise<boolean>;
  /** Called after a claim that was taken: the job, or the limit that kept it out. */
  recordStart(outcome: Inserted, tx: Transaction): void | Promise<void>;
}

export interface Lease {
  owner: string;
  until: number;
}

/** Names an attempt: its writes change nothing once the job has a newer one. */
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
  /** How fast it is; written with its progress, for other processes. Absent for a run of another one. */
  readonly pace?: StoredPace;
}

export interface StoredPace {
  /** Units per second, above 0; undefined while it is unknown. */
  perSecond: number | undefined;
  /** The usual time between two reports, in ms. */
  usualGapMs: number;
}

/** Whether an attempt still holds its job: running, to be stopped, or lost to another attempt. */
export type Hold = 'running' | 'cancelling' | 'gone';

/** The attempt may write nothing more. */
export type Lost = Exclude<Hold, 'running'>;

/** A run that its owner still holds. */
export interface Held extends Fence {
  status: Exclude<Hold, 'gone'>;
}

/** A running job and its lease, as they were read. */
export interface HeldLease extends Fence {
  owner: string | undefined;
  until: number;
  tracked: boolean;
}

type StartScope = [type: string, only?: string, lanes?: LaneStateOf, needs?: readonly Need[]];

export interface ClaimRequest {
  type: JobType;
  /** How many run at once, unless people have set something else. */
  limit: number;
  /** How many of these places are taken in this process, by jobs that may have ended by now. */
  taken: number;
  /** Claims only this job and those it started. */
  only?: string;
  /** Of a type whose queue is divided into lanes: claims none of a lane that is full or blocked. */
  lanes?: LaneStateOf;
  /** Claims no job that needs something else. It has no effect on a queue with lanes. */
  needs?: readonly Need[];
}

export interface Claimed extends Run {
  metadata: Record<string, unknown> | undefined;
  checkpoint: unknown;
  sessionId: string | undefined;
  progress: { current: number; total: number };
  attemptsUsed: number;
  maxAttempts: number;
  /** Why the job has failed permanently, while its steps are being undone. */
  undoing: string | undefined;
  /** How long this attempt may run, in ms. */
  timeoutMs: number | undefined;
  /** An earlier attempt may have left steps. */
  hasSteps: boolean;
}

/** Progress and log lines that are not on disk yet. */
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

/** `lost`: nothing was saved, and why. */
export type Committed = { saved: SavedData; state: CommitState } | { lost: Lost };

/** How an attempt ends. */
export type End =
  | { as: 'completed'; result: unknown }
  | { as: 'failed'; reason: string; failure: Failure }
  /**
   * The job is tried again at `retryAt`, or has failed permanently when its attempts are used up:
   * because of `failure`, `exhausted` by default.
   */
  | { as: 'retrying'; reason: string; retryAt: number; failure?: Failure }
  /** As `retrying`, but the attempt has not failed and does not count. */
  | { as: 'postponed'; reason: string; retryAt: number }
  /** Back into the queue at its old position; the attempt does not count. */
  | { as: 'released' }
  /** The handler of a cancelled job has stopped, or was abandoned (`note`). */
  | { as: 'cancelled'; note?: string };

export interface Ended {
  status: JobStatus;
  /** Children that were cancelled because the job has failed. */
  children: Changed[];
}

export interface Changed {
  id: string;
  status: JobStatus;
}

/** Whether a job was removed, and what that changed in its children. */
export interface Removed {
  id: string;
  isGone: boolean;
  /** Children that were removed with it or cancelled. */
  children: Changed[];
}

export type StepChange =
  /** It has not failed and waits for the next attempt. */
  | { status: 'pending' }
  | { status: 'running' }
  | { status: 'completed'; result: unknown }
  | { status: 'failed'; error: string }
  | { status: 'compensated' };
