import { createTracker, type TrackerOptions } from '../../../../src/jobs/index.ts';
import { Postgres } from '../../../../src/platform/postgres/client.ts';
import { QUEUE } from '../../../support/job_queue.ts';
import { addressOf, runOn, TEMPLATES } from '../../../support/postgres/templates.ts';

const closings: (() => Promise<unknown>)[] = [];

/** Undoes what the test has begun, latest first. */
export async function closeAll(): Promise<void> {
  for (const close of closings.splice(0).toReversed()) await close();
}

export function afterTest(close: () => Promise<unknown>): void {
  closings.push(close);
}

/** The address of a database with all tables, which is dropped after the test. */
export async function migratedDatabase(): Promise<string> {
  const { SERVER } = await import('../../../support/postgres/databases.ts');
  const name = `xgpt_test_${Bun.randomUUIDv7().replaceAll('-', '')}`;
  await runOn(SERVER, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATES.empty} STRATEGY FILE_COPY`);
  afterTest(() => runOn(SERVER, `DROP DATABASE ${name} WITH (FORCE)`));
  return addressOf(name, SERVER);
}

/** A connection of its own, as a process has it. */
export function connect(address: string): Postgres {
  const postgres = new Postgres(address);
  afterTest(() => postgres.close());
  return postgres;
}

/** A tracker over a connection of its own. */
export function trackerOn(database: Postgres, options: Omit<TrackerOptions, 'database'> = {}) {
  const tracker = createTracker({ queue: QUEUE, ...options, database });
  afterTest(() => tracker.stop());
  return tracker;
}
