import type { Database } from 'bun:sqlite';
import { type Clock, keepAliveClock } from './clock.ts';
import { type DatabaseIssue, WriteRefused } from './database_issue.ts';
import { statement } from './statement.ts';

/** How long one transaction takes in writes, in ms: other processes need the lock too. */
const MAX_TRANSACTION_MS = 10;

/** How long a write waits for other processes' transactions before it fails, in ms. */
export const MAX_WAIT_MS = 2_500;

/** The same after a write has failed that way, until one succeeds, in ms: not every request should be slow. */
const SHORT_WAIT_MS = 250;

/** Between two attempts to get a lock that another process holds, in ms. */
const LOCK_RETRY_MS = { min: 0.5, max: 3 };

/** Decides when a writer runs. */
type Scheduler = Pick<Clock, 'elapsed' | 'after' | 'soon'>;

/** Called at each step of every transaction. */
export interface TransactionListener {
  /**
   * The transaction has begun; nobody else can write until it ends.
   * @param hasForeignChanges whether another connection has committed since the last transaction.
   * @throws an error to refuse the transaction.
   */
  begun(hasForeignChanges: boolean): void;
  /** All writes have run. What this writes is committed with them. */
  committing(): void;
  /** The transaction is on disk. */
  committed(): void;
  /** The transaction was undone. */
  rolledBack(): void;
}

interface Write {
  run: () => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

/**
 * Groups all writes of this process to one database. Those of one turn of the event loop share a
 * transaction, and so one wait for the disk. Each write is answered when the transaction is
 * committed, in the order of the calls. When a write or the commit fails, the others are run again
 * without the one that failed.
 */
export class Writer {
  /** How often transactions had to wait for another process's, and how long in all, in ms. */
  readonly waits = { count: 0, ms: 0 };
  /** Transactions that were committed. */
  commits = 0;

  /** Why nothing may be written although a write would succeed. Called before every transaction. */
  obstacle: () => DatabaseIssue | undefined = () => undefined;

  readonly #db: Database;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #version;
  #seenVersion: number | undefined;
  readonly #listeners = new Map<string, TransactionListener>();
  /** Called at the end of the turn, before its writes are run. */
  #endOfTurnCalls: (() => void)[] = [];
  #scheduler: Scheduler;
  #writes: Write[] = [];
  #isScheduled = false;
  #busySince: number | undefined;
  #patienceMs = MAX_WAIT_MS;
  /** Sizes of the next transactions, after one that failed was divided. */
  #batchSizes: number[] = [];

  constructor(db: Database, scheduler: Scheduler = keepAliveClock) {
    this.#db = db;
    this.#scheduler = scheduler;
    this.#begin = statement<null, []>(db, 'BEGIN IMMEDIATE');
    this.#commit = statement<null, []>(db, 'COMMIT');
    this.#rollback = statement<null, []>(db, 'ROLLBACK');
    this.#version = statement<{ data_version: number }, []>(db, 'PRAGMA data_version');
  }

  /** Replaces the scheduler, also for a turn that is already scheduled. */
  use(scheduler: Scheduler): void {
    this.#scheduler = scheduler;
    if (this.#isScheduled) this.#scheduler.soon(() => this.#turn());
  }

  /** Drops all waiting writes without an answer, as if the process had ended. */
  forget(): void {
    this.#writes = [];
    this.#endOfTurnCalls = [];
    this.#isScheduled = false;
    this.#busySince = undefined;
    this.#batchSizes = [];
  }

  /** Adds a listener, in place of an earlier one of that name. */
  join(name: string, listener: TransactionListener): void {
    this.#listeners.set(name, listener);
  }

  /**
   * Runs `run` in a transaction and resolves with its result. `run` must be synchronous and have no
   * effect outside the database, because it may be run again after a rollback.
   * @throws the error of `run`; WriteRefused; an SQLITE_BUSY error when another process held the
   * lock for `MAX_WAIT_MS`. Nothing is written then.
   */
  write<Value>(run: () => Value): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#writes.push({ run, resolve: resolve as (value: never) => void, reject });
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
    this.#scheduler.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    for (const call of this.#endOfTurnCalls.splice(0)) call();
    if (this.#writes.length === 0) return;
    const obstacle = this.obstacle();
    if (obstacle) {
      this.#refuse(new WriteRefused(obstacle));
      return;
    }
    const end = this.#scheduler.elapsed() + MAX_TRANSACTION_MS;
    do {
      if (!this.#hasBegun()) return;
      this.#transact();
    } while (this.#batchSizes.length > 0 && this.#scheduler.elapsed() < end);
    if (this.#writes.length > 0) this.#schedule();
  }

  /** False when another process has the lock: the writes are retried later, or were refused. */
  #hasBegun(): boolean {
    try {
      this.#begin.run();
      this.#countWait();
      this.#patienceMs = MAX_WAIT_MS;
      return true;
    } catch (error) {
      this.#waitOrRefuse(error);
      return false;
    }
  }

  #waitOrRefuse(error: unknown): void {
    const isBusy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
    this.#busySince ??= this.#scheduler.elapsed();
    if (isBusy && this.#scheduler.elapsed() - this.#busySince < this.#patienceMs) {
      this.#isScheduled = true;
      const ms = LOCK_RETRY_MS.min + Math.random() * (LOCK_RETRY_MS.max - LOCK_RETRY_MS.min);
      this.#scheduler.after(ms, () => this.#turn());
      return;
    }
    this.#countWait();
    if (isBusy) this.#patienceMs = SHORT_WAIT_MS;
    this.#refuse(error);
  }

  /** It waits no longer, if it did. */
  #countWait(): void {
    if (this.#busySince === undefined) return;
    this.waits.count++;
    this.waits.ms += this.#scheduler.elapsed() - this.#busySince;
    this.#busySince = undefined;
  }

  /**
   * Isolates the write that failed. When the commit failed, any of them may be the cause, so the
   * transaction is halved.
   */
  #divide(done: number, most: number, isRun: boolean, error: unknown): void {
    const isAlone = isRun ? done === 1 : most === 1;
    if (isAlone) this.#settle(1, ({ reject }) => reject(error));
    else if (isRun) this.#batchSizes.unshift(done >> 1, done - (done >> 1));
    else this.#batchSizes.unshift(...(done > 0 ? [done, 1] : [1]));
  }

  #refuse(error: unknown): void {
    this.#batchSizes = [];
    this.#settle(this.#writes.length, ({ reject }) => reject(error));
  }

  /** Runs writes in the transaction that has begun, until its time is used up. */
  #transact(): void {
    const most = this.#batchSizes.shift() ?? this.#writes.length;
    const values: unknown[] = [];
    let isRun = false;
    const end = this.#scheduler.elapsed() + MAX_TRANSACTION_MS;
    try {
      const version = this.#version.get()?.data_version;
      const hasForeignChanges = version !== this.#seenVersion;
      for (const listener of this.#listeners.values()) listener.begun(hasForeignChanges);
      this.#seenVersion = version;
      while (values.length < most) {
        values.push(this.#writes[values.length]?.run());
        if (this.#scheduler.elapsed() > end) break;
      }
      isRun = true;
      for (const listener of this.#listeners.values()) listener.committing();
      this.#commit.run();
    } catch (error) {
      this.#undo();
      this.#divide(values.length, most, isRun, error);
      return;
    }
    this.commits++;
    this.#notifyCommitted();
    this.#settle(values.length, ({ resolve }, index) => resolve(values[index] as never));
  }

  /** The transaction is committed: a listener that fails must not keep writes from their answers. */
  #notifyCommitted(): void {
    for (const listener of this.#listeners.values()) {
      try {
        listener.committed();
      } catch (error) {
        process.emitWarning(error as Error);
      }
    }
  }

  #settle(count: number, tell: (write: Write, index: number) => void): void {
    for (const [index, write] of this.#writes.splice(0, count).entries()) tell(write, index);
  }

  #undo(): void {
    // Some errors, such as a full disk, roll back by themselves.
    if (this.#db.inTransaction) this.#rollback.run();
    for (const listener of this.#listeners.values()) listener.rolledBack();
  }
}

/** What stores write with. */
export type WriteQueue = Pick<Writer, 'write'>;

const writers = new WeakMap<Database, Writer>();
const replicated = new WeakMap<Database, WriteQueue>();

/** The writer of a connection; there is one for each. */
export function writerOf(db: Database): Writer {
  const writer = writers.get(db) ?? new Writer(db);
  writers.set(db, writer);
  return writer;
}

/** Makes what stores write to this database be written elsewhere first: it is a replica. */
export function replicate(db: Database, queue: WriteQueue): void {
  replicated.set(db, queue);
}

/** Whether what stores write to this database is written elsewhere first. */
export function isReplica(db: Database): boolean {
  return replicated.has(db);
}

/** What stores write with that other machines may share: the writer, unless the database is a replica. */
export function sharedWriterOf(db: Database): WriteQueue {
  return replicated.get(db) ?? writerOf(db);
}
