/**
 * `bun enqueuer.ts FOLDER TYPE JOBS INPUT`: enqueues jobs for a server from a separate process, waits
 * until they have ended, and prints how long that took in ms.
 */
import { join } from 'node:path';
import { z } from 'zod';
import {
  createTracker,
  defineJob,
  type JobDefinition,
  type JobType,
} from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { DATABASE_FILE } from '../peers/xgpt.ts';
import { monotonicMs, until } from '../suite/clock.ts';

/** Small, because a long transaction would make the server wait for the lock. */
const CHUNK = 100;

const [folder = '', type = '', jobs = '', given = ''] = process.argv.slice(2);
const input = JSON.parse(given) as Record<string, unknown>;
const database = openDatabase(join(folder, DATABASE_FILE));
const definition = { type, input: z.looseObject({}), concurrency: 1, run: async () => {} };
const tracker = createTracker({
  database,
  definitions: [defineJob(definition as unknown as JobDefinition)],
});
const unfinished = database.query<{ count: number }, []>(
  'SELECT COUNT(*) AS count FROM jobs WHERE completed_at IS NULL',
);

const from = monotonicMs();
for (let n = 0; n < Number(jobs); n += CHUNK) {
  const count = Math.min(CHUNK, Number(jobs) - n);
  await tracker.enqueueMany(
    Array.from({ length: count }, () => ({ type: type as JobType, input })),
  );
  await Bun.sleep(1);
}
await until(() => unfinished.get()?.count === 0, 120_000, 20);
console.log(monotonicMs() - from);
process.exit(0);
