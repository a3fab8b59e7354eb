import type { Clock } from '../../platform/clock.ts';
import type { Actor } from '../audit.ts';
import { TooManyWaiting } from '../errors.ts';
import type { Feed } from '../feed.ts';
import type { Job, JobType } from '../job.ts';
import { isCancellable } from '../lifecycle.ts';
import type {
  Inserted,
  JobReader,
  JobStore,
  NewJob,
  StartClaim,
  WaitingLimits,
} from '../store/store.ts';
import type { Deeds } from './deeds.ts';
import type { Definitions } from './definitions.ts';
import type { Execution, Executions } from './executions.ts';
import { RecentStarts } from './recent_starts.ts';
import type { ClaimSignal } from './signal.ts';
import { checkedStart, type StartOptions } from './start_options.ts';

export interface EnqueueOptions extends StartOptions {
  /** Who starts it, for the audit trail. Default: whoever this process acts for. */
  by?: Actor;
  sessionId?: string;
  parentId?: string;
  /** Names the client, for the limit of waiting jobs of each client. */
  client?: string;
  /** The name of the agent that starts it as a task. */
  agent?: string;
  /** Stands in the job's id, after its type. An existing job with that id is returned instead. */
  uuid?: string;
  /** An active job with the same input, session, client and agent, enqueued at most this many ms ago, is returned instead. */
  mergeMs?: number;
}

/** One of several jobs that are enqueued together. */
export interface EnqueueRequest extends Omit<EnqueueOptions, 'mergeMs' | 'by'> {
  type: JobType;
  input: unknown;
}

/** The job, or why there is none: InvalidInput, UnknownJobType or TooManyWaiting. */
export type Enqueued = { job: Job } | { error: unknown };

interface EnqueuerDeps {
  store: JobStore;
  reader: JobReader;
  executions: Executions;
  definitions: Definitions;
  feed: Feed;
  clock: Clock;
  claimable: ClaimSignal;
  maxWaiting: WaitingLimits;
  deeds: Deeds;
}

/** Puts jobs into the queue. */
export class Enqueuer {
  readonly #recentStarts = new RecentStarts();

  constructor(private readonly deps: EnqueuerDeps) {}

  /** @throws InvalidInput, UnknownJobType, TooManyWaiting; nothing was created then. */
  async enqueue(type: JobType, input: unknown, options: EnqueueOptions): Promise<Job> {
    const { mergeMs, uuid, sessionId, parentId, client, agent, by, ...start } = options;
    const placement = {
      sessionId,
      parentId,
      client,
      agent,
      ...checkedStart(start, this.deps.clock.now()),
    };
    const made = this.deps.definitions.newJob(type, input, uuid);
    const job = Object.assign(made instanceof Promise ? await made : made, placement);
    job.deed = this.deps.deeds.of(by);
    return mergeMs === undefined ? this.#insert(job) : this.#merge(job, mergeMs);
  }

  /** Queues a job of an internal type, whatever waits. */
  async enqueueInternal(type: JobType, input: Record<string, unknown>, by?: Actor): Promise<Job> {
    const { definitions, deeds } = this.deps;
    const job = definitions.newInternalJob(type, input);
    job.deed = deeds.of(by);
    return this.#insert(job);
  }

  /**
   * Enqueues a job if the claim is taken, in one transaction. Undefined: it was not.
   * @throws InvalidInput, UnknownJobType: the claim was not asked; TooManyWaiting: it was told.
   */
  async enqueueClaimed(
    claim: StartClaim,
    request: EnqueueRequest,
    by?: Actor,
  ): Promise<Job | undefined> {
    const { store, feed, clock, claimable, maxWaiting, deeds } = this.deps;
    const job = await this.#newJob(request);
    job.deed = deeds.of(by);
    claimable.emit(job.type);
    const inserted = await store.insertClaimed(claim, job, maxWaiting, clock.now());
    if (!inserted) return undefined;
    if ('full' in inserted) throw this.#tooMany(inserted.full, job.type);
    feed.changed(inserted.job.id);
    return inserted.job;
  }

  /**
   * Enqueues many jobs in their order and in one transaction. Each request has its own answer, in its
   * place.
   * @throws what the database threw; nothing was created then.
   */
  async enqueueMany(requests: EnqueueRequest[], by?: Actor): Promise<Enqueued[]> {
    const { store, feed, clock, claimable, maxWaiting, deeds } = this.deps;
    const answers: Enqueued[] = new Array(requests.length);
    const jobs: NewJob[] = [];
    const indexes: number[] = [];
    for (const [index, request] of requests.entries()) {
      try {
        const job = this.#newJob(request);
        jobs.push(job instanceof Promise ? await job : job);
        indexes.push(index);
      } catch (error) {
        answers[index] = { error };
      }
    }
    claimable.emit(undefined);
    const deed = deeds.of(by);
    for (const job of jobs) job.deed = deed;
    const inserted = await store.insertAllQueued(jobs, maxWaiting, clock.now());
    for (const [place, outcome] of inserted.entries()) {
      const { type } = jobs[place] as NewJob;
      answers[indexes[place] as number] =
        'full' in outcome ? { error: this.#tooMany(outcome.full, type) } : { job: outcome.job };
      if ('isNew' in outcome) feed.changed(outcome.job.id);
    }
    return answers;
  }

  /** Enqueues a child for each input, unless the parent has children already. */
  async enqueueChildren(parent: Execution, type: JobType, inputs: unknown[]): Promise<void> {
    const { store, reader, executions, definitions, feed, clock, claimable, deeds } = this.deps;
    const { sessionId, priority, agent } = (await reader.brief(parent.id)) ?? {};
    const deed = deeds.of({ via: 'job', user: parent.id });
    const jobs: NewJob[] = [];
    for (const input of inputs) {
      const job = await definitions.newJob(type, input);
      jobs.push({ ...job, sessionId, parentId: parent.id, priority, agent, deed });
    }
    claimable.emit(undefined);
    const outcome = await store.insertChildren(parent, jobs, clock.now());
    if (outcome === 'inserted') for (const { id } of jobs) feed.changed(id);
    else if (outcome !== 'there already') throw executions.refused(parent, outcome);
  }

  #newJob({ type, input, uuid, sessionId, parentId, client, ...start }: EnqueueRequest) {
    const options = checkedStart(start, this.deps.clock.now());
    const job = this.deps.definitions.newJob(type, input, uuid);
    const place = (made: NewJob) => {
      made.sessionId = sessionId;
      made.parentId = parentId;
      made.client = client;
      return Object.assign(made, options);
    };
    return job instanceof Promise ? job.then(place) : place(job);
  }

  async #insert(job: NewJob): Promise<Job> {
    const { store, feed, clock, claimable, maxWaiting } = this.deps;
    // A free place claims it in the same transaction.
    claimable.emit(job.type);
    const inserted: Inserted = await store.insertQueued(job, maxWaiting, clock.now());
    if ('full' in inserted) throw this.#tooMany(inserted.full, job.type);
    feed.changed(inserted.job.id);
    return inserted.job;
  }

  async #merge(job: NewJob, mergeMs: number): Promise<Job> {
    const { reader, executions, clock } = this.deps;
    const now = clock.elapsed();
    for (;;) {
      const started = this.#recentStarts.find(job, mergeMs, now);
      if (!started) return this.#recentStarts.add(job, now, this.#insert(job));
      // When that start failed, its own caller was told why.
      const id = await started.then(
        (known) => known.id,
        () => undefined,
      );
      const twin = id === undefined ? undefined : await reader.get(id);
      if (twin && isCancellable(twin.status)) return executions.withProgress(twin);
      this.#recentStarts.forget(job, started);
    }
  }

  #tooMany(full: 'type' | 'client', type: JobType): TooManyWaiting {
    const { perType, perClient } = this.deps.maxWaiting;
    return new TooManyWaiting(full, full === 'type' ? perType : perClient, type);
  }
}
