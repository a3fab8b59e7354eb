import { join } from 'node:path';
import { SQL } from 'bun';
import { z } from 'zod';
import {
  createTracker,
  defineJob,
  type JobDefinition,
  type JobType,
  type TrackerOptions,
} from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { Postgres } from '../../src/platform/postgres/client.ts';
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
  const database = openDatabase(join(place.folder, DATABASE_FILE));
  if (options.checkpoints === false) database.run('PRAGMA wal_autocheckpoint = 0');
  // Set however a job ended.
  const unfinished = database.query<{ count: number }, []>(UNFINISHED);
  return openTracker(place, options.type ?? 'bench', {
    database,
    unfinished: async () => unfinished.get()?.count ?? 0,
    close: async () => database.close(),
  });
}

/**
 * The tracker over a database of its own on the PostgreSQL server.
 * @param queue the server that hands out its jobs; by default none does.
 */
export async function openXgptOnPostgres(place: Place, queue?: string): Promise<System> {
  if (!place.joining) await emptyDatabase(serverOf(place));
  const database = new Postgres(serverOf(place, DATABASE));
  return openTracker(place, 'bench', {
    database,
    queue,
    unfinished: async () => (await database.get<{ count: number }>(UNFINISHED))?.count ?? 0,
    close: () => database.close(),
  });
}

/** The address of a database on the PostgreSQL server. */
export function serverOf({ servers }: Place, database = 'postgres'): string {
  return `postgres://postgres@127.0.0.1:${servers.postgres}/${database}`;
}

/** Of xgpt on PostgreSQL. */
export const DATABASE = 'xgpt_bench';

const UNFINISHED = 'SELECT COUNT(*) AS count FROM jobs WHERE completed_at IS NULL';

async function emptyDatabase(server: string): Promise<void> {
  const sql = new SQL({ url: server, max: 1 });
  await sql.unsafe(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
  await sql.unsafe(`CREATE DATABASE ${DATABASE}`);
  await sql.close();
}

interface Opened {
  database: TrackerOptions['database'];
  queue?: string | undefined;
  unfinished(): Promise<number>;
  close(): Promise<void>;
}

function openTracker(
  { concurrency }: Place,
  name: string,
  { database, queue, unfinished, close }: Opened,
): System {
  const type = name as JobType;
  let handler: Handler = () => {};
  const definition = {
    type,
    input: z.object({ n: z.number() }),
    concurrency,
    run: async ({ n }: Numbered) => handler(n),
  } as unknown as JobDefinition;
  const tracker = createTracker({ database, queue, definitions: [defineJob(definition)] });
  return {
    enqueue: (n) => tracker.enqueue(type, { n }),
    enqueueBulk: (from, count) =>
      tracker.enqueueMany(numbers(from, count).map((input) => ({ type, input }))),
    async work(handle) {
      handler = handle;
      await tracker.start();
    },
    unfinished,
    async close() {
      await tracker.stop();
      await close();
    },
  };
}
