import { z } from 'zod';
import { defineJob, type JobDefinition, type Tracker } from '../../../src/jobs/index.ts';
import type { Postgres } from '../../../src/platform/postgres/client.ts';
import { writerOf } from '../../../src/platform/postgres/writer.ts';
import { consequences, type TestClock, testClock } from '../../support/clock.ts';
import { SERVER } from '../../support/postgres/databases.ts';
import { startRedis } from '../../support/redis/server.ts';
import { connect, trackerOn } from '../store/postgres/setup.ts';

declare module '../../../src/jobs/job.ts' {
  interface JobTypes {
    /** Its run is noted. */
    parcel: { input: { number: number; source?: string | undefined }; output: unknown };
  }
}

/** One server for all tests of a file. */
const REDIS = await startRedis();

/** Bun 1.4.4 kills what a file has started when it ends, but not what that has started in turn. */
export const stopRedis = () => REDIS.stop();

/** The addresses of servers that hand out tickets. */
export const QUEUES = { redis: REDIS.address, postgres: SERVER };

export interface Node {
  tracker: Tracker;
  database: Postgres;
  /** Stands still: nothing is looked for unless the test moves it. */
  clock: TestClock;
  /** Whether it was told that the queue server is away. */
  readonly isAway: boolean;
  /** How many transactions it has committed. */
  readonly commits: number;
  /** Starts it, and waits until it gets tickets. */
  start(): Promise<void>;
}

/** The jobs that have run, as "who number". */
export type Runs = string[];

interface NodeOptions {
  address: string;
  queue: string;
  runs: Runs;
  /** What its handlers do after they have noted the run. */
  run?: (signal: AbortSignal) => Promise<unknown>;
  definition?: Partial<JobDefinition<'parcel'>>;
}

/** A process that no signals reach: it learns of jobs by tickets, or by looking for them. */
export function node(who: string, { address, queue, runs, run, definition }: NodeOptions): Node {
  const [clock, database] = [testClock(), connect(address)];
  const parcel = defineJob<'parcel'>({
    type: 'parcel',
    concurrency: 2,
    input: z.object({ number: z.number(), source: z.string().optional() }),
    run: async ({ number }, { signal }) => {
      runs.push(`${who} ${number}`);
      await run?.(signal);
    },
    ...definition,
  });
  const tracker = trackerOn(database, {
    clock,
    queue,
    owner: `${who}:1:${crypto.randomUUID()}`,
    definitions: [parcel],
  });
  let isAway = false;
  let told = Promise.withResolvers<void>();
  tracker.errors.watch = {
    obstacle: () => undefined,
    noticed: () => undefined,
    handsOut(error) {
      isAway = error !== undefined;
      if (!isAway) told.resolve();
    },
  };
  return {
    tracker,
    database,
    clock,
    get isAway() {
      return isAway;
    },
    get commits() {
      return writerOf(database).commits;
    },
    async start() {
      told = Promise.withResolvers();
      await tracker.start();
      await told.promise;
      // What it looks for then is found.
      await consequences();
      await database.idle();
    },
  };
}
