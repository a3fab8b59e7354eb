import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { JobDefinition } from '../definition.ts';
import { ShuttingDown } from '../errors.ts';
import type { Feed } from '../feed.ts';
import type { JobStatus } from '../lifecycle.ts';
import type { JobDispatcher, Outcome } from '../queue/dispatcher.ts';
import type { Claimed, End, JobNews, JobQueue, JobStore } from '../store/store.ts';
import type { Completion } from './completion.ts';
import type { Definitions } from './definitions.ts';
import type { ErrorReporter } from './error_reporter.ts';
import type { Execution, Executions } from './executions.ts';
import type { Executor, Work } from './executor.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Rescuer } from './rescuer.ts';
import type { ClaimSignal } from './signal.ts';
import { StartTimer } from './start_timer.ts';

/** How often a runner looks for abandoned jobs and for jobs whose time has come, in ms. */
const POLL_MS = 1_000;
/** The same where signals of other processes are certain to arrive, in ms. */
const QUIET_POLL_MS = 3_000;
/** How long a handler may take to stop once its signal has aborted at shutdown, in ms. */
const STOP_MS = 1_000;
/** Between two attempts to write how a job ended, in ms. */
const RETRY_MS = 1_000;

const NO_NEXT_START = 'The next start of a job could not be read';

const NOT_WRITTEN = 'A job’s end could not be written';

/** What the log says of an attempt's end, by the job's status afterwards. */
const OUTCOMES: Partial<Record<JobStatus, string>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'was cancelled',
  retrying: 'will be retried',
  queued: 'was put back into the queue',
};

interface RunnerDeps {
  store: JobStore;
  queue: JobQueue;
  news: Pick<JobNews, 'isSignalled'>;
  executions: Executions;
  executor: Executor;
  completion: Completion;
  heartbeat: Heartbeat;
  rescuer: Rescuer;
  definitions: Definitions;
  feed: Feed;
  clock: Clock;
  logger: Logger;
  errors: ErrorReporter;
  claimable: ClaimSignal;
  dispatcher: JobDispatcher;
  /** Overrides a definition's own limit, by type. */
  concurrency: Record<string, number>;
}

/** Gives waiting jobs to their handlers, in the order of the queue within each type. */
export class Runner {
  readonly #running = new Map<Execution, Promise<void>>();
  /** Claims in flight, by type. Such a claim may fill all places, so the next one waits for it. */
  readonly #claims = new Map<string, Promise<boolean>>();
  /** Types for which the signal came during a claim. */
  readonly #signalledAgain = new Set<string>();
  /** By type. */
  readonly #nextStarts = new Map<string, StartTimer>();
  /** Types to claim at the end of this turn; undefined when no claim is scheduled. */
  #scheduled: Set<string> | undefined;
  #isStarted = false;
  #onlyFamilyOf: string | undefined;
  #cancelPoll = () => {};
  /** When the last poll began that found out everything, by `Clock.elapsed`. */
  #polledAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly deps: RunnerDeps) {
    deps.claimable.subscribe((type) => this.#schedule(type));
  }

  /** @param only the job that is run, with the jobs it starts; by default all jobs of the queue. */
  async start(only?: string): Promise<void> {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#onlyFamilyOf = only;
    this.#polledAt = Number.NEGATIVE_INFINITY;
    // A process for one job must not take the tickets of others.
    if (only === undefined)
      this.deps.dispatcher.work(this.deps.definitions.types, (type) => this.#take(type));
    await this.#poll();
  }

  /** Whether it claims jobs. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /**
   * Stops claiming, gives running handlers `drainMs` to finish, stops the rest at their next
   * checkpoint and puts them back into the queue.
   */
  async stop(drainMs: number): Promise<void> {
    this.#isStarted = false;
    this.#cancelPoll();
    for (const timer of this.#nextStarts.values()) timer.cancel();
    const rested = this.deps.dispatcher.rest();
    await Promise.all(this.#claims.values());
    await this.#within(drainMs, this.#running.values());
    for (const { controller } of this.#running.keys()) controller.abort(new ShuttingDown());
    await this.#within(STOP_MS, this.#running.values());
    await Promise.all([...this.#running.keys()].map((execution) => this.#release(execution)));
    await rested;
  }

  /** Claims jobs for a ticket. */
  async #take(type: string): Promise<Outcome> {
    const definition = this.deps.definitions.get(type);
    if (!this.#isStarted || !definition) return 'stopped';
    this.#fillPlaces(definition, 'for a ticket');
    const isDone = await this.#claims.get(type);
    if (!isDone) return 'left';
    if (!definition.needs || this.#isNow(await this.#startOf(type))) return 'claimed';
    return (await this.#isReadyElsewhere(definition)) ? 'left' : 'claimed';
  }

  /** Whether a process with all sources and models could start one of the jobs that this one cannot start. */
  async #isReadyElsewhere({ type, needs }: JobDefinition): Promise<boolean> {
    return needs !== undefined && this.#isNow(await this.deps.queue.nextStart(type));
  }

  /** Claims at the end of the turn, so that one claim fills all places that became free in it. */
  #schedule(type: string | undefined): void {
    if (!this.#isStarted) return;
    if (!this.#scheduled) {
      this.#scheduled = new Set();
      this.deps.queue.afterWrites(() => this.#claimScheduled());
    }
    const types = type === undefined ? this.deps.definitions.types : [type];
    for (const each of types) this.#scheduled.add(each);
  }

  #claimScheduled(): void {
    const types = this.#scheduled ?? [];
    this.#scheduled = undefined;
    for (const type of this.#isStarted ? types : []) {
      const definition = this.deps.definitions.get(type);
      if (definition) this.#fillPlaces(definition);
    }
  }

  #fillPlaces(definition: JobDefinition, why?: 'for a ticket'): void {
    const { type } = definition;
    if (this.#claims.has(type)) {
      this.#signalledAgain.add(type);
      return;
    }
    const { errors } = this.deps;
    const claimed = errors.attempt('Waiting jobs could not be claimed', () =>
      this.#claim(definition),
    );
    this.#claims.set(type, claimed);
    void claimed.then(() => {
      this.#claims.delete(type);
      // Jobs may have been queued after the claim was made.
      if (this.#signalledAgain.delete(type)) this.#schedule(type);
      else if (this.#isStarted)
        void errors.attempt(NO_NEXT_START, () => this.#afterClaim(definition, why));
    });
  }

  /** Others learn of what this process has a place for and cannot run. A ticket is passed on instead. */
  async #afterClaim(definition: JobDefinition, why?: 'for a ticket'): Promise<void> {
    const { dispatcher } = this.deps;
    const { type } = definition;
    const isReady = await this.#planStart(type);
    if (isReady || why || !dispatcher.handsOut) return;
    if (await this.#isReadyElsewhere(definition)) dispatcher.offer([{ type }]);
  }

  async #claim(definition: JobDefinition): Promise<void> {
    const { queue, heartbeat, clock } = this.deps;
    const { type } = definition;
    const lanes = definition.lanes?.stateOf;
    const [limit, taken] = [this.#limitOf(definition), this.#placesTaken(type)];
    const { needs } = definition;
    const only = this.#onlyFamilyOf;
    const request = { type, limit, taken, only, ...(lanes && { lanes }), ...(needs && { needs }) };
    const claimed = await queue.claim(request, heartbeat.newLease(), clock.now());
    for (const job of claimed) this.#begin(definition, job);
  }

  /** Whether a waiting job of the type can start now; if it cannot yet, that is planned. */
  async #planStart(type: string): Promise<boolean> {
    const startsAt = await this.#startOf(type);
    // The runner may have been stopped meanwhile.
    if (this.#isStarted) this.#timerOf(type).plan(startsAt);
    return this.#isNow(startsAt);
  }

  /** When a waiting job of the type can start in this process, in ms since 1970. */
  #startOf(type: string): Promise<number | undefined> {
    const { queue, definitions } = this.deps;
    const { lanes, needs } = definitions.get(type) ?? {};
    return queue.nextStart(type, this.#onlyFamilyOf, lanes?.stateOf, needs);
  }

  #timerOf(type: string): StartTimer {
    const known = this.#nextStarts.get(type);
    if (known) return known;
    const { clock, dispatcher } = this.deps;
    const timer = new StartTimer(clock, QUIET_POLL_MS, (at) => {
      // All processes make one ticket of this, and one of them gets it.
      if (dispatcher.handsOut) dispatcher.offer([{ type, at }]);
      else this.#schedule(type);
    });
    this.#nextStarts.set(type, timer);
    return timer;
  }

  #isNow(startsAt: number | undefined): boolean {
    return startsAt !== undefined && startsAt <= this.deps.clock.now();
  }

  /** The places of running jobs that are not ending. */
  #placesTaken(type: string): number {
    let count = 0;
    for (const execution of this.#running.keys())
      if (execution.type === type && !execution.ending) count++;
    return count;
  }

  #limitOf({ type, concurrency }: JobDefinition): number {
    const limits = this.deps.concurrency;
    return Object.hasOwn(limits, type) ? (limits[type] as number) : concurrency;
  }

  #begin(definition: JobDefinition, claimed: Claimed): void {
    const { executions, feed } = this.deps;
    const execution = executions.begin(claimed, claimed.progress);
    feed.changed(execution.id);
    // The runner was stopped while the claim was in flight.
    if (!this.#isStarted) execution.controller.abort(new ShuttingDown());
    this.#running.set(execution, this.#run({ definition, claimed, execution }));
  }

  async #run(work: Work): Promise<void> {
    const stopTimer = this.#limitTime(work);
    try {
      const how = await this.deps.executor.execute(work);
      stopTimer();
      await this.#end(work.execution, how);
    } finally {
      stopTimer();
      this.#running.delete(work.execution);
      // This process does not fill the place any more.
      if (!this.#isStarted) this.deps.dispatcher.offer([{ type: work.definition.type }]);
    }
  }

  /** The limit counts from here, in each attempt anew. */
  #limitTime({ definition, claimed, execution }: Work): () => void {
    const limit = claimed.timeoutMs ?? definition.timeoutMs;
    if (limit === undefined) return () => {};
    const { clock, executions } = this.deps;
    return clock.after(limit, () => executions.timeOut(execution, limit));
  }

  /** Retries until the end is on disk: while the disk is full, the job waits. */
  async #end(execution: Execution, how: End): Promise<void> {
    const { executions, completion, clock, logger, errors } = this.deps;
    while (executions.has(execution) && !execution.ending) {
      try {
        const job = await completion.end(execution, how);
        errors.recovered(NOT_WRITTEN);
        if (job) logger.info(`${execution.id} ${OUTCOMES[job.status] ?? `is ${job.status}`}.`);
        return;
      } catch (error) {
        errors.report(NOT_WRITTEN, error);
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
  }

  async #poll(): Promise<void> {
    if (this.#isPollDue()) await this.#pollNow();
    if (this.#isStarted) this.#cancelPoll = this.deps.clock.after(POLL_MS, () => void this.#poll());
  }

  #isPollDue(): boolean {
    const { news, clock } = this.deps;
    return !news.isSignalled || clock.elapsed() - this.#polledAt >= QUIET_POLL_MS - POLL_MS / 2;
  }

  async #pollNow(): Promise<void> {
    const { rescuer, store, definitions, clock, errors } = this.deps;
    const startedAt = clock.elapsed();
    await errors.attempt('Could not check for abandoned jobs', async () => {
      await rescuer.rescue();
      await store.rebaseWaits(clock.now());
      // All at once: a store over a network reads them together.
      await Promise.all(
        definitions.types.map(async (type) => {
          if (await this.#planStart(type)) this.#schedule(type);
        }),
      );
      this.#polledAt = startedAt;
    });
  }

  /** Whether its end can be written or not, the handler may write nothing more. */
  async #release(execution: Execution): Promise<void> {
    const { executions, completion } = this.deps;
    try {
      if (execution.ending) await execution.ending.catch(() => {});
      else await completion.end(execution, { as: 'released' });
    } finally {
      executions.fence(execution);
    }
  }

  /** Waits until all have ended, but not longer than `ms`. */
  async #within(ms: number, ends: Iterable<Promise<void>>): Promise<void> {
    const timeUp = new Promise<void>((resolve) => this.deps.clock.after(ms, resolve));
    await Promise.race([Promise.all(ends), timeUp]);
  }
}
