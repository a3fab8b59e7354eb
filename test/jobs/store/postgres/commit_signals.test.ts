import { afterEach, describe, expect, test } from 'bun:test';
import { ErrorReporter } from '../../../../src/jobs/engine/error_reporter.ts';
import { Executions } from '../../../../src/jobs/engine/executions.ts';
import { Notifier } from '../../../../src/jobs/engine/notifier.ts';
import { newOwner } from '../../../../src/jobs/engine/owner.ts';
import { Signal } from '../../../../src/jobs/engine/signal.ts';
import { Feed } from '../../../../src/jobs/feed.ts';
import { systemClock } from '../../../../src/jobs/index.ts';
import { createPostgresBackend } from '../../../../src/jobs/store/postgres/backend.ts';
import { silentLogger } from '../../../../src/platform/logger.ts';
import { saveWritten } from '../../../support/jobs.ts';
import { startTracker } from '../../../support/postgres/tracker_process.ts';
import { until } from '../../../support/wait.ts';
import { afterTest, closeAll, connect, migratedDatabase } from './setup.ts';

afterEach(closeAll);

/** The feed of a process that does not poll: what it tells has come by a signal. */
async function signalledFeed(address: string) {
  const [feed, owner, clock] = [new Feed(), newOwner(), systemClock];
  const backend = createPostgresBackend(connect(address), {
    clock,
    owner,
    save: saveWritten,
    followUps: () => [],
    isInternal: () => false,
    obstacle: () => undefined,
  });
  const notifier = new Notifier({
    ...backend,
    feed,
    owner,
    clock,
    executions: new Executions(clock),
    claimable: new Signal(),
    foreignCommits: new Signal(),
    errors: new ErrorReporter(silentLogger),
  });
  const told = new Set<string>();
  let version = feed.version;
  feed.subscribe(() => {
    const change = feed.since(version);
    version = feed.version;
    for (const id of change?.cards ?? []) {
      told.add(id);
      // It is known by the time it is told.
      expect(backend.recent.get(id)?.id).toBe(id);
    }
  });
  const signals = backend.listen(() => notifier.signalled());
  afterTest(() => signals.stop());
  await signals.ready;
  return { told };
}

async function trackerProcess(address: string) {
  const process = await startTracker(address);
  afterTest(() => process.stop());
  return process;
}

/** Ends the connections that listen. @returns how many there were */
async function endListeners(address: string): Promise<number> {
  const ended = await connect(address).all(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND query ILIKE 'LISTEN%'`,
  );
  return ended.length;
}

describe('a commit of another process', () => {
  test('reaches the feed by a signal', async () => {
    const address = await migratedDatabase();
    const { told } = await signalledFeed(address);
    const there = await trackerProcess(address);
    const ids = await there.enqueue(5);
    await until('all are told', () => ids.every((id) => told.has(id)));
  });

  test('is not missed while no connection listens, because its server has ended it', async () => {
    const address = await migratedDatabase();
    const { told } = await signalledFeed(address);
    const there = await trackerProcess(address);
    await there.enqueue(1);
    await until('it is told', () => told.size === 1);
    // Those of both processes.
    expect(await endListeners(address)).toBe(2);
    const ids = await there.enqueue(20);
    await until('all are told', () => ids.every((id) => told.has(id)));
    const [last = ''] = await there.enqueue(1);
    await until('signals arrive again', () => told.has(last));
    expect(told.size).toBe(22);
  });
});
