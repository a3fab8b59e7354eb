import { describe, expect, test } from 'bun:test';
import { type JobContext, PermanentError } from '../../src/jobs/index.ts';
import { errand, gate, setup, untilAborted } from '../support/jobs.ts';
import { stage, stop } from './faults_setup.ts';

const HOUR_MS = 3_600_000;

describe('FAULTS A8: the children of a job that is gone, or has failed', () => {
  /** A parent whose three children run one by one, and which fails once, when the test says so. */
  async function family() {
    const failing = gate<never>();
    let hasFailed = false;
    const children = new Map<string, () => void>();
    const contexts: JobContext[] = [];
    const parent = errand(
      async ({ name }, job) => {
        if (name !== 'parent') {
          contexts.push(job);
          const { promise, resolve } = gate();
          children.set(name, resolve);
          return Promise.race([promise, untilAborted(job.signal)]);
        }
        const inputs = ['first', 'second', 'third'].map((child) => ({ name: child }));
        const ended = job.runChildren('errand', inputs);
        if (hasFailed) return ended;
        return Promise.race([ended, failing.promise]).finally(() => {
          hasFailed = true;
        });
      },
      { concurrency: 2 },
    );
    const world = setup({ definitions: [parent] });
    const { tracker, clock } = world;
    await tracker.start();
    const { id } = await tracker.enqueue('errand', { name: 'parent' });
    await clock.advance(0);
    children.get('first')?.();
    await clock.advance(0);
    const [first, second, third] = (await tracker.reader.detailsOf(id)).children.map(
      (child) => child.id,
    ) as [string, string, string];
    const statuses = () =>
      [first, second, third].map((child) => tracker.getJob(child)?.status ?? 'gone');
    expect(statuses()).toEqual(['completed', 'running', 'queued']);
    return { ...world, id, first, second, third, statuses, failing, contexts };
  }

  test('removed by force: waiting children are removed, running ones are cancelled, ended ones stay', async () => {
    const { tracker, clock, id, statuses } = await family();
    expect(await tracker.removeJob(id, { force: true })).toBe(true);
    await clock.advance(100);
    expect(tracker.getJob(id)).toBeUndefined();
    expect(statuses()).toEqual(['completed', 'cancelled', 'gone']);
    await clock.advance(5_000);
    expect(statuses()).toEqual(['completed', 'cancelled', 'gone']);
    expect(await tracker.reader.countActive()).toEqual({ running: 0, waiting: 0 });
    await stop(tracker, clock);
  });

  test('a parent that fails early: its active children are cancelled and published, a retry retries them', async () => {
    const { tracker, clock, id, second, third, statuses, failing, contexts } = await family();
    const told = new Set<string>();
    tracker.feed.subscribe(() => {
      for (const card of tracker.feed.since(tracker.feed.version - 1)?.cards ?? []) told.add(card);
    });
    failing.reject(new PermanentError('It can never work.'));
    await clock.advance(100);
    expect(tracker.getJob(id)).toMatchObject({ status: 'failed', failure: 'permanent' });
    expect(statuses()).toEqual(['completed', 'cancelled', 'cancelled']);
    expect([...told].sort()).toEqual([id, second, third].sort());
    expect(contexts.at(-1)?.isCancelled()).toBe(true);

    expect(await tracker.retryJob(id)).toMatchObject({ id });
    const again = statuses();
    expect(again[0]).toBe('completed');
    for (const status of again.slice(1)) expect(['queued', 'running']).toContain(status);
    await stop(tracker, clock);
  });
});

test('old jobs are deleted although others fail in the same transactions', async () => {
  const { tracker, clock, database } = setup({ keepFinishedMs: HOUR_MS });
  for (let index = 0; index < 300; index++) {
    const { jobId } = await tracker.createJob('scrape');
    await tracker.completeJob(jobId, true);
  }
  clock.skip(2 * HOUR_MS);
  let isDone = false;
  const neighbour = (async () => {
    while (!isDone) await database.write('SELECT no_such_column').catch(() => {});
  })();
  await tracker.initialize();
  isDone = true;
  await neighbour;
  expect(tracker.getAllJobs()).toEqual([]);
  await stop(tracker, clock);
});

describe('FAULTS A13: why a job failed is stored once, when it fails', () => {
  test('permanent, even of a job that committed in its last attempt; exhausted otherwise', async () => {
    const { tracker, clock, job, fail, start, rowOf } = stage();
    const [permanent, exhausted] = (await start('permanent', 'exhausted')) as [string, string];
    for (const name of ['permanent', 'exhausted'])
      await job(name).commit({}, { checkpoint: 'further' });
    fail('permanent', new PermanentError('It can never work.'));
    fail('exhausted', new Error('not yet'));
    await clock.advance(100);
    expect(await rowOf(permanent)).toMatchObject({ status: 'failed', failure: 'permanent' });
    expect(tracker.getJob(permanent)?.failure).toBe('permanent');
    // An attempt that moved the checkpoint does not count.
    expect(await rowOf(exhausted)).toMatchObject({ status: 'retrying', failure: null });
    for (let tries = 0; tries < 2; tries++) {
      clock.skip(3 * HOUR_MS);
      await clock.advance(1_000);
      fail('exhausted', new Error('not yet'));
      await clock.advance(100);
    }
    expect(await rowOf(exhausted)).toMatchObject({ status: 'failed', failure: 'exhausted' });
    for (const page of [await tracker.reader.listJobs({}), { jobs: tracker.getAllJobs() }])
      expect(new Map(page.jobs.map(({ id, failure }) => [id, failure]))).toEqual(
        new Map([
          [permanent, 'permanent'],
          [exhausted, 'exhausted'],
        ]),
      );
    await stop(tracker, clock);
  });
});
