import type { Database } from 'bun:sqlite';
import { migrate, openDatabase } from '../database.ts';
import { type Logger, silentLogger } from '../logger.ts';
import {
  type Act,
  actOnAll,
  actOnMatching,
  type BulkAction,
  type BulkOutcome,
  tallyMatching,
} from './bulk.ts';
import { type Clock, systemClock } from './clock.ts';
import { Complaints, type DatabaseWatch } from './complaints.ts';
import { type JobContext, trackedContext } from './context.ts';
import type { InputOf, JobDefinition } from './definition.ts';
import { abortCancelled, type Desk, lost, newLease, settle, startHeart, takeOver } from './desk.ts';
import type { JobAttempt, JobStep, LogPart } from './details.ts';
import { ShuttingDown, TooManyWaiting, UnknownJobType } from './errors.ts';
import { type Execution, Executions } from './executions.ts';
import { Feed } from './feed.ts';
import { DETAIL_WRITES, heedful, JOB_WRITES } from './heedful_store.ts';
import { type History, type HistoryQuery, readHistory } from './history.ts';
import { parseInput } from './input.ts';
import type { Job, JobType } from './job.ts';
import { LeaseWatch } from './lease_watch.ts';
import type { JobPage, JobQuery, RecentSession, SessionSummary, Tally } from './listing.ts';
import { newOwner } from './owner.ts';
import { DEFAULT_RETRY } from './retry.ts';
import { createRunner, type Runner } from './runner.ts';
import { createSqliteJobDetails } from './sqlite_details.ts';
import { createSqliteJobHistory } from './sqlite_history.ts';
import { createSqliteJobListing } from './sqlite_listing.ts';
import { createSqliteJobStore } from './sqlite_store.ts';
import type { Inserted, NewJob, WaitingLimits } from './store.ts';
import { Sweeper } from './sweeper.ts';

/** How many jobs `getAllJobs` and subscribers get at most: the newest. */
const RECENT = 1_000;

/** How many ended jobs `getCurrentJobs` lists at most: more would hide those at work. */
const SHOWN = { ended: 3, failed: 20 };

const NO_LIMITS = { perType: Number.POSITIVE_INFINITY, perClient: Number.POSITIVE_INFINITY };

const DAY_MS = 86_400_000;

export interface TrackerOptions {
  /** An open database, or the path of its file. By default one in memory. */
  database?: Database | string;
  /** The job types this process may start and run; `define` adds more. */
  definitions?: JobDefinition[];
  clock?: Clock;
  logger?: Logger;
  /** How long a cancelled job may take to stop before it is fenced off, in ms. Default 10,000. */
  cancelGraceMs?: number;
  /** How long finished jobs are kept, in ms. Default 24 hours. */
  keepFinishedMs?: number;
  /** How long a job may go without a heartbeat before others take it over, in ms. Default 30,000. */
  leaseMs?: number;
  /** How many jobs of a type run at once, where it differs from the definition's own limit. */
  concurrency?: Record<string, number>;
  /** How many jobs may wait; more are refused. By default as many as like. */
  maxWaiting?: WaitingLimits;
}

export interface EnqueueOptions {
  sessionId?: string;
  parentId?: string;
  /** Who asks, for the limit of each client. */
  client?: string;
  /** Stands in the job's id, after its type. When there is such a job, it is returned instead. */
  uuid?: string;
  /** A job like this one of the same client, created at most so many ms ago, is returned instead. */
  mergeMs?: number;
}

/** One of many that are enqueued together. */
export interface EnqueueRequest extends Omit<EnqueueOptions, 'mergeMs'> {
  type: JobType;
  input: unknown;
}

/** InvalidInput, UnknownJobType or TooManyWaiting is why there is no job. */
export type Enqueued = { job: Job } | { error: unknown };

export interface StartOptions {
  /** The one job that this process runs, with those that it starts; others stay in the line. */
  only?: string;
}

/** What a job's page tells beyond the job. */
export interface JobDetails {
  attempts: JobAttempt[];
  steps: JobStep[];
  /** The jobs it started, oldest first. */
  children: Job[];
}

type Metadata = Record<string, unknown>;

interface Opened {
  desk: Desk;
  runner: Runner;
  sweeper: Sweeper;
  maxWaiting: WaitingLimits;
  stopHeart: () => void;
}

/**
 * A tracker over one database. One per process and database: whatever another tracker of the same
 * process has at work on it counts as left behind.
 * @param options or a function that gives them; it is called at the first use.
 */
export function createTracker(options: TrackerOptions | (() => TrackerOptions) = {}): Tracker {
  return new Tracker(typeof options === 'function' ? options : () => options);
}

/** Made by `createTracker`. Every method may be called from anywhere, at any time. */
export class Tracker {
  #options: () => TrackerOptions;
  #definitions = new Map<string, JobDefinition>();
  #opened: Opened | undefined;

  constructor(options: () => TrackerOptions) {
    this.#options = options;
  }

  /** Adds job types to those this process may start and run. */
  define(...definitions: JobDefinition[]): void {
    for (const definition of definitions) this.#definitions.set(definition.type, definition);
  }

  /** From now on nothing is written while `watch` tells of an obstacle, and it learns of errors. */
  heed(watch: DatabaseWatch): void {
    this.#open().desk.complaints.watch = watch;
  }

  get types(): JobType[] {
    return [...this.#definitions.values()].map(({ type }) => type);
  }

  /** What a job of this type may be asked for. @throws UnknownJobType */
  inputOf(type: JobType): JobDefinition['input'] {
    const definition = this.#definitions.get(type);
    if (!definition) throw new UnknownJobType(type, this.types);
    return definition.input;
  }

  /** Settles what dead processes left at work and deletes what ended too long ago. */
  async initialize(): Promise<void> {
    const { desk, sweeper } = this.#open();
    takeOver(desk);
    sweeper.start();
  }

  /**
   * Does what `initialize` does, and runs queued jobs of the defined types in this process. What
   * cannot be settled now, because another process holds the database, is settled as soon as it
   * can be.
   */
  async start({ only }: StartOptions = {}): Promise<void> {
    const { runner, sweeper } = this.#open();
    sweeper.start();
    // It settles what dead processes left, again and again.
    runner.start(only);
  }

  /**
   * Stops running jobs: lets handlers work on for `drainMs`, then puts the rest back into the
   * line and fails tracked jobs, which nobody can resume, as interrupted.
   */
  async stop(drainMs = 0): Promise<void> {
    if (!this.#opened) return;
    const { desk, runner, sweeper, stopHeart } = this.#opened;
    sweeper.stop();
    await runner.stop(drainMs);
    for (const execution of desk.executions.all()) {
      settle(desk, execution, () =>
        desk.store.fail(execution, 'Interrupted: xgpt was shut down.', desk.clock.now()),
      );
      execution.controller.abort(new ShuttingDown());
    }
    stopHeart();
  }

  /** A job whose caller does the work itself; it is running at once. */
  async createJob(type: JobType, metadata?: Record<string, unknown>): Promise<JobContext> {
    const { desk } = this.#open();
    const job = desk.store.insertRunning(
      { id: newId(type), type, metadata, maxAttempts: 1 },
      newLease(desk),
      desk.clock.now(),
    );
    const execution = desk.executions.begin(job);
    desk.feed.changed(job.id);
    return trackedContext(execution, desk);
  }

  /**
   * A job that the runner of this or another process will do. It is on disk when this returns.
   * @throws InvalidInput, UnknownJobType, TooManyWaiting; nothing was created then.
   */
  async enqueue<Type extends JobType>(
    type: Type,
    input: InputOf<Type> | Record<string, unknown>,
    { mergeMs, uuid, ...asked }: EnqueueOptions = {},
  ): Promise<Job> {
    const { desk, maxWaiting } = this.#open();
    const job = { ...(await this.#checked(type, input, uuid)), ...asked };
    const now = desk.clock.now();
    const options = { maxWaiting, ...(mergeMs && { twinSince: now - mergeMs }) };
    const inserted = desk.store.insertQueued(job, options, now);
    if ('full' in inserted) throw tooManyWaiting(inserted.full, maxWaiting, type);
    desk.feed.changed(inserted.job.id);
    desk.wake();
    return inserted.job;
  }

  /**
   * The same of many, in their order and in one transaction: those whose input fits and for which
   * the line has room. Each gets an answer of its own, in its place: the job, or what `enqueue`
   * would have thrown.
   * @throws what the database threw; none was created then.
   */
  async enqueueMany(requests: EnqueueRequest[]): Promise<Enqueued[]> {
    const { desk, maxWaiting } = this.#open();
    const checked = await Promise.all(
      requests.map(({ type, input, uuid, ...asked }) =>
        this.#checked(type, input, uuid).then(
          (job) => ({ job: { ...job, ...asked } }),
          (error: unknown) => ({ error }),
        ),
      ),
    );
    const jobs = checked.flatMap((each) => ('job' in each ? each.job : []));
    const inserted = desk.store.insertAllQueued(jobs, maxWaiting, desk.clock.now()).values();
    const results = checked.map((each): Enqueued => {
      if ('error' in each) return each;
      const outcome = inserted.next().value as Inserted;
      if (!('full' in outcome)) return { job: outcome.job };
      return { error: tooManyWaiting(outcome.full, maxWaiting, each.job.type) };
    });
    for (const result of results) if ('job' in result) desk.feed.changed(result.job.id);
    desk.wake();
    return results;
  }

  /** Of a job at work in this process; changes nothing when it is not. `total` 0 = unknown. */
  async updateProgress(id: string, current: number, total: number, message: string): Promise<void> {
    const { executions } = this.#open().desk;
    const execution = executions.get(id);
    if (!execution || execution.controller.signal.aborted) return;
    executions.report(execution, { current, total, message });
  }

  /** Ends a tracked job. False, and nothing changed, when it has ended already or is not one. */
  async completeJob(id: string, success: boolean, errorMessage?: string): Promise<boolean> {
    const { desk } = this.#open();
    const execution = desk.executions.get(id);
    if (!execution?.tracked) return false;
    const reason = errorMessage ?? 'The work failed; it gave no reason.';
    const job = settle(desk, execution, () =>
      success
        ? desk.store.complete(execution, undefined, desk.clock.now())
        : desk.store.fail(execution, reason, desk.clock.now()),
    );
    return job !== undefined;
  }

  /**
   * False when there is no such job or it has ended. A job at work is `cancelling` at first. Its
   * children are cancelled with it.
   */
  async cancelJob(id: string): Promise<boolean> {
    const { desk } = this.#open();
    desk.executions.flush();
    const follow = this.#cancel(id);
    follow?.();
    return follow !== undefined || desk.store.get(id)?.status === 'cancelling';
  }

  /**
   * Puts an ended queued job back into the line with new attempts. It goes on from its checkpoint,
   * or from the start when it had completed. Children of it that did not complete are retried with
   * it. `undefined` when it is active, tracked or unknown.
   */
  async retryJob(id: string): Promise<Job | undefined> {
    const { desk } = this.#open();
    const follow = this.#retry(id);
    if (!follow) return undefined;
    const job = desk.store.get(id);
    follow();
    desk.wake();
    return job;
  }

  /** Forgets a job. One that is active only with `force`: its handler is stopped and fenced off. */
  async removeJob(id: string, { force = false } = {}): Promise<boolean> {
    const follow = this.#remove(id, force);
    if (!follow) return false;
    follow();
    this.#open().desk.wake();
    return true;
  }

  /**
   * Cancels, retries or removes those of the jobs for which that is possible, in transactions of
   * 200; the others are skipped, whatever the reason.
   */
  async changeJobs(action: BulkAction, ids: string[]): Promise<BulkOutcome> {
    return actOnAll(this.#open().desk, action, [...new Set(ids)], this.#act(action));
  }

  /** The same for every job that the query finds, apart from its page. */
  async changeMatching(action: BulkAction, query: JobQuery): Promise<BulkOutcome> {
    return actOnMatching(this.#open().desk, action, query, this.#act(action));
  }

  /** How many jobs the query finds, by what can be done to them. */
  async countJobs(query: JobQuery): Promise<Tally[]> {
    return tallyMatching(this.#open().desk, query);
  }

  /** Puts an ended job away: the taskbar no longer shows it. */
  async dismissJob(id: string): Promise<boolean> {
    const { store, feed, clock } = this.#open().desk;
    if (!store.dismiss(id, clock.now())) return false;
    feed.changed(id);
    return true;
  }

  getJob(id: string): Job | undefined {
    const { store, executions } = this.#open().desk;
    const job = store.get(id);
    return job && executions.withProgress(job);
  }

  /** The ids that begin or end with `part`, newest first, at most `limit`; an id itself is alone. */
  idsLike(part: string, limit: number): string[] {
    return this.#open().desk.store.idsLike(part, limit);
  }

  /** The newest 1,000, newest first. */
  getAllJobs(): Job[] {
    return this.listJobs({ limit: RECENT }).jobs;
  }

  /** Those at work by start, then those waiting by turn. */
  getActiveJobs(): Job[] {
    return this.#withProgress(this.#open().desk.store.active());
  }

  /**
   * What deserves a look now: those that ended since, at work, failed and not dismissed, and the
   * first `waiting` in line.
   */
  getCurrentJobs(endedSince: Date, waiting: number): Job[] {
    const { store, clock } = this.#open().desk;
    const limits = { ...SHOWN, waiting };
    return this.#withProgress(store.current(endedSince.getTime(), clock.now(), limits));
  }

  /** How many jobs are at work, and how many wait. */
  countActive(): { atWork: number; waiting: number } {
    return this.#open().desk.store.countActive();
  }

  /** Newest first, page by page. */
  listJobs(query: JobQuery): JobPage {
    const page = this.#open().desk.listing.list(query);
    return { ...page, jobs: this.#withProgress(page.jobs) };
  }

  /** How the jobs of a session stand, all together. */
  sessionSummary(id: string): SessionSummary {
    return this.#open().desk.listing.session(id);
  }

  /** The sessions used last, newest first. */
  recentSessions(limit: number): RecentSession[] {
    return this.#open().desk.listing.recentSessions(limit);
  }

  /** How the jobs fared that ended within that time, whether they are still kept or not. */
  history(query: HistoryQuery): History {
    return readHistory(this.#open().desk.history, query);
  }

  /** Units of progress a second of a job at work in this process, smoothed. */
  speedOf(id: string): number | undefined {
    return this.#open().desk.executions.get(id)?.speed.perSecond;
  }

  /** Jobs at work in this process that have stopped moving, and since when. */
  stalledJobs(): Map<string, Date> {
    const { executions, clock } = this.#open().desk;
    const stalled = new Map<string, Date>();
    for (const { id, pulse } of executions.all()) {
      const silence = pulse.silence(clock.elapsed());
      if (silence !== undefined) stalled.set(id, new Date(clock.now() - silence));
    }
    return stalled;
  }

  /** Calls `listener` with the newest 1,000 jobs after every change; several in one go count as one. */
  subscribe(listener: (jobs: Job[]) => void): () => void {
    const { feed, logger } = this.#open().desk;
    return feed.subscribe(() => {
      try {
        listener(this.getAllJobs());
      } catch (error) {
        logger.error('A subscriber of the tracker failed.', { error });
      }
    });
  }

  /** A job's steps, in their order. */
  stepsOf(id: string): JobStep[] {
    return this.#open().desk.details.steps(id);
  }

  /** What is known of a job's attempts and steps, and of the jobs it started. */
  detailsOf(id: string): JobDetails {
    const { store, details, executions } = this.#open().desk;
    return {
      attempts: details.attempts(id),
      steps: details.steps(id),
      children: store.children(id).map((job) => executions.withProgress(job)),
    };
  }

  /** At most `limit` bytes of a job's log, from byte `position`; default all there is. */
  readLog(id: string, position = 0, limit = Number.POSITIVE_INFINITY): LogPart {
    const { details, executions } = this.#open().desk;
    executions.flush();
    return details.readLog(id, position, limit);
  }

  /** The same of what is on disk by now. It writes nothing: `feed.onLog` tells when there is more. */
  readWrittenLog(id: string, position: number, limit: number): LogPart {
    return this.#open().desk.details.readLog(id, position, limit);
  }

  /** One after the last byte of a job's log. */
  logEnd(id: string): number {
    return this.#open().desk.details.logEnd(id);
  }

  #act(action: BulkAction): Act {
    switch (action) {
      case 'cancel':
        return (id) => this.#cancel(id);
      case 'retry':
        return (id) => this.#retry(id);
      case 'remove':
        return (id) => this.#remove(id, false);
    }
  }

  /** Each of these three changes the database, and returns what is to follow once that is on disk. */
  #cancel(id: string): (() => void) | undefined {
    const { desk } = this.#open();
    const cancelled = desk.store.cancel(id, desk.clock.now());
    if (cancelled.length === 0) return undefined;
    return () => {
      for (const job of cancelled) {
        desk.feed.changed(job.id);
        const execution = desk.executions.get(job.id);
        if (execution) abortCancelled(desk, execution);
      }
    };
  }

  #retry(id: string): (() => void) | undefined {
    const { desk } = this.#open();
    const type = desk.store.get(id)?.type;
    const { maxAttempts } = (type && this.#definitions.get(type)?.retry) || DEFAULT_RETRY;
    const requeued = desk.store.requeue(id, maxAttempts, desk.clock.now());
    if (requeued.length === 0) return undefined;
    return () => {
      for (const job of requeued) desk.feed.changed(job.id);
    };
  }

  #remove(id: string, force: boolean): (() => void) | undefined {
    const { store, feed, executions } = this.#open().desk;
    if (!store.remove(id, force)) return undefined;
    return () => {
      const execution = executions.get(id);
      if (execution) executions.fence(execution);
      feed.changed(id);
    };
  }

  get feed(): Feed {
    return this.#open().desk.feed;
  }

  #open(): Opened {
    this.#opened ??= this.#openWith(this.#options());
    return this.#opened;
  }

  #openWith(options: TrackerOptions): Opened {
    const { clock = systemClock, logger = silentLogger, keepFinishedMs = DAY_MS } = options;
    const { leaseMs = 30_000 } = options;
    const database = databaseOf(options);
    const complaints = new Complaints(logger);
    const obstacle = () => complaints.watch?.obstacle();
    const store = heedful(createSqliteJobStore(database), JOB_WRITES, obstacle);
    const details = heedful(createSqliteJobDetails(database), DETAIL_WRITES, obstacle);
    const feed = new Feed();
    const executions = new Executions(store, details, feed, clock, complaints);
    const desk: Desk = {
      store,
      details,
      history: heedful(createSqliteJobHistory(database), ['forgetBefore'], obstacle),
      listing: createSqliteJobListing(database),
      feed,
      executions,
      clock,
      logger,
      complaints,
      owner: newOwner(),
      leaseMs,
      leaseWatch: new LeaseWatch(leaseMs),
      cancelGraceMs: options.cancelGraceMs ?? 10_000,
      wake: () => runner.wake(),
      startChildren: (parent, type, inputs) => this.#startChildren(parent, type, inputs),
    };
    this.define(...(options.definitions ?? []));
    const runner = createRunner({
      desk,
      definitions: this.#definitions,
      concurrency: options.concurrency ?? {},
    });
    const sweeper = new Sweeper(desk, keepFinishedMs);
    const maxWaiting = options.maxWaiting ?? NO_LIMITS;
    return { desk, runner, sweeper, maxWaiting, stopHeart: startHeart(desk) };
  }

  /** @throws InvalidInput, UnknownJobType */
  async #checked(type: JobType, input: unknown, uuid?: string): Promise<NewJob> {
    const definition = this.#definitionOf(type);
    const metadata = (definition ? await parseInput(definition, input) : input) as Metadata;
    const { maxAttempts } = definition?.retry ?? DEFAULT_RETRY;
    return { id: newId(type, uuid), type, metadata, maxAttempts };
  }

  /** A tracker without definitions only hands jobs on: whoever runs them checks their input. */
  #definitionOf(type: JobType): JobDefinition | undefined {
    const definition = this.#definitions.get(type);
    if (!definition && this.#definitions.size > 0) throw new UnknownJobType(type, this.types);
    return definition;
  }

  async #startChildren(parent: Execution, type: JobType, inputs: unknown[]): Promise<void> {
    const { desk } = this.#open();
    const { sessionId } = desk.store.get(parent.id) ?? {};
    const jobs: NewJob[] = [];
    for (const input of inputs) {
      jobs.push({ ...(await this.#checked(type, input)), sessionId, parentId: parent.id });
    }
    const outcome = desk.store.insertChildren(parent, jobs, desk.clock.now());
    if (outcome === 'lost') {
      lost(desk, parent);
      throw parent.controller.signal.reason;
    }
    if (outcome === 'inserted') for (const { id } of jobs) desk.feed.changed(id);
    desk.wake();
  }

  #withProgress(jobs: Job[]): Job[] {
    const { executions } = this.#open().desk;
    return jobs.map((job) => executions.withProgress(job));
  }
}

/** Time-ordered, so that ids sort by age; unique across processes. */
function newId(type: JobType, uuid: string = Bun.randomUUIDv7()): string {
  return `${type}-${uuid}`;
}

function tooManyWaiting(full: 'type' | 'client', limits: WaitingLimits, type: JobType) {
  const limit = full === 'type' ? limits.perType : limits.perClient;
  return new TooManyWaiting(full, limit, type);
}

function databaseOf({ database = ':memory:' }: TrackerOptions): Database {
  if (typeof database === 'string') return openDatabase(database);
  migrate(database);
  return database;
}
