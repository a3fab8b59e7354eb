import { describe, expect, test } from 'bun:test';
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
  const count = (status: Job['status']) =>
    all.tracker.reader.listJobs({ status, limit: 1_000 }).jobs.length;
  return { ...all, ids: jobs.map(({ id }) => id), count };
}

describe('many jobs at once', () => {
  test('are cancelled, retried and removed, and the counts say so', async () => {
    const { tracker, ids, count } = await setupMany(450);
    expect(await tracker.changeJobs('cancel', ids)).toEqual({
      action: 'cancel',
      done: 450,
      skipped: 0,
    });
    expect(count('cancelled')).toBe(450);
    await tracker.changeJobs('retry', ids.slice(0, 10));
    expect(count('queued')).toBe(10);
    expect(await tracker.changeJobs('remove', ids)).toMatchObject({ done: 440, skipped: 10 });
    expect(tracker.getAllJobs()).toHaveLength(10);
  });

  test('of which some ended or went meanwhile: those are skipped', async () => {
    const { tracker, ids } = await setupMany(4);
    await tracker.cancelJob(ids[0] as string);
    await tracker.removeJob(ids[1] as string, { force: true });
    const outcome = await tracker.changeJobs('cancel', [...ids, ids[3] as string, 'errand-none']);
    expect(outcome).toEqual({ action: 'cancel', done: 2, skipped: 3 });
  });

  test('that are at work stop as after a single cancel', async () => {
    const { tracker, clock, ids, count } = await setupMany(5);
    await tracker.start();
    await clock.advance(10);
    expect(count('running')).toBe(3);
    const acting = tracker.changeJobs('cancel', ids);
    await clock.advance(1_000);
    expect(await acting).toMatchObject({ done: 5 });
    expect(count('cancelled')).toBe(5);
    await tracker.stop();
  });

  test('end between two steps without harm: an end that came first stays', async () => {
    const { tracker, clock, ids, count } = await setupMany(300, async () => 'done');
    const acting = tracker.changeJobs('cancel', ids);
    await consequences(1);
    // The first 200 are cancelled by now; of the rest, some get done before the second step.
    expect(count('cancelled')).toBe(200);
    await tracker.start();
    await clock.advance(1_000);
    const { done, skipped } = await acting;
    expect(done + skipped).toBe(300);
    expect(count('cancelled')).toBe(done);
    expect(count('completed')).toBe(skipped);
    await tracker.stop();
  });

  test('are one frame of the feed for each 200', async () => {
    const { tracker, ids } = await setupMany(400);
    const before = tracker.feed.frame;
    await tracker.changeJobs('cancel', ids);
    expect(tracker.feed.frame - before).toBe(2);
  });

  test('retried, run without another push', async () => {
    let runs = 0;
    const { tracker, clock, ids, count } = await setupMany(3, async () => ++runs);
    await tracker.start();
    await clock.advance(100);
    expect(count('completed')).toBe(3);
    await tracker.changeJobs('retry', ids);
    await clock.advance(100);
    expect(runs).toBe(6);
    await tracker.stop();
  });
});

describe('all jobs that match', () => {
  test('are counted by what can be done to them, then changed, page by page', async () => {
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
    expect(count('queued')).toBe(11);
    expect(await tracker.changeMatching('remove', {})).toMatchObject({ done: 439, skipped: 11 });
  });

  test('once, even when they match again afterwards', async () => {
    const { tracker } = await setupMany(250);
    await tracker.changeMatching('cancel', {});
    expect(await tracker.changeMatching('retry', { type: 'errand' })).toMatchObject({ done: 250 });
  });
});
