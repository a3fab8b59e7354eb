import type { Database } from 'bun:sqlite';
import type { Postgres } from '../postgres/client.ts';
import type { Query, Transaction } from '../postgres/statements.ts';
import type { TransactionListener } from '../postgres/transaction.ts';
import { writerOf } from '../postgres/writer.ts';
import { statement } from '../statement.ts';
import { CapturedRows, type RowChange } from './captured_rows.ts';
import { readChanges, storePlace } from './changes.ts';
import { Following } from './following.ts';
import { REPLICATED_LOCK } from './lock.ts';
import { type Place, ReplicaPlace, readPlace } from './place.ts';
import { rehearse } from './rehearsal.ts';
import { type Derived, RowWriting } from './row_writing.ts';
import { everyRow, storeRows } from './stored_rows.ts';
import { TABLE_NAMES, type Table, type TableName, tablesOf } from './tables.ts';

/** How long the event loop waits for another process of this data folder that has the replica's lock, in ms. */
const BUSY_TIMEOUT_MS = 20;

/** Before it is looked whether another process has copied all rows, in ms. */
const WAIT_FOR_COPIER_MS = 200;

/** How often a transaction on the replica is tried while others hold its lock. */
const MAX_ATTEMPTS = 200;

export interface ReplicaOptions {
  /** SQLite, with all migrations. */
  db: Database;
  postgres: Postgres;
  derived: Derived;
}

/** The replica has missed too much, or is being copied. Nothing was written. */
export class ReplicaOutdated extends Error {
  override readonly name = 'ReplicaOutdated';
}

/** What a transaction on PostgreSQL has written so far. */
interface Batch {
  /** Where the replicas are before it; undefined until it is read. */
  from: Place | undefined;
  changes: Map<string, RowChange>;
  sequences: Record<string, number>;
  /** Where the replicas are after it. */
  place: Place | undefined;
}

/**
 * A copy of the replicated tables, from which everything is read. What is written is decided in it too: a write
 * runs on the copy in a transaction that is undone, the rows that it changed are written to PostgreSQL, and
 * once that is committed, into the copy. Writers of all replicas take turns, and each is up to date before
 * its turn.
 */
export class Replica implements TransactionListener {
  readonly #db: Database;
  readonly #postgres: Postgres;
  readonly #tables: Map<TableName, Table>;
  readonly #captured: CapturedRows;
  readonly #rows: RowWriting;
  readonly #place: ReplicaPlace;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  #batch = newBatch();
  readonly #signals;
  #following: Promise<void> | undefined;
  #isBehind = false;

  constructor({ db, postgres, derived }: ReplicaOptions) {
    this.#db = db;
    this.#postgres = postgres;
    db.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // What a power cut takes is read from PostgreSQL again.
    db.run('PRAGMA synchronous = NORMAL');
    this.#tables = tablesOf(db);
    this.#place = new ReplicaPlace(db);
    this.#captured = new CapturedRows(db, this.#tables);
    this.#rows = new RowWriting(db, this.#tables, derived);
    this.#begin = statement<null, []>(db, 'BEGIN IMMEDIATE');
    this.#commit = statement<null, []>(db, 'COMMIT');
    this.#rollback = statement<null, []>(db, 'ROLLBACK');
    this.#signals = new Following(postgres, () => this.follow());
    writerOf(postgres).join('replica', this);
  }

  /**
   * Follows what other replicas write until `stop`. Resolves when it is up to date.
   * @throws what keeps PostgreSQL from being read or the replica from being written to.
   */
  async start(): Promise<void> {
    await this.follow();
    await this.#signals.start();
  }

  /** Whether it has had all rows at some moment: it can be read, though it may be outdated. */
  get isCopied(): boolean {
    return this.#place.read() !== undefined;
  }

  stop(): Promise<void> {
    return this.#signals.stop();
  }

  /**
   * Runs a write in a transaction of its own; `run` is as for the writer of SQLite.
   * @throws the error of `run`; what keeps PostgreSQL or the replica from being written to.
   */
  async write<Value>(run: () => Value): Promise<Value> {
    const write = () =>
      writerOf(this.#postgres).write((tx) => this.writeIn(tx, run), [REPLICATED_LOCK]);
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof ReplicaOutdated)) throw error;
      await this.follow();
      return write();
    }
  }

  /**
   * The same in a transaction that has `REPLICATED_LOCK`.
   * @throws ReplicaOutdated when all rows have to be copied before.
   */
  async writeIn<Value>(tx: Transaction, run: () => Value): Promise<Value> {
    const batch = this.#batch;
    batch.from ??= await this.#pull(tx);
    const { value, changes } = await this.#withLock(() => this.#rehearse(run, batch));
    for (const change of changes) {
      const name = `${change.table} ${change.key}`;
      const wasDeleted = change.wasDeleted || batch.changes.get(name)?.wasDeleted === true;
      batch.changes.set(name, { ...change, wasDeleted });
    }
    return value;
  }

  /** Brings the replica up to date; at first, and when it has missed too much, it copies all rows. */
  follow(): Promise<void> {
    if (this.#following) this.#isBehind = true;
    this.#following ??= this.#follow().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  async #follow(): Promise<void> {
    do {
      this.#isBehind = false;
      const own = this.#place.read();
      const { revision, isFollowable } = await readPlace(this.#postgres, own);
      if (isFollowable && own?.revision === revision) continue;
      if (isFollowable) await this.#postgres.snapshot((query) => this.#pull(query));
      else await this.#fill();
    } while (this.#isBehind);
  }

  begun(): void {
    this.#batch = newBatch();
  }

  async committing(tx: Transaction): Promise<void> {
    const { from, changes, sequences } = this.#batch;
    if (changes.size === 0) return;
    const revision = (from?.revision ?? 0) + 1;
    const place = { revision, stamp: crypto.randomUUID(), sequences };
    await storeRows(tx, this.#tables, [...changes.values()]);
    await storePlace(tx, place, [...changes.values()]);
    this.#batch.place = place;
  }

  committed(): void {
    const { changes, place } = this.#batch;
    if (!place) return;
    this.#signals.notify();
    try {
      this.#write([...changes.values()], place);
    } catch {
      // Another process has its lock, or the disk is full: it is read from PostgreSQL later.
      this.follow().catch(() => {});
    }
  }

  rolledBack(): void {
    this.#batch = newBatch();
  }

  /** Reads what has changed in PostgreSQL, at one moment, and writes it into the replica. @returns where it is then */
  async #pull(query: Query): Promise<Place> {
    const own = this.#place.read();
    const place = await readPlace(query, own);
    if (!own || !place.isFollowable) throw new ReplicaOutdated();
    if (own.revision === place.revision) return place;
    const changes = await readChanges(query, this.#tables, own);
    await this.#withLock(() => this.#write(changes, place));
    return place;
  }

  /**
   * Copies all rows, in many transactions: until the last one, the replica has some of them. Of the processes
   * of a data folder one does it, and the others wait.
   */
  async #fill(): Promise<void> {
    // Much may have changed meanwhile, and whoever else has begun may have ended.
    this.#isBehind = true;
    const copier = crypto.randomUUID();
    const begin = () => this.#transact(() => this.#place.beginCopying(copier, Date.now()));
    if (!(await this.#withLock(begin))) {
      await Bun.sleep(WAIT_FOR_COPIER_MS);
      return;
    }
    if (!(await this.#empty(copier))) return;
    await this.#postgres.snapshot(async (query) => {
      const place = await readPlace(query, undefined);
      for (const table of this.#tables.values())
        for await (const rows of everyRow(query, table))
          if (!(await this.#fillWith(copier, () => this.#rows.write(rows)))) return;
      await this.#fillWith(copier, () => this.#place.moveTo(place));
    });
  }

  /** @returns false when another process has taken over. */
  async #empty(copier: string): Promise<boolean> {
    for (const name of TABLE_NAMES.toReversed()) {
      let removed = 0;
      do {
        const remove = () => {
          removed = this.#rows.removeSome(name);
        };
        if (!(await this.#fillWith(copier, remove))) return false;
        // Others are served meanwhile.
        await Bun.sleep(0);
      } while (removed > 0);
    }
    return true;
  }

  /** @returns false when another process has taken over. */
  #fillWith(copier: string, run: () => void): Promise<boolean> {
    return this.#withLock(() =>
      this.#transact(() => {
        if (!this.#place.goesOnCopying(copier, Date.now())) return false;
        run();
        return true;
      }),
    );
  }

  /** Writes the rows of a place, unless another process of this data folder has. */
  #write(changes: RowChange[], place: Place): void {
    this.#transact(() => {
      if ((this.#place.read()?.revision ?? 0) >= place.revision) return;
      this.#rows.write(changes);
      this.#place.moveTo(place);
    });
  }

  /** Runs a write, and undoes it. @returns the rows that it would change */
  #rehearse<Value>(run: () => Value, batch: Batch): { value: Value; changes: RowChange[] } {
    this.#begin.run();
    try {
      // Another process of this data folder may have begun to copy all rows.
      if (this.#place.read()?.stamp !== batch.from?.stamp) throw new ReplicaOutdated();
      const value = rehearse(this.#db, () => {
        this.#rows.write([...batch.changes.values()]);
        this.#captured.forget();
        return run();
      });
      const changes = this.#captured.read();
      batch.sequences = this.#place.sequences();
      return { value, changes };
    } finally {
      this.#undo();
    }
  }

  #transact<Value>(run: () => Value): Value {
    this.#begin.run();
    try {
      const value = run();
      this.#captured.forget();
      this.#commit.run();
      return value;
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  /** Some errors, such as a full disk, roll back by themselves. */
  #undo(): void {
    if (this.#db.inTransaction) this.#rollback.run();
  }

  /** Tries again while another process of this data folder writes to the replica. */
  async #withLock<Value>(run: () => Value): Promise<Value> {
    for (let attempts = 1; ; attempts++) {
      try {
        return run();
      } catch (error) {
        const isBusy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
        if (!isBusy || attempts === MAX_ATTEMPTS) throw error;
        await Bun.sleep(1);
      }
    }
  }
}

function newBatch(): Batch {
  return { from: undefined, changes: new Map(), sequences: {}, place: undefined };
}
