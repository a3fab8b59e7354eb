/** A node without work: a tracker that runs jobs, schedules and a heartbeat over one PostgreSQL database. */
import { createTracker, defineJob, type JobType, systemClock } from '../../src/jobs/index.ts';
import { createHealth } from '../../src/platform/create_health.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { Postgres } from '../../src/platform/postgres/client.ts';
import { createSchedules } from '../../src/schedules/index.ts';

/** As many as the server has. */
const TYPES = ['scrape', 'search', 'discover', 'embed', 'deliver'] as JobType[];

const anything = { safeParse: (data: unknown) => ({ success: true, data }) } as never;

const database = new Postgres(process.argv[2] ?? '');
const definitions = TYPES.map((type) =>
  defineJob({ type, concurrency: 2, input: anything, run: async () => ({}) as never }),
);
const options = { db: database, kind: 'worker', clock: systemClock, logger: silentLogger } as const;
const health = createHealth(options);
const tracker = createTracker({ database, definitions, processes: () => health.processes.list() });
health.processes.served = () => tracker.reader.serving.served;

process.on('disconnect', () => process.exit(0));
await health.start();
await tracker.start();
await createSchedules({ database, tracker }).start();
process.send?.('ready');
