import { DEFAULT_RETRY } from '../../src/jobs/engine/retry.ts';
import {
  createTracker,
  type JobContext,
  type JobDefinition,
  type QueuedJobContext,
  type Tracker,
  type TrackerOptions,
} from '../../src/jobs/index.ts';
import { type JobDatabase, sharedJobDatabase } from './job_database.ts';
import { errand } from './jobs.ts';
import { Machine, type SimulatedProcess } from './machine.ts';

/** A process with a tracker and a connection of its own. */
export interface Member {
  process: SimulatedProcess;
  tracker: Tracker;
  database: JobDatabase;
}

/** A handler, or the caller of a tracked job, that the test controls. */
export interface Worker {
  member: Member;
  id: string;
  attempt: number;
  context: JobContext | QueuedJobContext;
  /** Ignores its signal. */
  deaf: boolean;
  over: boolean;
  /** By the clock of its process, in ms. */
  begunAt: number;
  /** When its signal aborted, by the same clock. */
  stoppedAt?: number;
  finish(result: unknown): void;
  fail(error: unknown): void;
}

/** Processes over one database, the handlers that run in them, and the history of each row. */
export class JobWorld {
  readonly machine = new Machine();
  readonly members: Member[] = [];
  readonly workers: Worker[] = [];
  /** Called when a handler begins. */
  onWorker: (worker: Worker) => void = () => {};
  /** A connection of no process, for the test. */
  readonly eye: JobDatabase;
  readonly #shared = sharedJobDatabase('with history');

  /**
   * @param maxAttempts how often a handler may fail before its job does.
   * @param options of the type of its jobs.
   */
  constructor(
    private readonly maxAttempts = 5,
    private readonly options: Pick<Partial<JobDefinition<'errand'>>, 'concurrency' | 'lanes'> = {},
  ) {
    this.eye = this.connect();
  }

  /** One more connection. */
  connect(): JobDatabase {
    return this.#shared.connect();
  }

  /** A new process, with the id of one that has ended if it is given. */
  async start(options: TrackerOptions, pid?: number, database = this.connect()): Promise<Member> {
    const simulated = this.machine.start(pid);
    // The connection may have served another process, whose pending writes died with it.
    database.forget();
    const definition = errand((_, job) => this.#work(member, job), {
      concurrency: 2,
      retry: { ...DEFAULT_RETRY, maxAttempts: this.maxAttempts, timeouts: true },
      ...this.options,
    });
    const tracker = createTracker({
      definitions: [definition],
      save: database.save.bind(database),
      ...options,
      database: database.connection,
      clock: simulated.clock,
    });
    const member: Member = { process: simulated, tracker, database };
    this.members.push(member);
    await simulated.be(() => tracker.start());
    return member;
  }

  /** A job whose work the test does itself. */
  async track(member: Member): Promise<Worker> {
    const context = await member.tracker.createJob('scrape');
    const end = (success: boolean) => void member.tracker.completeJob(context.jobId, success);
    return this.#add(
      { member, context, attempt: 1 },
      () => end(true),
      () => end(false),
    );
  }

  /** Ends the process as a power cut does: none of its pending work happens. */
  async kill(member: Member, pidReused = false): Promise<void> {
    member.process.die(pidReused);
    member.database.forget();
    for (const worker of this.workers) if (worker.member === member) worker.over = true;
    await member.database.close();
  }

  /** The handlers that can still act. */
  workersAwake(): Worker[] {
    return this.workers.filter(({ over, member }) => !over && member.process.state === 'awake');
  }

  async row(id: string): Promise<Row | null> {
    return (await this.eye.get<Row>('SELECT * FROM jobs WHERE id = ?', id)) ?? null;
  }

  /** Empties the database and ends all processes; connections stay open for the next ones. */
  async clear(): Promise<void> {
    for (const { process } of this.members) process.die();
    for (const list of [this.members, this.workers, this.machine.processes]) list.length = 0;
    await this.eye.empty();
  }

  async close(): Promise<void> {
    for (const member of this.members) if (member.process.state !== 'dead') await this.kill(member);
    await this.eye.close();
    this.machine.close();
    await this.#shared.remove();
  }

  #work(member: Member, context: QueuedJobContext): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const worker = this.#add({ member, context, attempt: context.attempt }, resolve, reject);
    context.signal.addEventListener('abort', () => {
      worker.stoppedAt = member.process.elapsed;
      if (!worker.deaf) worker.fail(context.signal.reason);
    });
    return promise;
  }

  #add(
    { member, context, attempt }: Pick<Worker, 'member' | 'context' | 'attempt'>,
    resolve: (result: unknown) => void,
    reject: (error: unknown) => void,
  ): Worker {
    const once = (settle: (value: unknown) => void) => (value: unknown) => {
      if (worker.over) return;
      worker.over = true;
      settle(value);
    };
    const worker: Worker = {
      member,
      id: context.jobId,
      attempt,
      context,
      deaf: false,
      over: false,
      begunAt: member.process.elapsed,
      finish: once(resolve),
      fail: once(reject),
    };
    this.workers.push(worker);
    this.onWorker(worker);
    return worker;
  }
}

export interface Row {
  id: string;
  status: string;
  tracked: number;
  attempt: number;
  uncounted: number;
  max_attempts: number;
  run_at: number | null;
  due_at: number | null;
  retry_at: number | null;
  timeout_ms: number | null;
  failure: string | null;
  advanced: number;
  errors: string;
  owner: string | null;
  checkpoint: string | null;
  completed_at: number | null;
  dismissed_at: number | null;
  error_message: string | null;
  result: string | null;
  progress_current: number;
}
