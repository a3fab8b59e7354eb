import type { Database, SQLQueryBindings } from 'bun:sqlite';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobData, SavedData, TrackerOptions } from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { writerOf } from '../../src/platform/writer.ts';
import { HISTORY } from './job_history.ts';

export type Value = string | number | null;

/** Runs a statement in the transaction of a commit. */
export type RunSql = (sql: string, ...values: Value[]) => unknown;

declare module '../../src/jobs/job.ts' {
  interface JobData {
    /** Writes rows in the transaction of the commit. */
    store?(run: RunSql): unknown;
  }
}

/** A connection to a database of jobs: trackers are created over it, and tests read and write its rows. */
export interface JobDatabase {
  /** What a tracker is created over. */
  readonly connection: NonNullable<TrackerOptions['database']>;
  /** The rows of a query with `?` for each value. */
  all<Row = Record<string, unknown>>(sql: string, ...values: Value[]): Promise<Row[]>;
  /** The first of them. */
  get<Row = Record<string, unknown>>(sql: string, ...values: Value[]): Promise<Row | undefined>;
  /** Runs a statement, outside the transactions of the trackers. @throws the database's error */
  run(sql: string, ...values: Value[]): Promise<void>;
  /** Runs it together with the writes of the trackers, as one of them. */
  write(sql: string, ...values: Value[]): Promise<unknown>;
  /** Stores what a test's handler commits. */
  save(data: JobData): SavedData;
  /** Makes every insert into the table fail with that message, until the test `accepts` them again. */
  refuse(table: string, message: string): Promise<void>;
  accept(table: string): Promise<void>;
  /** Refuses all writes over this connection, until the test allows them again. */
  setReadOnly(isReadOnly: boolean): Promise<void>;
  /** How many transactions the trackers over this connection have begun since the first call. */
  transactions(): number;
  /** Drops all waiting writes, as if the process had ended. */
  forget(): void;
  /** Closes the connection at once, as when a process is killed. */
  close(): Promise<void>;
}

export const NOTHING_SAVED: SavedData = {
  forgotten: 0,
  posts: { added: 0, keys: [] },
  profiles: { added: 0 },
};

/** A database in memory, or one connection of several to a file. */
class SqliteJobDatabase implements JobDatabase {
  #transactions: number | undefined;

  constructor(readonly connection: Database) {}

  async all<Row>(sql: string, ...values: Value[]): Promise<Row[]> {
    return this.connection.query<Row, SQLQueryBindings[]>(sql).all(...values);
  }

  async get<Row>(sql: string, ...values: Value[]): Promise<Row | undefined> {
    return this.connection.query<Row, SQLQueryBindings[]>(sql).get(...values) ?? undefined;
  }

  async run(sql: string, ...values: Value[]): Promise<void> {
    this.connection.run(sql, values);
  }

  write(sql: string, ...values: Value[]): Promise<unknown> {
    return writerOf(this.connection).write(() => this.connection.run(sql, values));
  }

  save(data: JobData): SavedData {
    data.store?.((sql, ...values) => this.connection.run(sql, values));
    return NOTHING_SAVED;
  }

  async refuse(table: string, message: string): Promise<void> {
    this.connection.run(
      `CREATE TRIGGER refused_${table} BEFORE INSERT ON ${table}
       BEGIN SELECT RAISE(ABORT, '${message}'); END`,
    );
  }

  async accept(table: string): Promise<void> {
    this.connection.run(`DROP TRIGGER refused_${table}`);
  }

  async setReadOnly(isReadOnly: boolean): Promise<void> {
    this.connection.run(`PRAGMA query_only = ${isReadOnly ? 'ON' : 'OFF'}`);
  }

  transactions(): number {
    if (this.#transactions === undefined) {
      this.#transactions = 0;
      writerOf(this.connection).join('counter of the test', {
        begun: () => void (this.#transactions as number)++,
        committing() {},
        committed() {},
        rolledBack() {},
      });
    }
    return this.#transactions;
  }

  forget(): void {
    writerOf(this.connection).forget();
  }

  async close(): Promise<void> {
    this.connection.close();
  }
}

/** An empty database with all migrations, of this test alone. */
export function jobDatabase(): JobDatabase {
  return sqliteJobDatabase(openDatabase(':memory:'));
}

export function sqliteJobDatabase(database: Database): JobDatabase {
  return new SqliteJobDatabase(database);
}

/** A database to which several processes connect. */
export interface SharedJobDatabase {
  /** One more connection. */
  connect(): JobDatabase;
  /** Deletes it; all connections have been closed. */
  remove(): Promise<void>;
}

/** An empty database with all migrations and, if asked for, the triggers that record its history. */
export function sharedJobDatabase(contents: 'empty' | 'with history' = 'empty'): SharedJobDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-shared-'));
  const path = join(folder, 'xgpt.sqlite');
  if (contents === 'with history') copyFileSync(template(), path);
  return {
    connect() {
      const database = openDatabase(path);
      // The test does not wait for the disk.
      database.run('PRAGMA synchronous = OFF');
      return new SqliteJobDatabase(database);
    },
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

let made: string | undefined;

/** A file with every migration and the test's triggers; to make it for each run would cost 9 ms. */
function template(): string {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-template-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  made = join(folder, 'template.sqlite');
  const database = openDatabase(made);
  database.run(HISTORY);
  database.close();
  return made;
}
