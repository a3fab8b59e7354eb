import { describe, expect, spyOn, test } from 'bun:test';
import type { Job, QueuedJobContext } from '../../src/jobs/index.ts';
import { consequences } from '../support/clock.ts';
import { errand, setup, untilAborted } from '../support/jobs.ts';

async function setupMany(n: number, run?: (job: QueuedJobContext) => Promise<unknown>) {
  const definition = errand((_, job) => (run ?? (() => untilAborted(job.signal)))(job), {
    concurrency: 3,
  });
  const all = setup({ definitions: [definition] });
  const jobs: Job[] = [];
  for (let i = 0; i < n; i++) jobs.push(await all.tracker.enqueue('errand', { name: `job ${i}` }));
  const count = async (status: Job['status']) =>
    (await all.tracker.reader.listJobs({ status, limit: 1_000 })).jobs.length;
  return { ...all, ids: jobs.map(({ id }) => id), count };
}

describe('bulk actions', () => {
  test('cancel, retry and remove jobs and return the counts', async () => {
    const { tracker, ids, count } = await setupMany(450);
    expect(await tracker.changeJobs('cancel', ids)).toEqual({
      action: 'cancel',
      done: 450,
      skipped: 0,
    });
    expect(await count('cancelled')).toBe(450);
    await tracker.changeJobs('retry', ids.slice(0, 10));
    expect(await count('queued')).toBe(10);
    expect(await tracker.changeJobs('remove', ids)).toMatchObject({ done: 440, skipped: 10 });
    expect(tracker.getAllJobs()).toHaveLength(10);
  });

  test('skip jobs that have ended or are gone', async () => {
    const { tracker, ids } = await setupMany(4);
    await tracker.cancelJob(ids[0] as string);
    await tracker.removeJob(ids[1] as string, { force: true });
    const outcome = await tracker.changeJobs('cancel', [...ids, ids[3] as string, 'errand-none']);
    expect(outcome).toEqual({ action: 'cancel', done: 2, skipped: 3 });
  });

  test('stop running jobs as a single cancel does', async () => {
    const { tracker, clock, ids, count } = await setupMany(5);
    await tracker.start();
    await clock.advance(10);
    expect(await count('running')).toBe(3);
    const acting = tracker.changeJobs('cancel', ids);
    await clock.advance(1_000);
    expect(await acting).toMatchObject({ done: 5 });
    expect(await count('cancelled')).toBe(5);
    await tracker.stop();
  });

  test('leave jobs as they are that end between two steps', async () => {
    const { tracker, clock, ids, count } = await setupMany(300, async () => 'done');
    const pause = Promise.withResolvers<void>();
    const sleep = spyOn(Bun, 'sleep').mockImplementationOnce(() => pause.promise);
    const acting = tracker.changeJobs('cancel', ids);
    while (sleep.mock.calls.length === 0) await consequences(1);
    sleep.mockRestore();
    // The first 200 are cancelled by now; some of the others complete before the second step.
    expect(await count('cancelled')).toBe(200);
    await tracker.start();
    await clock.advance(1_000);
    expect(await count('completed')).toBeGreaterThan(0);
    pause.resolve();
    const { done, skipped } = await acting;
    expect(done + skipped).toBe(300);
    expect(await count('cancelled')).toBe(done);
    expect(await count('completed')).toBe(skipped);
    await tracker.stop();
  });

  test('make one version of the feed for each 200 jobs', async () => {
    const { tracker, ids } = await setupMany(400);
    const before = tracker.feed.version;
    await tracker.changeJobs('cancel', ids);
    expect(tracker.feed.version - before).toBe(2);
  });

  test('start retried jobs without a further signal', async () => {
    let runs = 0;
    const { tracker, clock, ids, count } = await setupMany(3, async () => ++runs);
    await tracker.start();
    await clock.advance(100);
    expect(await count('completed')).toBe(3);
    await tracker.changeJobs('retry', ids);
    await clock.advance(100);
    expect(runs).toBe(6);
    await tracker.stop();
  });
});

describe('bulk actions on a query', () => {
  test('count the jobs by status, then change them page by page', async () => {
    const { tracker, ids, count } = await setupMany(450);
    await tracker.changeJobs('cancel', ids.slice(0, 20));
    expect(await tracker.reader.countJobs({ type: 'errand' })).toEqual(
      expect.arrayContaining([
        { status: 'queued', tracked: false, count: 430 },
        { status: 'cancelled', tracked: false, count: 20 },
      ]),
    );
    expect(await tracker.changeMatching('cancel', { status: 'queued' })).toMatchObject({
      done: 430,
      skipped: 0,
    });
    expect(await tracker.changeMatching('retry', { q: 'job 44' })).toMatchObject({ done: 11 });
    expect(await count('queued')).toBe(11);
    expect(await tracker.changeMatching('remove', {})).toMatchObject({ done: 439, skipped: 11 });
  });

  test('change each job once, even when it still matches afterwards', async () => {
    const { tracker } = await setupMany(250);
    await tracker.changeMatching('cancel', {});
    expect(await tracker.changeMatching('retry', { type: 'errand' })).toMatchObject({ done: 250 });
  });
});
