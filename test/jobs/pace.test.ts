import { describe, expect, test } from 'bun:test';
import { createTracker, type Job, type JobDefinition } from '../../src/jobs/index.ts';
import { jobText } from '../../src/text/job_text.ts';
import { errand, setup, untilAborted } from '../support/jobs.ts';

/** A tracker, and the jobs as another process on its database reads them. */
function twoProcesses(definitions: JobDefinition[] = []) {
  const { database, tracker, clock } = setup({ definitions });
  const elsewhere = createTracker({ database: database.again().connection, clock });
  const paces = async (id: string) => [tracker.getJob(id), await elsewhere.readJob(id)].map(paceOf);
  return { tracker, clock, elsewhere, paces };
}

function paceOf(job: Job | undefined) {
  const { ratePerSecond, etaSeconds, stalledSince } = job ?? {};
  return { ratePerSecond, etaSeconds, stalledSince };
}

const NOTHING = { ratePerSecond: undefined, etaSeconds: undefined, stalledSince: undefined };

describe('FEATURES 52, G8: rate, time left and stall are the same in the process of the job and in others', () => {
  test('of a job that reports progress', async () => {
    const { tracker, clock, paces } = twoProcesses();
    const { jobId, updateProgress } = await tracker.createJob('scrape');
    expect(await paces(jobId)).toEqual([NOTHING, NOTHING]);
    for (let step = 1; step <= 10; step++) {
      await clock.advance(1_000);
      await updateProgress(step * 20, 1_000, `Page ${step}`);
    }
    await clock.advance(50);
    const pace = { ratePerSecond: 20, etaSeconds: 40, stalledSince: undefined };
    expect(await paces(jobId)).toEqual([pace, pace]);
  });

  test('of a job whose progress comes with its commits', async () => {
    const definition = errand(async (_, job) => {
      for (let page = 1; page <= 5; page++) {
        await new Promise<void>((resolve) => void clock.after(2_000, resolve));
        await job.commit({}, () => ({
          checkpoint: page,
          progress: { current: page * 10, total: 100, message: 'Committed' },
        }));
      }
      await untilAborted(job.signal);
    });
    const { tracker, clock, paces } = twoProcesses([definition]);
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    for (let page = 0; page <= 5; page++) await clock.advance(2_000);
    const pace = { ratePerSecond: 5, etaSeconds: 10, stalledSince: undefined };
    expect(await paces(id)).toEqual([pace, pace]);
  });

  test('of a job that has stalled: no rate, and the time of its last progress', async () => {
    const { tracker, clock, paces, elsewhere } = twoProcesses();
    const { jobId, updateProgress } = await tracker.createJob('scrape');
    for (let step = 1; step <= 5; step++) {
      await clock.advance(1_000);
      await updateProgress(step, 100, 'Reading');
    }
    await clock.advance(50);
    const last = new Date((await elsewhere.readJob(jobId))?.updatedAt ?? 0);
    await clock.advance(14_000);
    expect((await paces(jobId)).map(({ stalledSince }) => stalledSince)).toEqual([
      undefined,
      undefined,
    ]);
    await clock.advance(2_000);
    const pace = { ...NOTHING, stalledSince: last };
    expect(await paces(jobId)).toEqual([pace, pace]);
    expect([...(await tracker.reader.stalledJobs())]).toEqual([jobId]);
    expect(jobText((await elsewhere.readJob(jobId)) as Job, [])).toContain('no progress since');

    await updateProgress(6, 100, 'Reading');
    await clock.advance(50);
    for (const { stalledSince, ratePerSecond } of await paces(jobId)) {
      expect(stalledSince).toBeUndefined();
      expect(ratePerSecond).toBeGreaterThan(0);
    }
  });

  test('of a job that never reports anything', async () => {
    const { tracker, clock, paces } = twoProcesses();
    const began = new Date(clock.now());
    const { jobId } = await tracker.createJob('scrape');
    await clock.advance(15_001);
    const pace = { ...NOTHING, stalledSince: began };
    expect(await paces(jobId)).toEqual([pace, pace]);
  });

  test('of a job that reports rarely: its usual gap counts', async () => {
    const { tracker, clock, paces } = twoProcesses();
    const { jobId, updateProgress } = await tracker.createJob('scrape');
    for (let step = 1; step <= 4; step++) {
      await clock.advance(60_000);
      await updateProgress(step, 0, 'Reading');
    }
    await clock.advance(50);
    const pace = { ratePerSecond: 0.0167, etaSeconds: undefined, stalledSince: undefined };
    await clock.advance(170_000);
    expect(await paces(jobId)).toEqual([pace, pace]);
    await clock.advance(20_000);
    for (const { stalledSince } of await paces(jobId)) expect(stalledSince).toBeInstanceOf(Date);
  });

  test('is absent once the job is cancelled, has ended, or waits for another attempt', async () => {
    let isFirst = true;
    const definition = errand(async (_, job) => {
      await job.updateProgress(0, 100, 'Begins');
      await new Promise<void>((resolve) => void clock.after(1_000, resolve));
      await job.updateProgress(50, 100, 'Half way');
      await new Promise<void>((resolve) => void clock.after(1_000, resolve));
      if (isFirst) {
        isFirst = false;
        throw new Error('The connection broke.');
      }
      await untilAborted(job.signal);
    });
    const { tracker, clock, paces, elsewhere } = twoProcesses([definition]);
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(1_100);
    expect((await paces(id))[1]?.ratePerSecond).toBe(50);
    await clock.advance(1_000);
    expect((await elsewhere.readJob(id))?.status).toBe('retrying');
    expect(await paces(id)).toEqual([NOTHING, NOTHING]);
    await clock.advance(1_000);
    expect((await elsewhere.readJob(id))?.status).toBe('running');
    // The rate of the first attempt says nothing about this one.
    expect(await paces(id)).toEqual([NOTHING, NOTHING]);
    await tracker.cancelJob(id);
    await clock.advance(0);
    expect(await paces(id)).toEqual([NOTHING, NOTHING]);
  });
});
