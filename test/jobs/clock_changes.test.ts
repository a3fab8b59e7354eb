import { describe, expect, test } from 'bun:test';
import { LeaseWatch } from '../../src/jobs/engine/lease_watch.ts';
import { errand, setup, untilAborted } from '../support/jobs.ts';

const HOUR_MS = 3_600_000;

const working = errand((_, { signal }) => untilAborted(signal));

describe('the machine’s clock is set', () => {
  for (const jump of [HOUR_MS, -HOUR_MS]) {
    const direction = jump > 0 ? 'forward' : 'back';

    test(`${direction} by an hour: no job is rescued, and none runs twice`, async () => {
      const first = setup({ definitions: [working] });
      await first.tracker.start();
      const { id } = await first.tracker.enqueue('errand', {});
      await first.clock.advance(0);
      await first.database.run("UPDATE jobs SET owner = 'elsewhere:1:boot'");
      const second = setup({ definitions: [working] }, first.database);
      await second.tracker.start();
      await second.clock.advance(1_000);
      second.clock.set(jump);
      await second.clock.advance(20_000);
      expect(second.tracker.getJob(id)).toMatchObject({ status: 'running', attempt: 1 });
    });

    test(`${direction} by an hour: progress is still published, and no job counts as stalled`, async () => {
      const { tracker, clock } = setup();
      const job = await tracker.createJob('scrape');
      await job.updateProgress(1, 10, 'One');
      await clock.advance(1_000);
      clock.set(jump);
      await job.updateProgress(2, 10, 'Two');
      await clock.advance(100);
      expect((await tracker.reader.stalledJobs()).size).toBe(0);
      await job.updateProgress(3, 10, 'Three');
      await clock.advance(50);
      expect(tracker.feed.since(tracker.feed.version - 1)?.progressed).toEqual(
        new Set([job.jobId]),
      );
      await clock.advance(16_000);
      const since = tracker.getJob(job.jobId)?.stalledSince?.getTime() ?? 0;
      expect(clock.now() - since).toBeGreaterThan(16_000);
      expect(clock.now() - since).toBeLessThan(17_000);
    });
  }

  test('back by an hour: the next attempt begins as planned, not an hour later', async () => {
    let attempts = 0;
    const failing = errand(
      async () => {
        if (++attempts === 1) throw new Error('not yet');
      },
      { retry: { maxAttempts: 3, baseMs: 5_000, maxMs: 5_000 } },
    );
    const { tracker, clock } = setup({ definitions: [failing] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(tracker.getJob(id)?.status).toBe('retrying');
    clock.set(-HOUR_MS);
    await clock.advance(8_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', attempt: 2 });
    await tracker.stop();
  });

  test('back by an hour: jobs that ended before still leave the taskbar', async () => {
    const { tracker, clock } = setup();
    const { jobId } = await tracker.createJob('scrape');
    await tracker.completeJob(jobId, true);
    const shown = () => tracker.reader.getCurrentJobs(new Date(clock.now() - 30_000), 24);
    expect(await shown()).toHaveLength(1);
    clock.set(-HOUR_MS);
    expect(await shown()).toHaveLength(0);
  });
});

describe('a lease', () => {
  const held = (until: number) => [
    { id: 'one', attempt: 1, owner: 'elsewhere:1:boot', until, tracked: false },
  ];

  test('runs out when it was not renewed for its whole length while observed', () => {
    const watch = new LeaseWatch(30_000);
    expect(watch.runOut(held(5), 0)).toEqual([]);
    expect(watch.runOut(held(5), 30_000)).toEqual([]);
    expect(watch.runOut(held(5), 30_001)).toEqual(held(5));
  });

  test('is counted again from every renewal, and from the first observation', () => {
    const watch = new LeaseWatch(30_000);
    watch.runOut(held(5), 0);
    expect(watch.runOut(held(6), 30_001)).toEqual([]);
    expect(watch.runOut(held(6), 60_001)).toEqual([]);
    expect(watch.runOut(held(6), 60_002)).toEqual(held(6));
    expect(new LeaseWatch(30_000).runOut(held(6), 999_999)).toEqual([]);
  });
});
