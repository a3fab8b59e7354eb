import type { Actor, AuditTrail } from './audit.ts';
import { checkConcurrency } from './concurrency.ts';
import type { JobCounters } from './counters.ts';
import { checkJobType, type InputOf, type JobDefinition } from './definition.ts';
import { actOnAll, actOnMatching, type BulkAction, type BulkOutcome } from './engine/bulk.ts';
import { type JobContext, trackedContext } from './engine/context.ts';
import { Definitions, newId } from './engine/definitions.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import type { Enqueued, EnqueueOptions, EnqueueRequest } from './engine/enqueuer.ts';
import type { ErrorReporter } from './engine/error_reporter.ts';
import { interruptTracked } from './engine/interruption.ts';
import type { LaneControl } from './engine/lanes.ts';
import { ShuttingDown } from './errors.ts';
import type { Feed } from './feed.ts';
import type { AfterEnd } from './follow_up.ts';
import type { Job, JobType, TrackedJobType } from './job.ts';
import type { JobEventReader } from './job_events.ts';
import { filterText, type JobQuery } from './listing.ts';
import type { TypeQueue } from './queue.ts';
import { TrackerReader } from './reader.ts';
import type { End, StartClaim } from './store/store.ts';
import { backendOf, saveNothing, withOwner } from './tracker_defaults.ts';
import type { By, SaveInTransaction, StartOptions, TrackerOptions } from './tracker_options.ts';

export { MAX_CONCURRENCY } from './concurrency.ts';
export type { StartOptions, TrackerOptions } from './tracker_options.ts';

/**
 * A tracker over one database. Create one per process and database: the running jobs of another
 * tracker in the same process count as abandoned.
 * @param options or a function that gives them; it is called at the first use.
 */
export function createTracker(options: TrackerOptions | (() => TrackerOptions) = {}): Tracker {
  return new Tracker(() => withOwner(typeof options === 'function' ? options() : options));
}

type Opened = Engine & { read: TrackerReader };

/** Starts, changes and reads jobs. Every method may be called at any time. */
export class Tracker {
  readonly #definitions = new Definitions();
  #opened: Opened | undefined;
  #save: SaveInTransaction | undefined;
  #afterEnd: AfterEnd | undefined;

  constructor(private readonly options: () => TrackerOptions) {}

  /** Adds job types to those this process may start and run. */
  define(...definitions: JobDefinition[]): void {
    this.#definitions.add(definitions);
  }

  /** Sets what stores the data that handlers commit. */
  saveWith(save: SaveInTransaction): void {
    this.#save = save;
  }

  /** Queues the jobs that `afterEnd` gives whenever a job ends, in the same transaction. */
  afterEnd(afterEnd: AfterEnd): void {
    this.#afterEnd = afterEnd;
  }

  /** Reports what fails and is tried again. Nothing is written while its `watch` has an obstacle. */
  get errors(): ErrorReporter {
    return this.#open().errors;
  }

  /** Names who acts in calls that name no actor; undefined: these are not recorded. */
  actAs(actor: Actor | undefined): void {
    this.#open().deeds.actor = actor;
  }

  /** Who did what, and when. */
  get audit(): AuditTrail {
    return this.#open().audit;
  }

  get types(): JobType[] {
    this.#open();
    return this.#definitions.startable;
  }

  /** The lanes of types whose queue is divided. */
  get lanes(): LaneControl {
    return this.#open().lanes;
  }

  /** The queues of the types, by name. */
  queues(): Promise<TypeQueue[]> {
    return this.#open().queues.list();
  }

  /** The schema of a type's input. @throws UnknownJobType */
  inputOf(type: JobType): JobDefinition['input'] {
    this.#open();
    return this.#definitions.require(type).input;
  }

  /** The input as a job of that type would get it. @throws InvalidInput, UnknownJobType */
  async checkedInput(type: string, input: unknown): Promise<unknown> {
    this.#open();
    return this.#definitions.checkedInput(type, input);
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
    const { executions, runner, pruner, stopTimers, signals, dispatcher } = this.#opened;
    pruner.stop();
    try {
      await runner.stop(drainMs);
      await interruptTracked(this.#opened);
    } finally {
      stopTimers();
      // The end of these could not be written. Other processes will find that this one has ended.
      for (const { controller } of executions.all()) controller.abort(new ShuttingDown());
    }
    await Promise.all([signals.stop(), dispatcher.close()]);
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
    const { store, executions, reports, feed, clock, heartbeat, deeds } = this.#open();
    const type = trackedType as JobType;
    const job = await store.insertTracked(
      { id: newId(type), type, metadata, maxAttempts: 1, deed: deeds.of(undefined) },
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

  /** Queues a job of an internal type. */
  enqueueInternal(type: JobType, input: Record<string, unknown>, by?: Actor): Promise<Job> {
    return this.#open().enqueuer.enqueueInternal(type, input, by);
  }

  /**
   * Queues many jobs, in their order and in one transaction. Each request has its own answer, in its
   * place: the job, or what `enqueue` would have thrown.
   * @param by who starts them, for the audit trail.
   * @throws what the database threw; nothing was created then.
   */
  async enqueueMany(requests: EnqueueRequest[], by?: Actor): Promise<Enqueued[]> {
    return this.#open().enqueuer.enqueueMany(requests, by);
  }

  /**
   * Queues a job if the claim is taken, in one transaction. Undefined: it was not taken.
   * @throws InvalidInput, UnknownJobType, TooManyWaiting; nothing was queued then.
   */
  async enqueueClaimed(
    ...request: [claim: StartClaim, request: EnqueueRequest, by?: Actor]
  ): Promise<Job | undefined> {
    return this.#open().enqueuer.enqueueClaimed(...request);
  }

  /** Calls `listener` after commits of other processes, until the returned function is called. */
  onForeignCommit(listener: () => void): () => void {
    return this.#open().foreignCommits.subscribe(listener);
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
  async cancelJob(id: string, { by }: By = {}): Promise<boolean> {
    const { commands, reader } = this.#open();
    const cancelled = await commands.cancel([id], commands.deedOf(by));
    return cancelled > 0 || (await reader.brief(id))?.status === 'cancelling';
  }

  /**
   * Puts an ended job back into the queue with new attempts. It resumes from its checkpoint, or from
   * the start when it had completed. Its unsuccessful children are retried with it. `undefined` when
   * the job is active, tracked or unknown.
   */
  async retryJob(id: string, { by }: By = {}): Promise<Job | undefined> {
    const { commands } = this.#open();
    const retried = await commands.retry([id], commands.deedOf(by));
    // In any case, so that callers are answered in the order in which they asked.
    const job = await this.readJob(id);
    return retried > 0 ? job : undefined;
  }

  /**
   * Deletes a job; an active one only with `force`, which stops its handler. Its waiting children are
   * deleted with it, its running children are cancelled.
   */
  async removeJob(id: string, { force = false, by }: By & { force?: boolean } = {}) {
    const { commands } = this.#open();
    return (await commands.remove([id], force, commands.deedOf(by))) > 0;
  }

  /** Lets a waiting job start next of its type, whatever it waits for. False when it does not wait. */
  async moveToFront(id: string, { by }: By = {}): Promise<boolean> {
    const { commands } = this.#open();
    return commands.moveToFront(id, commands.deedOf(by));
  }

  /**
   * Lets no process start a job of that type until it is resumed; running ones go on. False when it is
   * paused already.
   */
  async pauseType(type: string, { by }: By = {}): Promise<boolean> {
    checkJobType(type);
    return this.#open().commands.changeQueue(by, (store, ...at) => store.pauseType(type, ...at));
  }

  /** False when it is not paused. */
  async resumeType(type: string, { by }: By = {}): Promise<boolean> {
    return this.#open().commands.changeQueue(by, (store, ...at) => store.resumeType(type, ...at));
  }

  /**
   * Sets how many jobs of that type run at once in all processes, from now on; running ones go on.
   * @param concurrency 1 to 1,000; undefined: what each process has set.
   * @throws InvalidInput that names `concurrency`
   */
  async setConcurrency(
    type: string,
    concurrency: number | undefined,
    { by }: By = {},
  ): Promise<boolean> {
    checkJobType(type);
    checkConcurrency(concurrency);
    return this.#open().commands.changeQueue(by, (store, ...at) =>
      store.setConcurrency(type, concurrency, ...at),
    );
  }

  /** As `pauseType`, for the jobs of all types with this `source` in their input. */
  async pauseSource(source: string, { by }: By = {}): Promise<boolean> {
    const { commands } = this.#open();
    return commands.changeQueue(by, (store, ...at) => store.pauseSource(source, ...at));
  }

  /** False when it is not paused. */
  async resumeSource(source: string, { by }: By = {}): Promise<boolean> {
    const { commands } = this.#open();
    return commands.changeQueue(by, (store, ...at) => store.resumeSource(source, ...at));
  }

  /**
   * Keeps a job until it is removed, however long ago it ended, or no longer. False when that is so
   * already, or there is no such job.
   */
  async pinJob(id: string, isPinned = true, { by }: By = {}): Promise<boolean> {
    const { commands } = this.#open();
    return commands.pin(id, isPinned, commands.deedOf(by));
  }

  /** Removes an ended job from the taskbar. */
  async dismissJob(id: string): Promise<boolean> {
    return this.#open().commands.dismiss(id);
  }

  /** Cancels, retries or removes jobs, in transactions of 200. Others than the applicable ones are skipped. */
  async changeJobs(action: BulkAction, ids: string[], { by }: By = {}): Promise<BulkOutcome> {
    return actOnAll(action, [...new Set(ids)], this.#open().commands.of(action, by));
  }

  /** Does the same with every job that matches the query, on all its pages. */
  async changeMatching(action: BulkAction, query: JobQuery, { by }: By = {}): Promise<BulkOutcome> {
    const { listing, commands } = this.#open();
    const act = commands.of(action, by, filterText(query));
    return actOnMatching(listing, action, this.reader.listed(query), act);
  }

  /** The whole job, with its input and result, which may be large. */
  readJob(id: string): Promise<Job | undefined> {
    return this.reader.readJob(id);
  }

  /** The same without waiting, as far as this process knows the job: see `RecentJobs`. */
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
    this.#opened ??= this.#openWith(this.options());
    return this.#opened;
  }

  #openWith(options: TrackerOptions): Opened {
    const openBackend = backendOf(options.database);
    const save: SaveInTransaction = (...of) => (this.#save ?? options.save ?? saveNothing)(...of);
    this.#definitions.add(options.definitions ?? [], options.internal);
    const afterEnd: AfterEnd = (ended, read) => this.#afterEnd?.(ended, read) ?? [];
    const engine = createEngine(openBackend, this.#definitions, save, options, afterEnd);
    return { ...engine, read: new TrackerReader(engine) };
  }
}
