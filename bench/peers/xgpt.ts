import { join } from 'node:path';
import { z } from 'zod';
import {
  createTracker,
  defineJob,
  type JobDefinition,
  type JobType,
} from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { type Handler, type Numbered, numbers, type Place, type System } from './system.ts';

export const DATABASE_FILE = 'xgpt.sqlite';

export interface XgptOptions {
  /** The job type. The server has no type `bench`, so jobs that it meets need one of its own. */
  type?: string;
  /** False: no checkpoints during the measurement. */
  checkpoints?: boolean;
}

/** The tracker over a database in the folder, as the program opens it: `synchronous=FULL`. */
export async function openXgpt(place: Place, options: XgptOptions = {}): Promise<System> {
  const type = (options.type ?? 'bench') as string as JobType;
  const { concurrency } = place;
  const database = openDatabase(join(place.folder, DATABASE_FILE));
  if (options.checkpoints === false) database.run('PRAGMA wal_autocheckpoint = 0');
  let handler: Handler = () => {};
  const definition = {
    type,
    input: z.object({ n: z.number() }),
    concurrency,
    run: async ({ n }: Numbered) => handler(n),
  } as unknown as JobDefinition;
  const tracker = createTracker({ database, definitions: [defineJob(definition)] });
  // Set however a job ended.
  const unfinished = database.query<{ count: number }, []>(
    'SELECT COUNT(*) AS count FROM jobs WHERE completed_at IS NULL',
  );
  return {
    enqueue: (n) => tracker.enqueue(type, { n }),
    enqueueBulk: (from, count) =>
      tracker.enqueueMany(numbers(from, count).map((input) => ({ type, input }))),
    async work(handle) {
      handler = handle;
      await tracker.start();
    },
    unfinished: () => unfinished.get()?.count ?? 0,
    async close() {
      await tracker.stop();
      database.close();
    },
  };
}
