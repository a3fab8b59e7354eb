import type { Database } from 'bun:sqlite';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_RETRY } from '../../src/jobs/engine/retry.ts';
import {
  createTracker,
  type JobContext,
  type JobDefinition,
  type QueuedJobContext,
  type Tracker,
  type TrackerOptions,
} from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { writerOf } from '../../src/platform/writer.ts';
import { recordHistory } from './job_history.ts';
import { errand, saveWritten } from './jobs.ts';
import { Machine, type SimulatedProcess } from './machine.ts';

/** What a world has of its jobs. The number of the last change stays: the next one follows it. */
const CONTENTS = [
  'jobs',
  'history',
  'written',
  'job_types',
  'job_changes WHERE seq < (SELECT MAX(seq) FROM job_changes)',
];

/** A process with a tracker and a connection of its own. */
export interface Member {
  process: SimulatedProcess;
  tracker: Tracker;
  database: Database;
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

/** Processes over one database file, the handlers that run in them, and the history of each row. */
export class JobWorld {
  readonly machine = new Machine();
  readonly members: Member[] = [];
  readonly workers: Worker[] = [];
  /** Called when a handler begins. */
  onWorker: (worker: Worker) => void = () => {};
  /** A connection of no process, for the test. */
  readonly eye: Database;
  readonly #folder = mkdtempSync(join(tmpdir(), 'xgpt-world-'));
  readonly #path = join(this.#folder, 'xgpt.sqlite');
  readonly #empty: () => void;

  /**
   * @param maxAttempts how often a handler may fail before its job does.
   * @param options of the type of its jobs.
   */
  constructor(
    private readonly maxAttempts = 5,
    private readonly options: Pick<Partial<JobDefinition<'errand'>>, 'concurrency' | 'lanes'> = {},
  ) {
    copyFileSync(template(), this.#path);
    this.eye = this.connect();
    const deletions = CONTENTS.map((content) => this.eye.query(`DELETE FROM ${content}`));
    this.#empty = this.eye.transaction(() => {
      for (const deletion of deletions) deletion.run();
    });
  }

  /** One more connection, which does not wait for the disk. */
  connect(): Database {
    const database = openDatabase(this.#path);
    database.run('PRAGMA synchronous = OFF');
    return database;
  }

  /** A new process, with the id of one that has ended if it is given. */
  async start(options: TrackerOptions, pid?: number, database = this.connect()): Promise<Member> {
    const simulated = this.machine.start(pid);
    // The connection may have served another process, whose pending writes died with it.
    writerOf(database).forget();
    const definition = errand((_, job) => this.#work(member, job), {
      concurrency: 2,
      retry: { ...DEFAULT_RETRY, maxAttempts: this.maxAttempts, timeouts: true },
      ...this.options,
    });
    const tracker = createTracker({
      definitions: [definition],
      save: saveWritten,
      ...options,
      database,
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
  kill(member: Member, pidReused = false): void {
    member.process.die(pidReused);
    for (const worker of this.workers) if (worker.member === member) worker.over = true;
    member.database.close();
  }

  /** The handlers that can still act. */
  workersAwake(): Worker[] {
    return this.workers.filter(({ over, member }) => !over && member.process.state === 'awake');
  }

  row(id: string): Row | null {
    return this.eye.query<Row, [string]>('SELECT * FROM jobs WHERE id = ?').get(id);
  }

  /** Empties the file and ends all processes; connections stay open for the next ones. */
  clear(): void {
    for (const { process } of this.members) process.die();
    for (const list of [this.members, this.workers, this.machine.processes]) list.length = 0;
    this.#empty();
  }

  close(): void {
    for (const member of this.members) if (member.process.state !== 'dead') this.kill(member);
    this.eye.close();
    this.machine.close();
    rmSync(this.#folder, { recursive: true });
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

let made: string | undefined;

/** A file with every migration and the test's triggers; to make it for each run would cost 9 ms. */
function template(): string {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-template-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  made = join(folder, 'template.sqlite');
  const database = openDatabase(made);
  recordHistory(database);
  database.close();
  return made;
}
