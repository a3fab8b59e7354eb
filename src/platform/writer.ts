import type { Database } from 'bun:sqlite';
import { Obstructed, type Trouble } from './database_issue.ts';

/** Longest time that one transaction goes on taking in writes, in ms: others want to write too. */
const MAX_TRANSACTION_MS = 10;

/** How long a write waits for other processes' transactions before it fails, in ms. */
export const MAX_WAIT_MS = 2_500;

/** The same once a write has failed so, until one succeeds: not everything is to be that slow, in ms. */
const SHORT_WAIT_MS = 250;

/** Between two tries for the lock that another process holds, in ms, at least and at most. */
const RETRY_MS = { min: 0.5, max: 3 };

/** When and how a writer runs; part of the job system's clock. */
export interface Turns {
  elapsed(): number;
  after(ms: number, run: () => void): () => void;
  /** Calls `run` in the next turn of the event loop, after I/O and timers had theirs. */
  soon(run: () => void): void;
}

/** Takes part in every transaction. */
export interface Participant {
  /**
   * A transaction has begun, and nobody else can write until it ends.
   * @param isNews other connections have committed something since the last one.
   * @throws why nothing may be written now.
   */
  begun(isNews: boolean): void;
  /** All writes are in; what this adds is committed with them. */
  committing(): void;
  /** It is on disk. */
  committed(): void;
  /** Nothing of it has happened. */
  rolledBack(): void;
}

interface Write {
  run: () => unknown;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
}

const realTurns: Turns = {
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  soon: (run) => void setImmediate(run),
};

/**
 * The one way to write to a database from this process. What arrives within one turn of the event
 * loop is one transaction, and so one wait for the disk; each write gets its own answer once that
 * is committed, in the order in which they came. When one of them fails, or the commit does, the
 * others are tried again without it, so that it harms none of them.
 */
export class Writer {
  /** Why nothing may be written now although it would succeed. Asked before every transaction. */
  obstacle: () => Trouble | undefined = () => undefined;

  readonly #db: Database;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #version;
  #seenVersion: number | undefined;
  readonly #participants = new Map<string, Participant>();
  /** What is to run at the end of the turn, when everything else that is to be written has come. */
  #lastCalls: (() => void)[] = [];
  #turns: Turns;
  #writes: Write[] = [];
  #isScheduled = false;
  #busySince: number | undefined;
  #patienceMs = MAX_WAIT_MS;
  /** How many of the next writes go into a transaction of their own, because one of them failed. */
  #parts: number[] = [];

  constructor(db: Database, turns: Turns = realTurns) {
    this.#db = db;
    this.#turns = turns;
    this.#begin = db.query<null, []>('BEGIN IMMEDIATE');
    this.#commit = db.query<null, []>('COMMIT');
    this.#rollback = db.query<null, []>('ROLLBACK');
    this.#version = db.query<{ data_version: number }, []>('PRAGMA data_version');
  }

  /** From now on turns and time are these. */
  use(turns: Turns): void {
    this.#turns = turns;
    if (this.#isScheduled) this.#turns.soon(() => this.#turn());
  }

  /** What waits is forgotten, as if the process had ended: nobody is answered. */
  forget(): void {
    this.#writes = [];
    this.#lastCalls = [];
    this.#isScheduled = false;
    this.#busySince = undefined;
    this.#parts = [];
  }

  /** From now on it takes part, in place of an earlier one of that name. */
  join(name: string, participant: Participant): void {
    this.#participants.set(name, participant);
  }

  /**
   * Runs `run` in a transaction and returns what it returned. It must be synchronous and have no
   * effect outside the database, because it may be run again after a rollback.
   * @throws what `run` threw; Obstructed; an SQLITE_BUSY error when others held the database for
   * `MAX_WAIT_MS`. Nothing is written then.
   */
  write<Value>(run: () => Value): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#writes.push({ run, resolve: resolve as (value: never) => void, reject });
      this.#schedule();
    });
  }

  /** Calls `run` when this turn ends, before what has arrived in it is written: it may add to it. */
  atEndOfTurn(run: () => void): void {
    this.#lastCalls.push(run);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#turns.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    for (const call of this.#lastCalls.splice(0)) call();
    if (this.#writes.length === 0) return;
    const obstacle = this.obstacle();
    if (obstacle) {
      this.#refuse(new Obstructed(obstacle));
      return;
    }
    const end = performance.now() + MAX_TRANSACTION_MS;
    do {
      if (!this.#hasBegun()) return;
      this.#transact();
    } while (this.#parts.length > 0 && performance.now() < end);
    if (this.#writes.length > 0) this.#schedule();
  }

  /** False when somebody else has the lock, and this is tried again, or what waits was refused. */
  #hasBegun(): boolean {
    try {
      this.#begin.run();
      this.#busySince = undefined;
      this.#patienceMs = MAX_WAIT_MS;
      return true;
    } catch (error) {
      this.#waitOrRefuse(error);
      return false;
    }
  }

  #waitOrRefuse(error: unknown): void {
    const isBusy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
    this.#busySince ??= this.#turns.elapsed();
    if (isBusy && this.#turns.elapsed() - this.#busySince < this.#patienceMs) {
      this.#isScheduled = true;
      const ms = RETRY_MS.min + Math.random() * (RETRY_MS.max - RETRY_MS.min);
      this.#turns.after(ms, () => this.#turn());
      return;
    }
    this.#busySince = undefined;
    if (isBusy) this.#patienceMs = SHORT_WAIT_MS;
    this.#refuse(error);
  }

  /** The write that failed is left alone; of a commit that failed nobody knows which one it was. */
  #divide(done: number, most: number, isRun: boolean, error: unknown): void {
    const isAlone = isRun ? done === 1 : most === 1;
    if (isAlone) this.#settle(1, ({ reject }) => reject(error));
    else if (isRun) this.#parts.unshift(done >> 1, done - (done >> 1));
    else this.#parts.unshift(...(done > 0 ? [done, 1] : [1]));
  }

  #refuse(error: unknown): void {
    this.#parts = [];
    this.#settle(this.#writes.length, ({ reject }) => reject(error));
  }

  /** What is there goes into the transaction that has begun; what comes after its time has to wait. */
  #transact(): void {
    const most = this.#parts.shift() ?? this.#writes.length;
    const values: unknown[] = [];
    let isRun = false;
    const end = performance.now() + MAX_TRANSACTION_MS;
    try {
      const version = this.#version.get()?.data_version;
      const isNews = version !== this.#seenVersion;
      for (const participant of this.#participants.values()) participant.begun(isNews);
      this.#seenVersion = version;
      while (values.length < most) {
        values.push(this.#writes[values.length]?.run());
        if (performance.now() > end) break;
      }
      isRun = true;
      for (const participant of this.#participants.values()) participant.committing();
      this.#commit.run();
    } catch (error) {
      this.#undo();
      this.#divide(values.length, most, isRun, error);
      return;
    }
    this.#tellCommitted();
    this.#settle(values.length, ({ resolve }, index) => resolve(values[index] as never));
  }

  /** What they make of it changes nothing about it, and keeps nobody from an answer. */
  #tellCommitted(): void {
    for (const participant of this.#participants.values()) {
      try {
        participant.committed();
      } catch (error) {
        process.emitWarning(error as Error);
      }
    }
  }

  #settle(count: number, tell: (write: Write, index: number) => void): void {
    for (const [index, write] of this.#writes.splice(0, count).entries()) tell(write, index);
  }

  #undo(): void {
    // Some errors, such as a full disk, have rolled back already.
    if (this.#db.inTransaction) this.#rollback.run();
    for (const participant of this.#participants.values()) participant.rolledBack();
  }
}

const writers = new WeakMap<Database, Writer>();

/** The writer of a connection: there is one for each. */
export function writerOf(db: Database): Writer {
  const writer = writers.get(db) ?? new Writer(db);
  writers.set(db, writer);
  return writer;
}
