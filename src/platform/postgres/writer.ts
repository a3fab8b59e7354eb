import { type Clock, keepAliveClock } from '../clock.ts';
import { type DatabaseIssue, WriteRefused } from '../database_issue.ts';
import type { Postgres } from './client.ts';
import { isConnectionLost, sqlStateOf } from './issues.ts';
import type { Transaction } from './statements.ts';
import {
  type Failure,
  runTransaction,
  type Success,
  type TransactionListener,
  type TransactionPart,
} from './transaction.ts';

export type { TransactionListener } from './transaction.ts';

/** How many writes share a transaction at most. */
const MAX_WRITES = 500;

/** How often a transaction is run again that others have kept from its end. */
const MAX_REPEATS = 5;

/** Two transactions waited for each other, or could not be put in an order. Nothing was written. */
const REPEATABLE = new Set(['40001', '40P01']);

/** Locks that were had sooner were free, in ms. */
const MIN_WAIT_MS = 5;

/** Decides when a writer runs. */
type Scheduler = Pick<Clock, 'elapsed' | 'soon'>;

interface Write extends TransactionPart {
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/**
 * Groups all writes of this process to one database on one connection. Those of one turn of the event
 * loop, and those that come while a transaction is under way, share a transaction. Each write is
 * answered when the transaction is committed, in the order of the calls. When a write or the commit
 * fails, the others are run again without the one that failed.
 */
export class PostgresWriter {
  /** How often transactions waited for locks of other processes, and how long in all, in ms. */
  readonly waits = { count: 0, ms: 0 };
  /** Transactions that were committed. */
  commits = 0;

  /** Why nothing may be written although a write would succeed. Called before every transaction. */
  obstacle: () => DatabaseIssue | undefined = () => undefined;

  readonly #listeners = new Map<string, TransactionListener>();
  /** Called at the end of the turn, before its writes are run. */
  #endOfTurnCalls: (() => void)[] = [];
  #writes: Write[] = [];
  #isScheduled = false;
  #isRunning = false;
  #repeats = 0;
  /** Sizes of the next transactions, after one that failed was divided. */
  #batchSizes: number[] = [];
  /** Rises when the writes are forgotten: a transaction of before then is not committed. */
  #generation = 0;

  constructor(
    private readonly postgres: Postgres,
    private scheduler: Scheduler = keepAliveClock,
  ) {}

  /** Replaces the scheduler, also for a turn that is already scheduled. */
  use(scheduler: Scheduler): void {
    this.scheduler = scheduler;
    if (this.#isScheduled) this.scheduler.soon(() => this.#turn());
  }

  /** Drops all waiting writes without an answer, as if the process had ended. */
  forget(): void {
    this.#generation++;
    this.#writes = [];
    this.#endOfTurnCalls = [];
    this.#isScheduled = false;
    this.#batchSizes = [];
  }

  /** Adds a listener, in place of an earlier one of that name. */
  join(name: string, listener: TransactionListener): void {
    this.#listeners.set(name, listener);
  }

  /**
   * Runs `run` in a transaction and resolves with its result. `run` must wait for all its statements
   * and have no effect outside the database, because it may be run again after a rollback.
   * @param locks names that no other process may use at the same time, until the transaction has ended.
   * @throws the error of `run`; WriteRefused; DatabaseFailed. Nothing is written then, unless the
   * connection was lost during the commit.
   */
  write<Value>(
    run: (tx: Transaction) => Promise<Value>,
    locks: readonly string[] = [],
  ): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#writes.push({ run, locks, resolve: resolve as (value: never) => void, reject });
      this.#schedule();
    });
  }

  /** Calls `run` at the end of this turn, before its writes are run. `run` may add writes. */
  atEndOfTurn(run: () => void): void {
    this.#endOfTurnCalls.push(run);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.scheduler.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    for (const call of this.#endOfTurnCalls.splice(0)) call();
    if (this.#isRunning || this.#writes.length === 0) return;
    this.#isRunning = true;
    void this.postgres.track(async () => {
      await this.#transact();
      this.#isRunning = false;
      if (this.#writes.length > 0) this.#schedule();
    });
  }

  async #transact(): Promise<void> {
    const obstacle = this.obstacle();
    if (obstacle) return this.#refuse(new WriteRefused(obstacle));
    const most = this.#batchSizes.shift() ?? Math.min(this.#writes.length, MAX_WRITES);
    const batch = this.#writes.slice(0, most);
    const generation = this.#generation;
    const isForgotten = () => generation !== this.#generation;
    const { elapsed } = this.scheduler;
    const listeners = [...this.#listeners.values()];
    const outcome = await runTransaction(this.postgres, batch, { listeners, elapsed, isForgotten });
    if (isForgotten()) return;
    if ('values' in outcome) this.#committed(outcome);
    else this.#failed(outcome, batch.length);
  }

  /** A listener that fails must not keep writes from their answers. */
  #committed({ values, waitedMs }: Success): void {
    this.commits++;
    if (waitedMs > MIN_WAIT_MS) this.waits.count++;
    if (waitedMs > MIN_WAIT_MS) this.waits.ms += waitedMs;
    this.#repeats = 0;
    for (const listener of this.#listeners.values()) {
      try {
        listener.committed();
      } catch (error) {
        process.emitWarning(error as Error);
      }
    }
    this.#settle(values.length, ({ resolve }, index) => resolve(values[index] as never));
  }

  #failed(failure: Failure, most: number): void {
    const { at, error, done } = failure;
    const isRepeatable = isConnectionLost(error) || REPEATABLE.has(sqlStateOf(error) ?? '');
    if (at === 'connecting') this.#refuse(error);
    else if (at === 'unknown') this.#settle(done, ({ reject }) => reject(error));
    else if (isRepeatable && this.#repeats++ < MAX_REPEATS) this.#batchSizes.unshift(most);
    else this.#divide(failure, most);
  }

  /**
   * Isolates the write that failed. When the locks or the commit failed, any of them may be the cause,
   * so the transaction is halved.
   */
  #divide({ at, done, error }: Failure, most: number): void {
    this.#repeats = 0;
    const isAlone = at === 'write' ? most === 1 : done === 1;
    if (isAlone) this.#settle(1, ({ reject }) => reject(error));
    else if (at === 'write') this.#batchSizes.unshift(...(done > 0 ? [done, 1] : [1]));
    else this.#batchSizes.unshift(done >> 1, done - (done >> 1));
  }

  #refuse(error: unknown): void {
    this.#batchSizes = [];
    this.#settle(this.#writes.length, ({ reject }) => reject(error));
  }

  #settle(count: number, tell: (write: Write, index: number) => void): void {
    for (const [index, write] of this.#writes.splice(0, count).entries()) tell(write, index);
  }
}

const writers = new WeakMap<Postgres, PostgresWriter>();

/** The writer of a database; there is one for each. */
export function writerOf(postgres: Postgres): PostgresWriter {
  const writer = writers.get(postgres) ?? new PostgresWriter(postgres);
  writers.set(postgres, writer);
  return writer;
}
