import type { JobData, SavedData, TrackerOptions } from '../../src/jobs/index.ts';

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
  /** For one more tracker over the same database: on PostgreSQL each has connections of its own. */
  again(): JobDatabase;
  /** Deletes all but the last of what processes tell each other of their transactions. */
  forgetChanges(): Promise<void>;
  /** Deletes what a world of jobs has written, and its history. */
  empty(): Promise<void>;
  /** Makes every insert into the table fail with that message, until the test `accepts` them again. */
  refuse(table: string, message: string): Promise<void>;
  accept(table: string): Promise<void>;
  /** Refuses all writes over this connection, until the test allows them again. */
  setReadOnly(isReadOnly: boolean): Promise<void>;
  /** How many transactions the trackers over this connection have begun since the first call. */
  transactions(): number;
  /** Lets a race decide what happens between the statements of this connection. */
  interleave(race: Interleaving): void;
  /** Gives statements that the race has let through a moment to be answered; some may wait for a lock. */
  answers(): Promise<void>;
  /** Drops all waiting writes, as if the process had ended. */
  forget(): void;
  /** Closes the connection at once, as when a process is killed. */
  close(): Promise<void>;
}

export interface Interleaving {
  /** Called before a statement that is run at once: other processes may go first. */
  pause(): void;
  /** Calls `run` when the race wants the next statement, where statements wait for each other. */
  soon(run: () => void): void;
  /** Called before every commit. @throws what the commit is to fail with */
  committing(): void;
}

/** A database to which several processes connect. */
export interface SharedJobDatabase {
  /** One more connection. */
  connect(): JobDatabase;
  /** Deletes it; all connections have been closed. */
  remove(): Promise<void>;
}

/** `postgres`: tests of jobs run on PostgreSQL. Otherwise they run on SQLite. */
export const IS_ON_POSTGRES = process.env.XGPT_TEST_DATABASE === 'postgres';

// Only the one that is used is loaded.
const databases = IS_ON_POSTGRES
  ? await import('./postgres/job_database.ts')
  : await import('./sqlite_job_database.ts');

/**
 * Takes turns of the event loop until they begin nothing more on any database. On SQLite everything is done
 * when a turn ends.
 * @returns whether nothing has begun since the last call.
 */
export function untilQuiet(turns: () => Promise<void>): Promise<boolean> {
  return databases.untilQuiet(turns);
}

/** An empty database with all migrations, of this test alone. */
export function jobDatabase(): JobDatabase {
  return databases.jobDatabase();
}

/** The same for several connections; if asked for, with triggers that record its history. */
export function sharedJobDatabase(contents: 'empty' | 'with history' = 'empty'): SharedJobDatabase {
  return databases.sharedJobDatabase(contents);
}
