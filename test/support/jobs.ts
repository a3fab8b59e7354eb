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

/** Stores what a test's handler commits. */
export function saveWritten(data: JobData): SavedData {
  data.write?.();
  return { forgotten: 0, posts: { added: 0, keys: [] }, profiles: { added: 0 } };
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

/** A tracker over a fresh database with real migrations, and a clock that stands still. */
export function setup(
  options: Omit<TrackerOptions, 'clock' | 'database'> = {},
  database = openDatabase(':memory:'),
) {
  const clock: TestClock = testClock();
  const tracker = createTracker({ save: saveWritten, ...options, database, clock });
  const rowOf = (id: string) =>
    database.query('SELECT * FROM jobs WHERE id = ?').get(id) as Record<string, unknown>;
  return { tracker, clock, database, rowOf };
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
