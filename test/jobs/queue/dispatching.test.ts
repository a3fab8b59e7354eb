import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { RedisClient, SQL } from 'bun';
import { openServer } from '../../../src/jobs/queue/bullmq/open_server.ts';
import { gate, untilAborted } from '../../support/jobs.ts';
import { startRedis } from '../../support/redis/server.ts';
import { until } from '../../support/wait.ts';
import { afterTest, closeAll, migratedDatabase } from '../store/postgres/setup.ts';
import { type Node, node, QUEUES, type Runs, stopRedis } from './setup.ts';

afterEach(closeAll);
afterAll(stopRedis);

/** How often processes look for jobs that they have not heard of, at least, in ms. */
const POLL_MS = 3_000;

const numbers = (runs: Runs) => runs.map((run) => Number(run.split(' ')[1])).sort((a, b) => a - b);

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Two processes that run jobs, and one that only starts them. */
async function three(queue: string) {
  const address = await migratedDatabase();
  const runs: Runs = [];
  const [starter, ...workers] = ['starter', 'first', 'second'].map((who) =>
    node(who, { address, queue, runs }),
  );
  if (!starter) throw new Error('There is none.');
  await starter.tracker.initialize();
  for (const worker of workers) await worker.start();
  const enqueue = async (number: number) =>
    (await starter.tracker.enqueue('parcel', { number })).id;
  const ended = (id: string) =>
    until(
      'the job has ended',
      async () => (await starter.tracker.readJob(id))?.status === 'completed',
    );
  const runAll = async (count: number) => {
    for (const number of upTo(count)) await ended(await enqueue(number));
  };
  return { address, runs, starter, workers, enqueue, ended, runAll };
}

for (const [kind, queue] of Object.entries(QUEUES)) {
  describe(`FEATURES 55: jobs that are handed out by BullMQ on ${kind}`, () => {
    test('start in other processes, each once, and wake one process each', async () => {
      const { runs, workers, runAll } = await three(queue);
      const before = workers.map(({ commits }) => commits);
      await runAll(20);
      await Promise.all(workers.map(({ database }) => database.idle()));
      expect(numbers(runs)).toEqual(upTo(20));
      const commits = workers.map((worker, index) => worker.commits - (before[index] ?? 0));
      // A claim, and an end together with the next claim.
      expect(commits.reduce((sum, one) => sum + one, 0)).toBe(40);
      expect(commits.every((count) => count > 0)).toBe(true);
    });

    test('start at the next look when their tickets are lost', async () => {
      const { address, runs, workers, enqueue, ended } = await three(queue);
      const away = node('away', { address, queue: await refusing(), runs });
      await away.tracker.initialize();
      const { id } = await away.tracker.enqueue('parcel', { number: 7 });
      expect(runs).toEqual([]);
      await workers[0]?.clock.advance(POLL_MS);
      await ended(id);
      await ended(await enqueue(8));
      expect(numbers(runs)).toEqual([7, 8]);
    });

    test('run once when all processes look for them at once, and a ticket without a job does nothing', async () => {
      const { runs, starter, workers, enqueue, ended } = await three(queue);
      const removed = await enqueueFor(starter, { delayMs: 60_000 });
      await starter.tracker.removeJob(removed);
      const ids = await Promise.all(upTo(6).map(enqueue));
      for (const worker of workers) worker.tracker.lanes.wake('parcel');
      for (const id of ids) await ended(id);
      expect(numbers(runs)).toEqual(upTo(6));
    });

    test('run once when their tickets are handed out again and again', async () => {
      const { address, runs, starter, ended } = await three(queue);
      const away = node('away', { address, queue: await refusing(), runs });
      await away.tracker.initialize();
      const sql = new SQL({ url: address, max: 1 });
      const [{ id: group }] = await sql.unsafe('SELECT id FROM job_feed');
      await sql.close();
      const server = await openServer(queue, group, () => {});
      afterTest(async () => server.close());
      const copies = (round: number) =>
        upTo(12).map((copy) => ({ id: `copy ${round} ${copy}`, passed: 0 }));
      for (const number of upTo(6)) {
        const { id } = await away.tracker.enqueue('parcel', { number });
        // Nothing else says that there is a job.
        await server.add('parcel', copies(number));
        await ended(id);
        expect((await starter.tracker.readJob(id))?.attempt).toBe(1);
      }
      expect(numbers(runs)).toEqual(upTo(6));
    });

    test('are left to the process that has what they need', async () => {
      const address = await migratedDatabase();
      const runs: Runs = [];
      const needing = (has: string[]) => ({ needs: [{ field: 'source', what: 'source', has }] });
      const nodes = ['none', 'neither', 'has'].map((who) =>
        node(who, { address, queue, runs, definition: needing(who === 'has' ? ['notes'] : ['x']) }),
      );
      const [none, ...workers] = nodes;
      await none?.tracker.initialize();
      for (const worker of workers) await worker.start();
      for (const number of upTo(5)) {
        await none?.tracker.enqueue('parcel', { number, source: 'notes' });
        await until('it has run', () => runs.includes(`has ${number}`));
      }
      expect(runs).toEqual(upTo(5).map((number) => `has ${number}`));
    });

    test('go to another process when theirs is stopped', async () => {
      const address = await migratedDatabase();
      const runs: Runs = [];
      const first = node('first', { address, queue, runs, run: untilAborted });
      const second = node('second', { address, queue, runs });
      await first.start();
      await first.tracker.enqueue('parcel', { number: 1 });
      await until('it runs', () => runs.length === 1);
      await second.start();
      await stop(first);
      await until('it runs there', () => runs.length === 2);
      expect(runs).toEqual(['first 1', 'second 1']);
    });

    test('start when a place becomes free, in their order', async () => {
      const address = await migratedDatabase();
      const runs: Runs = [];
      const [one, two] = [gate(), gate()];
      const gates = [one, two];
      const run = async () => gates.shift()?.promise;
      const nodes = ['first', 'second'].map((who) => node(who, { address, queue, runs, run }));
      for (const each of nodes) await each.start();
      for (const number of upTo(5)) await nodes[0]?.tracker.enqueue('parcel', { number });
      await until('two run', () => runs.length === 2);
      one.resolve();
      await until('all have begun', () => runs.length === 5);
      two.resolve();
      expect(runs.map((line) => Number(line.split(' ')[1]))).toEqual(upTo(5));
    });

    test('start when their type is resumed, or may have more at once, by a process that runs none', async () => {
      const { starter, runs, enqueue, ended } = await three(queue);
      await starter.tracker.pauseType('parcel');
      const id = await enqueue(1);
      await starter.tracker.resumeType('parcel');
      await ended(id);
      expect(numbers(runs)).toEqual([1]);
    });

    test('start when they are due, in one process', async () => {
      const { runs, starter, workers, ended } = await three(queue);
      const id = await enqueueFor(starter, { delayMs: 4_000 });
      for (const { clock, database } of workers) {
        await clock.advance(POLL_MS);
        await database.idle();
      }
      expect(runs).toEqual([]);
      for (const { clock } of workers) await clock.advance(1_500);
      await ended(id);
      expect(runs).toHaveLength(1);
    });
  });
}

/** Its clock goes on meanwhile. */
async function stop({ tracker, clock }: Node): Promise<void> {
  let isStopped = false;
  const stopped = tracker.stop().then(() => {
    isStopped = true;
  });
  await until('it has stopped', async () => {
    await clock.advance(500);
    return isStopped;
  });
  await stopped;
}

async function enqueueFor({ tracker }: Node, options: { delayMs: number }): Promise<string> {
  return (await tracker.enqueue('parcel', { number: 99 }, options)).id;
}

/** The address of a port where nothing listens. */
async function refusing(): Promise<string> {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  listener.stop(true);
  return `redis://127.0.0.1:${listener.port}`;
}

test('FEATURES 55: tickets on PostgreSQL take three connections of a process', async () => {
  const { runAll } = await three(QUEUES.postgres);
  await runAll(5);
  const sql = new SQL({ url: QUEUES.postgres, max: 1 });
  const [row] = await sql.unsafe(
    "SELECT COUNT(*)::int AS count FROM pg_stat_activity WHERE application_name = 'xgpt tickets'",
  );
  await sql.close();
  // The one that only starts jobs does not listen.
  expect(row.count).toBeLessThanOrEqual(8);
  expect(row.count).toBeGreaterThan(3);
});

test('FEATURES 55: without a queue server nothing of BullMQ is loaded', async () => {
  const address = await migratedDatabase();
  const load = async (queue: string | undefined) => {
    const program = `
      import { createTracker } from './src/jobs/index.ts';
      const tracker = createTracker({ database: '${address}', queue: ${JSON.stringify(queue)} });
      await tracker.start();
      await tracker.enqueue('parcel', {}).catch(() => {});
      await Bun.sleep(300);
      await tracker.stop();
      console.log(Object.keys(require.cache).filter((path) => /bullmq/.test(path)).length > 0);
      process.exit();`;
    const child = Bun.spawn([process.execPath, '-e', program], {
      cwd: new URL('../../..', import.meta.url).pathname,
      stdout: 'pipe',
    });
    return (await new Response(child.stdout).text()).trim();
  };
  expect(await load(undefined)).toBe('false');
  expect(await load(QUEUES.redis)).toBe('true');
});

describe('FEATURES 55: a queue server', () => {
  test('that is killed and comes back is used again, and no job is lost or run twice', async () => {
    const redis = await startRedis();
    afterTest(() => redis.stop());
    const { runs, workers, enqueue, ended, runAll } = await three(redis.address);
    await runAll(3);
    await redis.kill();
    await until('it is noticed', () => workers.every(({ isAway }) => isAway));
    const ids = await Promise.all([3, 4, 5].map(enqueue));
    for (const { clock } of workers) await clock.advance(POLL_MS);
    for (const id of ids) await ended(id);
    await redis.start();
    await until('it is used again', () => workers.every(({ isAway }) => !isAway));
    await ended(await enqueue(6));
    expect(numbers(runs)).toEqual(upTo(7));
  });

  test('that is emptied hands out what is started afterwards', async () => {
    const { runs, ended, enqueue, runAll } = await three(QUEUES.redis);
    await runAll(2);
    const redis = new RedisClient(QUEUES.redis);
    await redis.send('FLUSHALL', []);
    redis.close();
    await ended(await enqueue(2));
    expect(numbers(runs)).toEqual(upTo(3));
  });

  test('whose schema is dropped makes it anew', async () => {
    const { runs, workers, ended, enqueue, runAll } = await three(QUEUES.postgres);
    await runAll(2);
    const sql = new SQL({ url: QUEUES.postgres, max: 1 });
    await sql.unsafe('DROP SCHEMA xgpt_tickets CASCADE');
    await sql.close();
    const id = await enqueue(2);
    for (const { clock } of workers) await clock.advance(POLL_MS);
    await ended(id);
    await until('it is used again', () => workers.every(({ isAway }) => !isAway));
    await ended(await enqueue(3));
    expect(numbers(runs)).toEqual(upTo(4));
  });

  test('that cannot be reached keeps neither starts nor a shutdown waiting', async () => {
    const address = await migratedDatabase();
    const runs: Runs = [];
    const alone = node('alone', { address, queue: await refusing(), runs });
    await alone.tracker.start();
    await alone.tracker.enqueue('parcel', { number: 1 });
    await until('it has run', () => runs.length === 1);
    await until('it is noticed', () => alone.isAway);
    await alone.tracker.stop();
    expect(runs).toEqual(['alone 1']);
  });
});

test('FEATURES 55: tickets on PostgreSQL print no warnings that are meant for those who develop', async () => {
  const address = await migratedDatabase();
  const program = `
    import { z } from 'zod';
    import { createTracker, defineJob } from './src/jobs/index.ts';
    const types = ['parcel', 'letter', 'card', 'crate', 'barrel'];
    const definitions = types.map((type) =>
      defineJob({ type, input: z.object({}), concurrency: 5, run: async () => {} }));
    const tracker = createTracker({ database: '${address}', queue: '${QUEUES.postgres}', definitions });
    await tracker.start();
    for (let job = 0; job < 20; job++) await tracker.enqueue(types[job % 5], {});
    const completed = () => tracker.reader.listJobs({ status: 'completed' });
    while ((await completed()).jobs.length < 20) await Bun.sleep(20);
    await tracker.stop();
    process.exit();`;
  const child = Bun.spawn([process.execPath, '-e', program], {
    cwd: new URL('../../..', import.meta.url).pathname,
    stderr: 'pipe',
  });
  expect(await new Response(child.stderr).text()).toBe('');
});
