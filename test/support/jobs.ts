import { Database } from 'bun:sqlite';
import { z } from 'zod';
import {
  createTracker,
  defineJob,
  type JobData,
  type JobDefinition,
  type QueuedJobContext,
  type SavedData,
  type TrackerOptions,
} from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { type TestClock, testClock } from './clock.ts';
import { type JobDatabase, jobDatabase } from './job_database.ts';
import { QUEUE } from './job_queue.ts';
import { NOTHING_SAVED } from './saved.ts';
import { SqliteJobDatabase } from './sqlite_job_database.ts';

declare module '../../src/jobs/job.ts' {
  interface JobTypes {
    /** Its work is given by the test. */
    errand: { input: { name: string }; output: unknown };
    /** The same, as a second type with its own queue. */
    chore: { input: { name: string }; output: unknown };
  }
}

declare module '../../src/jobs/job.ts' {
  interface JobData {
    /** Writes something in the transaction of the commit. */
    write?(): unknown;
  }
}

/** Stores what a test's handler commits on SQLite. */
export function saveWritten(data: JobData): SavedData {
  data.write?.();
  return NOTHING_SAVED;
}

type Run = (input: { name: string }, job: QueuedJobContext) => Promise<unknown>;

/** One for all: Zod compiles a schema at its first use. */
const NAMED = z.object({ name: z.string({ error: 'Name is missing.' }).default('one') });

/** A job type whose work is given by the test. */
export function errand(
  run: Run,
  options: Partial<JobDefinition<'errand'>> & { type?: never } = {},
): JobDefinition<'errand'> {
  return defineJob<'errand'>({
    type: 'errand',
    concurrency: 1,
    input: NAMED,
    run,
    ...options,
  });
}

type SetupOptions = Omit<TrackerOptions, 'clock' | 'database'>;

/**
 * A tracker over an empty database with real migrations, and a clock that stands still.
 * @param shared the database of another tracker, in place of the empty one.
 */
export function setup(options: SetupOptions = {}, shared?: JobDatabase) {
  const database = shared?.again() ?? jobDatabase();
  const clock: TestClock = testClock();
  const save = database.save.bind(database);
  const { connection } = database;
  const queue =
    typeof connection === 'string' || connection instanceof Database ? undefined : QUEUE;
  const tracker = createTracker({ save, queue, ...options, database: connection, clock });
  const rowOf = (id: string) =>
    database.get('SELECT * FROM jobs WHERE id = ?', id) as Promise<Record<string, unknown>>;
  return { tracker, clock, database, rowOf };
}

/** The same on SQLite, for tests of what there is on SQLite alone. */
export function setupOnSqlite(options: SetupOptions = {}, database = openDatabase(':memory:')) {
  return { ...setup({ save: saveWritten, ...options }, new SqliteJobDatabase(database)), database };
}

/** A promise with its handles, for a handler that waits for the test. */
export function gate<Value = void>() {
  return Promise.withResolvers<Value>();
}

/** Ends only when the job's signal aborts, as a well-behaved handler does. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
