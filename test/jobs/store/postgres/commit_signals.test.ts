import { afterEach, describe, expect, test } from 'bun:test';
import { ErrorReporter } from '../../../../src/jobs/engine/error_reporter.ts';
import { Executions } from '../../../../src/jobs/engine/executions.ts';
import { Notifier } from '../../../../src/jobs/engine/notifier.ts';
import { newOwner } from '../../../../src/jobs/engine/owner.ts';
import { Signal } from '../../../../src/jobs/engine/signal.ts';
import { Feed } from '../../../../src/jobs/feed.ts';
import { defineJob, systemClock } from '../../../../src/jobs/index.ts';
import { BY_SIGNALS } from '../../../../src/jobs/queue/create_dispatcher.ts';
import { createPostgresBackend } from '../../../../src/jobs/store/postgres/backend.ts';
import { silentLogger } from '../../../../src/platform/logger.ts';
import type { Postgres } from '../../../../src/platform/postgres/client.ts';
import { saveWritten } from '../../../support/jobs.ts';
import { proxyTo } from '../../../support/postgres/proxy.ts';
import { startTracker } from '../../../support/postgres/tracker_process.ts';
import { until } from '../../../support/wait.ts';
import { afterTest, closeAll, connect, migratedDatabase, trackerOn } from './setup.ts';

afterEach(closeAll);

/** The feed of a process. One that does not poll tells only what has come by a signal. */
async function signalledFeed(address: string, { polls = false } = {}) {
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
    dispatcher: BY_SIGNALS,
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
  if (polls) {
    const stop = notifier.start();
    afterTest(async () => stop());
  }
  return { told, news: backend.news };
}

async function trackerProcess(address: string) {
  const process = await startTracker(address);
  afterTest(() => process.stop());
  return process;
}

/** Ends the connections that listen. @returns how many there were */
async function endListeners(database: Postgres): Promise<number> {
  const ended = await database.all(
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
    expect(await endListeners(connect(address))).toBe(2);
    const ids = await there.enqueue(20);
    await until('all are told', () => ids.every((id) => told.has(id)));
    const [last = ''] = await there.enqueue(1);
    await until('signals arrive again', () => told.has(last));
    expect(told.size).toBe(22);
  });

  test('is not missed by a connection that has become deaf, which is noticed', async () => {
    const address = await migratedDatabase();
    using proxy = proxyTo(address);
    const { told, news } = await signalledFeed(proxy.address, { polls: true });
    const there = await trackerProcess(address);
    await until('echoes come back', () => news.isSignalled);
    expect(proxy.deafen()).toBe(1);
    const ids = await there.enqueue(3);
    await until('all are told', () => ids.every((id) => told.has(id)));
    await until('it is noticed', () => !news.isSignalled);
    const [last = ''] = await there.enqueue(1);
    await until('it is told', () => told.has(last));
    await endListeners(connect(address));
    await until('the process hears again', () => news.isSignalled);
  });
});

test('a job that is queued elsewhere while the connection that listens is ended starts', async () => {
  const address = await migratedDatabase();
  const started: string[] = [];
  const scrape = defineJob({
    type: 'scrape',
    concurrency: 100,
    input: { safeParse: (data: unknown) => ({ success: true, data }) } as never,
    run: async (_, { jobId }) => started.push(jobId) as never,
  });
  const tracker = trackerOn(connect(address), { definitions: [scrape] });
  await tracker.start();
  const [there, admin] = [await trackerProcess(address), connect(address)];
  for (let round = 0; round < 3; round++) {
    await until('both listen, and are ended', async () => (await endListeners(admin)) === 2);
    const ids = await there.enqueue(3);
    await until('all have started', () => ids.every((id) => started.includes(id)));
  }
});
