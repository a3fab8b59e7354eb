import type { Database } from 'bun:sqlite';
import { type Clock, systemClock } from '../platform/clock.ts';
import { migrate, openDatabase } from '../platform/database.ts';
import { type Logger, silentLogger } from '../platform/logger.ts';
import { writerOf } from '../platform/writer.ts';
import type { SaveData, SavedData } from './data.ts';
import type { InputOf, JobDefinition } from './definition.ts';
import {
  type Act,
  actOnAll,
  actOnMatching,
  type BulkAction,
  type BulkOutcome,
} from './engine/bulk.ts';
import { type Bell, createBell, SILENT_BELL } from './engine/commit_signals.ts';
import { type JobContext, trackedContext } from './engine/context.ts';
import {
  createHearing,
  type Desk,
  followCancels,
  lostSomehow,
  newLease,
  settle,
  startHeart,
  takeOver,
} from './engine/desk.ts';
import { Complaints, type DatabaseWatch } from './engine/error_reporter.ts';
import { type Execution, Executions } from './engine/executions.ts';
import { checked } from './engine/input.ts';
import { LeaseWatch } from './engine/lease_watch.ts';
import { newOwner } from './engine/owner.ts';
import { Sweeper } from './engine/pruner.ts';
import { RecentStarts } from './engine/recent_starts.ts';
import { DEFAULT_RETRY } from './engine/retry.ts';
import { createRunner, type Runner } from './engine/runner.ts';
import { PermanentError, ShuttingDown, TooManyWaiting, UnknownJobType } from './errors.ts';
import { Feed } from './feed.ts';
import type { Job, JobType } from './job.ts';
import { isCancellable } from './lifecycle.ts';
import type { JobQuery } from './listing.ts';
import { TrackerReader } from './reader.ts';
import { changeLogOf } from './store/sqlite/changes.ts';
import { createSqliteJobHistory } from './store/sqlite/history.ts';
import { createSqliteRunReader } from './store/sqlite/leases.ts';
import { createSqliteJobListing } from './store/sqlite/listing.ts';
import { createSqliteJobNews, createSqliteJobReader } from './store/sqlite/reader.ts';
import { createSqliteJobStore } from './store/sqlite/store.ts';
import type { Inserted, NewJob, WaitingLimits } from './store/store.ts';

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
  /** Stores what handlers commit; `saveWith` sets it later. By default nothing can be committed. */
  save?: SaveData;
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

type Metadata = Record<string, unknown>;

interface Opened {
  desk: Desk;
  runner: Runner;
  sweeper: Sweeper;
  maxWaiting: WaitingLimits;
  stopHeart: () => void;
  bell: Bell;
  reader: TrackerReader;
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
  #save: SaveData | undefined;
  readonly #recentStarts = new RecentStarts();

  constructor(options: () => TrackerOptions) {
    this.#options = options;
  }

  /** Adds job types to those this process may start and run. */
  define(...definitions: JobDefinition[]): void {
    for (const definition of definitions) this.#definitions.set(definition.type, definition);
  }

  /** From now on this stores what handlers commit. */
  saveWith(save: SaveData): void {
    this.#save = save;
  }

  /** From now on nothing is written while `watch` tells of an obstacle, and it learns of errors. */
  watchDatabase(watch: DatabaseWatch): void {
    this.#open().desk.complaints.watch = watch;
  }

  get types(): JobType[] {
    this.#open();
    return [...this.#definitions.values()].map(({ type }) => type);
  }

  /** What a job of this type may be asked for. @throws UnknownJobType */
  inputOf(type: JobType): JobDefinition['input'] {
    this.#open();
    const definition = this.#definitions.get(type);
    if (!definition) throw new UnknownJobType(type, this.types);
    return definition.input;
  }

  /** Settles what dead processes left at work and deletes what ended too long ago. */
  async initialize(): Promise<void> {
    const { desk, sweeper, bell } = this.#open();
    await bell.ready;
    await takeOver(desk);
    await sweeper.start();
  }

  /**
   * Does what `initialize` does, and runs queued jobs of the defined types in this process. What
   * cannot be settled now, because another process holds the database, is settled as soon as it
   * can be.
   */
  async start({ only }: StartOptions = {}): Promise<void> {
    const { runner, sweeper, bell } = this.#open();
    await bell.ready;
    await sweeper.start();
    // It settles what dead processes left, again and again.
    await runner.start(only);
  }

  /**
   * Stops running jobs: lets handlers work on for `drainMs`, then puts the rest back into the
   * line and fails tracked jobs, which nobody can resume, as interrupted.
   */
  async stop(drainMs = 0): Promise<void> {
    if (!this.#opened) return;
    const { desk, runner, sweeper, stopHeart, bell } = this.#opened;
    sweeper.stop();
    const reason = 'Interrupted: xgpt was shut down.';
    try {
      await runner.stop(drainMs);
      await Promise.all(
        desk.executions.all().map(async (execution) => {
          // Somebody else may stop it as well, or it ends by itself.
          if (execution.ending) await execution.ending.catch(() => {});
          else await settle(desk, execution, { as: 'failed', reason, failure: 'interrupted' });
          execution.controller.abort(new ShuttingDown());
        }),
      );
    } finally {
      stopHeart();
      // Of these the end could not be written: others find that their process is gone.
      for (const { controller } of desk.executions.all()) controller.abort(new ShuttingDown());
    }
    await bell.stop();
  }

  /** A job whose caller does the work itself; it is running at once. */
  async createJob(type: JobType, metadata?: Record<string, unknown>): Promise<JobContext> {
    const { desk } = this.#open();
    const job = await desk.store.insertTracked(
      { id: newId(type), type, metadata, maxAttempts: 1 },
      newLease(desk),
      desk.clock.now(),
    );
    const startedAt = job.startedAt?.getTime() ?? 0;
    const run = { id: job.id, attempt: 1, type, tracked: true, client: undefined, startedAt };
    const execution = desk.executions.begin(run, job.progress);
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
    // At its first use it gets to know its job types.
    const { desk } = this.#open();
    const checked = this.#checked(type, input, uuid);
    const job = Object.assign(checked instanceof Promise ? await checked : checked, asked);
    if (mergeMs === undefined) return this.#insert(job);
    const now = desk.clock.elapsed();
    for (;;) {
      const started = this.#recentStarts.find(job, mergeMs, now);
      if (!started) return this.#recentStarts.add(job, now, this.#insert(job));
      // Why it failed was told whoever asked for it.
      const id = await started.then(
        (known) => known.id,
        () => undefined,
      );
      const twin = id === undefined ? undefined : this.getJob(id);
      if (twin && isCancellable(twin.status)) return twin;
      this.#recentStarts.forget(job, started);
    }
  }

  /**
   * The same of many, in their order and in one transaction: those whose input fits and for which
   * the line has room. Each gets an answer of its own, in its place: the job, or what `enqueue`
   * would have thrown.
   * @throws what the database threw; none was created then.
   */
  async enqueueMany(requests: EnqueueRequest[]): Promise<Enqueued[]> {
    const { desk, maxWaiting } = this.#open();
    const results: Enqueued[] = new Array(requests.length);
    const jobs: NewJob[] = [];
    const places: number[] = [];
    const take = (index: number, job: NewJob) => {
      const { sessionId, parentId, client } = requests[index] as EnqueueRequest;
      job.sessionId = sessionId;
      job.parentId = parentId;
      job.client = client;
      places.push(index);
      jobs.push(job);
    };
    for (const [index, { type, input, uuid }] of requests.entries()) {
      try {
        const checked = this.#checked(type, input, uuid);
        take(index, checked instanceof Promise ? await checked : checked);
      } catch (error) {
        results[index] = { error };
      }
    }
    desk.wake();
    const inserted = await desk.store.insertAllQueued(jobs, maxWaiting, desk.clock.now());
    for (const [place, outcome] of inserted.entries()) {
      const index = places[place] as number;
      results[index] =
        'full' in outcome
          ? { error: tooManyWaiting(outcome.full, maxWaiting, jobs[place]?.type as JobType) }
          : { job: outcome.job };
      if ('isNew' in outcome) desk.feed.changed(outcome.job.id);
    }
    return results;
  }

  async #insert(job: NewJob): Promise<Job> {
    const { desk, maxWaiting } = this.#open();
    // A free place takes it in the same transaction.
    desk.wake(job.type);
    const inserted: Inserted = await desk.store.insertQueued(job, maxWaiting, desk.clock.now());
    if ('full' in inserted) throw tooManyWaiting(inserted.full, maxWaiting, job.type);
    desk.feed.changed(inserted.job.id);
    return inserted.job;
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
    if (!execution?.tracked || execution.ending) return false;
    const reason = errorMessage ?? 'The work failed; it gave no reason.';
    const ended = await settle(
      desk,
      execution,
      success
        ? { as: 'completed', result: undefined }
        : { as: 'failed', reason, failure: 'permanent' },
    );
    return ended !== undefined;
  }

  /**
   * False when there is no such job or it has ended. A running job is `cancelling` at first. Its
   * children are cancelled with it.
   */
  async cancelJob(id: string): Promise<boolean> {
    const cancelled = await this.#cancel([id]);
    return cancelled > 0 || this.#open().desk.reader.brief(id)?.status === 'cancelling';
  }

  /**
   * Puts an ended queued job back into the line with new attempts. It goes on from its checkpoint,
   * or from the start when it had completed. Children of it that did not complete are retried with
   * it. `undefined` when it is active, tracked or unknown.
   */
  async retryJob(id: string): Promise<Job | undefined> {
    return (await this.#retry([id])) > 0 ? this.getJob(id) : undefined;
  }

  /**
   * Forgets a job. One that is active only with `force`: its handler is stopped and fenced off, its
   * children that wait go with it, and those that run are cancelled.
   */
  async removeJob(id: string, { force = false } = {}): Promise<boolean> {
    return (await this.#remove([id], force)) > 0;
  }

  /**
   * Cancels, retries or removes those of the jobs for which that is possible, in transactions of
   * 200; the others are skipped, whatever the reason.
   */
  async changeJobs(action: BulkAction, ids: string[]): Promise<BulkOutcome> {
    return actOnAll(action, [...new Set(ids)], this.#act(action));
  }

  /** The same for every job that the query finds, apart from its page. */
  async changeMatching(action: BulkAction, query: JobQuery): Promise<BulkOutcome> {
    return actOnMatching(this.#open().desk, action, query, this.#act(action));
  }

  /** Puts an ended job away: the taskbar no longer shows it. */
  async dismissJob(id: string): Promise<boolean> {
    const { store, feed, clock } = this.#open().desk;
    if (!(await store.dismiss(id, clock.now()))) return false;
    feed.changed(id);
    return true;
  }

  /** With all that was asked and returned, which may be large. */
  getJob(id: string): Job | undefined {
    return this.reader.getJob(id);
  }

  /** The newest 1,000, newest first. */
  getAllJobs(): Job[] {
    return this.reader.getAllJobs();
  }

  /** Running jobs by start, then waiting jobs by their position in the queue. */
  getActiveJobs(): Job[] {
    return this.reader.getActiveJobs();
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

  #act(action: BulkAction): Act {
    switch (action) {
      case 'cancel':
        return (ids) => this.#cancel(ids);
      case 'retry':
        return (ids) => this.#retry(ids);
      case 'remove':
        return (ids) => this.#remove(ids, false);
    }
  }

  /** Each of these three returns to how many of the jobs it was done. */
  async #cancel(ids: string[]): Promise<number> {
    const { desk } = this.#open();
    const cancelled = await desk.store.cancel(ids, desk.clock.now());
    for (const family of cancelled) followCancels(desk, family);
    return count(cancelled, (family) => family.length > 0);
  }

  async #retry(ids: string[]): Promise<number> {
    const { desk } = this.#open();
    const attempts = (type: string) =>
      this.#definitions.get(type)?.retry.maxAttempts ?? DEFAULT_RETRY.maxAttempts;
    desk.wake();
    const requeued = await desk.store.requeue(ids, attempts, desk.clock.now());
    for (const job of requeued.flat()) desk.feed.changed(job.id);
    return count(requeued, (family) => family.length > 0);
  }

  async #remove(ids: string[], force: boolean): Promise<number> {
    const { desk } = this.#open();
    desk.wake();
    const removed = await desk.store.remove(ids, force, desk.clock.now());
    for (const { id, isGone, children } of removed) {
      if (!isGone) continue;
      const execution = desk.executions.get(id);
      if (execution) desk.executions.fence(execution);
      desk.feed.changed(id);
      followCancels(desk, children);
    }
    return count(removed, ({ isGone }) => isGone);
  }

  /** What can be asked about jobs. */
  get reader(): TrackerReader {
    return this.#open().reader;
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
    const writer = writerOf(database);
    writer.use(clock);
    writer.obstacle = () => complaints.watch?.obstacle();
    const log = changeLogOf(database, writer);
    const save: SaveData = (data) => (this.#save ?? options.save ?? saveNothing)(data);
    const store = createSqliteJobStore(database, writer, log, save);
    const feed = new Feed();
    const executions = new Executions(store, feed, clock, complaints);
    const desk: Desk = {
      store,
      queue: store,
      reader: createSqliteJobReader(database, log),
      runs: createSqliteRunReader(database),
      news: createSqliteJobNews(database, log),
      history: createSqliteJobHistory(database),
      listing: createSqliteJobListing(database),
      feed,
      executions,
      clock,
      logger,
      complaints,
      owner: newOwner(),
      leaseMs,
      renewedAt: Number.NEGATIVE_INFINITY,
      leaseWatch: new LeaseWatch(leaseMs),
      cancelGraceMs: options.cancelGraceMs ?? 10_000,
      wake: (type) => runner.wake(type),
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
    // In a test's time nobody rings: it decides what is heard, and when.
    const isHeard = clock === systemClock && database.filename !== ':memory:';
    const bell = isHeard
      ? createBell(database, writer, desk.owner, createHearing(desk))
      : SILENT_BELL;
    const reader = new TrackerReader({ ...desk, jobs: desk.reader });
    return { desk, runner, sweeper, maxWaiting, stopHeart: startHeart(desk), bell, reader };
  }

  /** @throws InvalidInput, UnknownJobType */
  #checked(type: JobType, input: unknown, uuid?: string): NewJob | Promise<NewJob> {
    const definition = this.#definitionOf(type);
    const { maxAttempts } = definition?.retry ?? DEFAULT_RETRY;
    const isIdGiven = uuid !== undefined;
    const id = newId(type, uuid);
    const asJob = (metadata: unknown): NewJob => ({
      id,
      type,
      metadata: metadata as Metadata,
      maxAttempts,
      isIdGiven,
    });
    const value = definition ? checked(definition, input) : input;
    return value instanceof Promise ? value.then(asJob) : asJob(value);
  }

  /** A tracker without definitions only hands jobs on: whoever runs them checks their input. */
  #definitionOf(type: JobType): JobDefinition | undefined {
    // Those that were given with the options are known only then.
    this.#open();
    const definition = this.#definitions.get(type);
    if (!definition && this.#definitions.size > 0) throw new UnknownJobType(type, this.types);
    return definition;
  }

  async #startChildren(parent: Execution, type: JobType, inputs: unknown[]): Promise<void> {
    const { desk } = this.#open();
    const { sessionId } = desk.reader.brief(parent.id) ?? {};
    const jobs: NewJob[] = [];
    for (const input of inputs) {
      jobs.push({ ...(await this.#checked(type, input)), sessionId, parentId: parent.id });
    }
    desk.wake();
    const outcome = await desk.store.insertChildren(parent, jobs, desk.clock.now());
    if (outcome !== 'inserted' && outcome !== 'there already') {
      lostSomehow(desk, parent);
      throw parent.controller.signal.reason;
    }
    if (outcome === 'inserted') for (const { id } of jobs) desk.feed.changed(id);
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

function saveNothing(data: object): SavedData {
  const [name] = Object.keys(data);
  if (name === undefined) return {} as SavedData;
  throw new PermanentError(`This tracker stores no ${name}. Give it \`save\` when it is created.`);
}

function count<Item>(items: Item[], isCounted: (item: Item) => boolean): number {
  return items.filter(isCounted).length;
}
