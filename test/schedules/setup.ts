import type { Database } from 'bun:sqlite';
import type { JobDefinition, TrackerOptions } from '../../src/jobs/index.ts';
import type { Postgres } from '../../src/platform/postgres/client.ts';
import { createSchedules, type Schedules } from '../../src/schedules/index.ts';
import { consequences } from '../support/clock.ts';
import type { JobDatabase } from '../support/job_database.ts';
import { errand, setup } from '../support/jobs.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What schedules are created over. */
export function connectionTo(database: JobDatabase): Database | Postgres {
  return database.connection as Database | Postgres;
}

/** Schedules over a tracker whose errands end at once, and a clock that stands still. */
export async function setupSchedules(
  {
    isOnce,
    ...options
  }: Omit<TrackerOptions, 'clock' | 'database'> & { isOnce?: (type: string) => boolean } = {},
  shared?: JobDatabase,
) {
  const definitions: JobDefinition[] = options.definitions ?? [errand(async () => 'done')];
  const world = setup({ ...options, definitions }, shared);
  const over = { ...world, database: connectionTo(world.database), isOnce };
  const schedules = createSchedules(over);
  await world.tracker.start();
  const add = (cron: string, given: { timeZone?: string; input?: Record<string, unknown> } = {}) =>
    schedules.add({ type: 'errand', input: { name: 'nightly' }, timeZone: 'UTC', ...given, cron });
  /** A process that was started while nothing ran. */
  const restart = async (): Promise<Schedules> => {
    await schedules.stop();
    const started = createSchedules(over);
    const starting = started.start();
    await consequences();
    await starting;
    return started;
  };
  return {
    ...world,
    schedules,
    add,
    restart,
    /** What became of each due time, oldest first. */
    runs: async (id: string) => (await schedules.runs(id)).toReversed(),
    jobs: () => world.tracker.getAllJobs().toReversed(),
  };
}

/** Lets the promise resolve: writes take turns of the event loop. */
export async function settled<Value>(promise: Promise<Value>): Promise<Value> {
  void consequences();
  return promise;
}
