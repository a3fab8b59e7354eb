import type { Database } from 'bun:sqlite';
import { migrate, openDatabase } from '../platform/database.ts';
import { count } from '../text/format.ts';
import type { JobCounters } from './counters.ts';
import { checkJobType, type InputOf, type JobDefinition } from './definition.ts';
import { actOnAll, actOnMatching, type BulkAction, type BulkOutcome } from './engine/bulk.ts';
import { type JobContext, trackedContext } from './engine/context.ts';
import { Definitions, newId } from './engine/definitions.ts';
import { createEngine, type Engine, type EngineOptions } from './engine/engine.ts';
import type { Enqueued, EnqueueOptions, EnqueueRequest } from './engine/enqueuer.ts';
import type { DatabaseWatch } from './engine/error_reporter.ts';
import type { TypeQueue } from './engine/queues.ts';
import { InvalidInput, PermanentError, ShuttingDown } from './errors.ts';
import type { Feed } from './feed.ts';
import type { Job, JobType, SaveData, SavedData, TrackedJobType } from './job.ts';
import type { JobEventReader } from './job_events.ts';
import type { JobQuery } from './listing.ts';
import { TrackerReader } from './reader.ts';
import type { End } from './store/store.ts';

export interface TrackerOptions extends EngineOptions {
  /** An open database, or the path of its file. By default one in memory. */
  database?: Database | string;
  /** The job types this process may start and run; `define` adds more. */
  definitions?: JobDefinition[];
  /** Stores what handlers commit; `saveWith` sets it later. By default nothing can be committed. */
  save?: SaveData;
}

export interface StartOptions {
  /** The id of the one job that this process runs, with the jobs it starts. By default all jobs. */
  only?: string;
}

/**
 * A tracker over one database. Create one per process and database: the running jobs of another
 * tracker in the same process count as abandoned.
 * @param options or a function that gives them; it is called at the first use.
 */
export function createTracker(options: TrackerOptions | (() => TrackerOptions) = {}): Tracker {
  return new Tracker(typeof options === 'function' ? options : () => options);
}

interface Opened extends Engine {
  read: TrackerReader;
}

/** Starts, changes and reads jobs. Every method may be called at any time. */
export class Tracker {
  readonly #options: () => TrackerOptions;
  readonly #definitions = new Definitions();
  #opened: Opened | undefined;
  #save: SaveData | undefined;

  constructor(options: () => TrackerOptions) {
    this.#options = options;
  }

  /** Adds job types to those this process may start and run. */
  define(...definitions: JobDefinition[]): void {
    this.#definitions.add(definitions);
  }

  /** Sets what stores the data that handlers commit. */
  saveWith(save: SaveData): void {
    this.#save = save;
  }

  /** Writes nothing while `watch` has an obstacle, and passes database errors to it. */
  watchDatabase(watch: DatabaseWatch): void {
    this.#open().errors.watch = watch;
  }

  get types(): JobType[] {
    this.#open();
    return this.#definitions.types;
  }

  /** The queues of the types, by name. */
  queues(): TypeQueue[] {
    return this.#open().queues.list();
  }

  /** The schema of a type's input. @throws UnknownJobType */
  inputOf(type: JobType): JobDefinition['input'] {
    this.#open();
    return this.#definitions.require(type).input;
  }

  /** What can be asked about jobs. */
  get reader(): TrackerReader {
    return this.#open().read;
  }

  /** How jobs have ended since this process opened the database. */
  get counters(): JobCounters {
    return this.#open().counters;
  }

  /** Everything that happens to jobs, in an order that survives restarts. */
  get events(): JobEventReader {
    return this.#open().events;
  }

  /** The numbered changes of jobs. */
  get feed(): Feed {
    return this.#open().feed;
  }

  /** Settles the running jobs of processes that have ended, and deletes jobs that ended too long ago. */
  async initialize(): Promise<void> {
    const { rescuer, pruner, signals } = this.#open();
    await signals.ready;
    await rescuer.rescue();
    await pruner.start();
  }

  /**
   * Does what `initialize` does, and runs queued jobs of the defined types in this process. While
   * another process holds the database, this is retried in the background.
   */
  async start({ only }: StartOptions = {}): Promise<void> {
    const { runner, pruner, signals } = this.#open();
    await signals.ready;
    await pruner.start();
    await runner.start(only);
  }

  /**
   * Stops running jobs: gives handlers `drainMs` to finish, puts the rest back into the queue, and
   * fails tracked jobs, which cannot be resumed, as interrupted.
   */
  async stop(drainMs = 0): Promise<void> {
    if (!this.#opened) return;
    const { executions, runner, pruner, stopTimers, signals } = this.#opened;
    pruner.stop();
    try {
      await runner.stop(drainMs);
      await this.#interruptTracked();
    } finally {
      stopTimers();
      // The end of these could not be written. Other processes will find that this one has ended.
      for (const { controller } of executions.all()) controller.abort(new ShuttingDown());
    }
    await signals.stop();
  }

  /**
   * Creates a job whose caller does the work itself; it is running at once.
   * @throws TypeError when the type does not match `JOB_TYPE_PATTERN`.
   */
  async createJob(
    trackedType: TrackedJobType,
    metadata?: Record<string, unknown>,
  ): Promise<JobContext> {
    checkJobType(trackedType);
    const { store, executions, reports, feed, clock, heartbeat } = this.#open();
    const type = trackedType as JobType;
    const job = await store.insertTracked(
      { id: newId(type), type, metadata, maxAttempts: 1 },
      heartbeat.newLease(),
      clock.now(),
    );
    const startedAt = job.startedAt?.getTime() ?? 0;
    const run = { id: job.id, attempt: 1, type, tracked: true, client: undefined, startedAt };
    const execution = executions.begin(run, job.progress);
    feed.changed(job.id);
    return trackedContext(execution, reports);
  }

  /**
   * Queues a job for a worker of this or another process. The job is on disk when this resolves.
   * @throws InvalidInput, UnknownJobType, TooManyWaiting; nothing was created then.
   */
  async enqueue<Type extends JobType>(
    type: Type,
    input: InputOf<Type> | Record<string, unknown>,
    options: EnqueueOptions = {},
  ): Promise<Job> {
    return this.#open().enqueuer.enqueue(type, input, options);
  }

  /**
   * Queues many jobs, in their order and in one transaction. Each request has its own answer, in its
   * place: the job, or what `enqueue` would have thrown.
   * @throws what the database threw; nothing was created then.
   */
  async enqueueMany(requests: EnqueueRequest[]): Promise<Enqueued[]> {
    return this.#open().enqueuer.enqueueMany(requests);
  }

  /** Changes nothing when the job does not run in this process. `total` 0 = unknown. */
  async updateProgress(id: string, current: number, total: number, message: string): Promise<void> {
    const { executions, reports } = this.#open();
    const execution = executions.get(id);
    if (!execution || execution.controller.signal.aborted) return;
    reports.report(execution, { current, total, message });
  }

  /** Ends a tracked job. False, and nothing changed, when it has ended already or is not tracked. */
  async completeJob(id: string, success: boolean, errorMessage?: string): Promise<boolean> {
    const { executions, completion } = this.#open();
    const execution = executions.get(id);
    if (!execution?.tracked || execution.ending) return false;
    const reason = errorMessage ?? 'The work failed without giving a reason.';
    const end: End = success
      ? { as: 'completed', result: undefined }
      : { as: 'failed', reason, failure: 'permanent' };
    return (await completion.end(execution, end)) !== undefined;
  }

  /**
   * False when there is no such job or it has ended. A running job is `cancelling` until its handler
   * has stopped. Its children are cancelled with it.
   */
  async cancelJob(id: string): Promise<boolean> {
    const { commands, reader } = this.#open();
    return (await commands.cancel([id])) > 0 || reader.brief(id)?.status === 'cancelling';
  }

  /**
   * Puts an ended job back into the queue with new attempts. It resumes from its checkpoint, or from
   * the start when it had completed. Its unsuccessful children are retried with it. `undefined` when
   * the job is active, tracked or unknown.
   */
  async retryJob(id: string): Promise<Job | undefined> {
    return (await this.#open().commands.retry([id])) > 0 ? this.getJob(id) : undefined;
  }

  /**
   * Deletes a job; an active one only with `force`, which stops its handler. Its waiting children are
   * deleted with it, its running children are cancelled.
   */
  async removeJob(id: string, { force = false } = {}): Promise<boolean> {
    return (await this.#open().commands.remove([id], force)) > 0;
  }

  /**
   * Lets a waiting job start next of its type: before all others, at once when a place is free, and
   * without waiting for its time. False when it does not wait.
   */
  async moveToFront(id: string): Promise<boolean> {
    return this.#open().commands.moveToFront(id);
  }

  /**
   * Lets no process start a job of that type until it is resumed; running ones go on. False when it is
   * paused already.
   */
  async pauseType(type: string): Promise<boolean> {
    checkJobType(type);
    return this.#open().commands.changeQueue((store, now) => store.pauseType(type, now));
  }

  /** False when it is not paused. */
  async resumeType(type: string): Promise<boolean> {
    return this.#open().commands.changeQueue((store) => store.resumeType(type));
  }

  /**
   * Sets how many jobs of that type run at once in all processes, from now on; running ones go on.
   * @param concurrency 1 to 1,000; undefined: what each process has set.
   * @throws InvalidInput that names `concurrency`
   */
  async setConcurrency(type: string, concurrency: number | undefined): Promise<boolean> {
    checkJobType(type);
    checkConcurrency(concurrency);
    return this.#open().commands.changeQueue((store) => store.setConcurrency(type, concurrency));
  }

  /** As `pauseType`, for the jobs of all types with this `source` in their input. */
  async pauseSource(source: string): Promise<boolean> {
    return this.#open().commands.changeQueue((store, now) => store.pauseSource(source, now));
  }

  /** False when it is not paused. */
  async resumeSource(source: string): Promise<boolean> {
    return this.#open().commands.changeQueue((store) => store.resumeSource(source));
  }

  /**
   * Keeps a job until it is removed, however long ago it ended, or no longer. False when that is so
   * already, or there is no such job.
   */
  async pinJob(id: string, isPinned = true): Promise<boolean> {
    return this.#open().commands.pin(id, isPinned);
  }

  /** Removes an ended job from the taskbar. */
  async dismissJob(id: string): Promise<boolean> {
    return this.#open().commands.dismiss(id);
  }

  /** Cancels, retries or removes jobs, in transactions of 200. Others than the applicable ones are skipped. */
  async changeJobs(action: BulkAction, ids: string[]): Promise<BulkOutcome> {
    return actOnAll(action, [...new Set(ids)], this.#open().commands.of(action));
  }

  /** Does the same with every job that matches the query, on all its pages. */
  async changeMatching(action: BulkAction, query: JobQuery): Promise<BulkOutcome> {
    const { listing, commands } = this.#open();
    return actOnMatching(listing, action, query, commands.of(action));
  }

  /** The whole job, with its input and result, which may be large. */
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

  /** Calls `listener` with the newest 1,000 jobs after every change; changes of one moment count as one. */
  subscribe(listener: (jobs: Job[]) => void): () => void {
    const { feed, logger } = this.#open();
    return feed.subscribe(() => {
      try {
        listener(this.getAllJobs());
      } catch (error) {
        logger.error('A subscriber of the tracker failed.', { error });
      }
    });
  }

  #open(): Opened {
    this.#opened ??= this.#openWith(this.#options());
    return this.#opened;
  }

  #openWith(options: TrackerOptions): Opened {
    const database = databaseOf(options);
    const save: SaveData = (data) => (this.#save ?? options.save ?? saveNothing)(data);
    this.#definitions.add(options.definitions ?? []);
    const engine = createEngine(database, this.#definitions, save, options);
    return { ...engine, read: new TrackerReader(engine) };
  }

  async #interruptTracked(): Promise<void> {
    const { executions, completion } = this.#open();
    const reason = 'Interrupted: xgpt was shut down.';
    const interrupt = executions.all().map(async (execution) => {
      // It may be ending already.
      if (execution.ending) await execution.ending.catch(() => {});
      else await completion.end(execution, { as: 'failed', reason, failure: 'interrupted' });
      execution.controller.abort(new ShuttingDown());
    });
    await Promise.all(interrupt);
  }
}

/** Jobs of a type that run at once, at most. */
export const MAX_CONCURRENCY = 1_000;

function checkConcurrency(concurrency: number | undefined): void {
  if (concurrency === undefined) return;
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY) return;
  throw new InvalidInput({
    concurrency: `Concurrency must be a whole number from 1 to ${count(MAX_CONCURRENCY)}.`,
  });
}

function databaseOf({ database = ':memory:' }: TrackerOptions): Database {
  if (typeof database === 'string') return openDatabase(database);
  migrate(database);
  return database;
}

function saveNothing(data: object): SavedData {
  const [name] = Object.keys(data);
  if (name === undefined) return {} as SavedData;
  throw new PermanentError(
    `This tracker cannot store ${name}. Create it with the option \`save\`.`,
  );
}
