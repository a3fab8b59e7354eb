import { describe, expect, test } from 'bun:test';
import type { StartOptions } from '../../src/jobs/index.ts';
import { errand, setup, untilAborted } from '../support/jobs.ts';

describe('FEATURES 41: a time limit', () => {
  const limited = (timeouts?: boolean) =>
    errand((_, { signal }) => untilAborted(signal), {
      retry: { maxAttempts: 2, baseMs: 1_000, maxMs: 1_000, ...(timeouts && { timeouts }) },
      timeoutMs: 60_000,
    });

  async function started(options: StartOptions, definition = limited()) {
    const world = setup({ definitions: [definition], cancelGraceMs: 10_000 });
    await world.tracker.start();
    const [{ id }] = await Promise.all([
      world.tracker.enqueue('errand', {}, options),
      world.clock.advance(0),
    ]);
    return { ...world, id, job: () => world.tracker.getJob(id) };
  }

  test('FEATURES 41: the job fails with its own failure when its time is up, and is not retried', async () => {
    const { job, clock, tracker } = await started({ timeoutMs: 5_000 });
    expect(job()?.timeoutMs).toBe(5_000);
    await clock.advance(4_999);
    expect(job()?.status).toBe('running');
    await clock.advance(1);
    expect(job()).toMatchObject({
      status: 'failed',
      failure: 'timeout',
      attempt: 1,
      errorMessage: 'The job exceeded its time limit of 5 s.',
    });
    await tracker.stop();
  });

  test('FEATURES 41: a limit below a second is told in milliseconds', async () => {
    const { job, clock, tracker } = await started({ timeoutMs: 100 });
    await clock.advance(100);
    expect(job()?.errorMessage).toBe('The job exceeded its time limit of 100 ms.');
    await tracker.stop();
  });

  test('FEATURES 41: a job without a limit of its own has that of its type', async () => {
    const { job, clock, tracker } = await started({});
    expect(job()?.timeoutMs).toBe(60_000);
    await clock.advance(60_000);
    expect(job()).toMatchObject({ status: 'failed', failure: 'timeout' });
    await tracker.stop();
  });

  test('FEATURES 41: a type that says so retries, with the whole time again, and fails for lack of time', async () => {
    const { job, clock, tracker } = await started({ timeoutMs: 5_000 }, limited(true));
    await clock.advance(5_000);
    expect(job()).toMatchObject({ status: 'retrying', attempt: 1 });
    await clock.advance(1_000);
    expect(job()).toMatchObject({ status: 'running', attempt: 2 });
    await clock.advance(3_999);
    expect(job()?.status).toBe('running');
    await clock.advance(1_001);
    expect(job()).toMatchObject({ status: 'failed', failure: 'timeout', attempt: 2 });
    await tracker.stop();
  });

  test.each([
    ['returns too late', () => 'done'],
    [
      'throws something else',
      () => {
        throw new Error('Something else.');
      },
    ],
  ])('FEATURES 41: a handler that %s has run out of time all the same', async (_, late) => {
    const deaf = errand((__, { signal }) => untilAborted(signal).catch(late));
    const { job, clock, tracker } = await started({ timeoutMs: 1_000 }, deaf);
    await clock.advance(1_000);
    expect(job()).toMatchObject({ status: 'failed', failure: 'timeout' });
    expect(job()?.result).toBeUndefined();
    await tracker.stop();
  });

  test('FEATURES 41: a handler that does not stop is ended after the grace, and not run a second time beside it', async () => {
    const stuck = errand(() => new Promise(() => {}), {
      retry: { maxAttempts: 5, baseMs: 1_000, maxMs: 1_000, timeouts: true },
    });
    const { job, clock } = await started({ timeoutMs: 1_000 }, stuck);
    await clock.advance(10_999);
    expect(job()?.status).toBe('running');
    await clock.advance(1);
    expect(job()).toMatchObject({
      status: 'failed',
      failure: 'timeout',
      errorMessage:
        'The job exceeded its time limit of 1 s. Stopped by force: the handler was still running 10 s after that.',
    });
  });

  test('FEATURES 41: what a handler commits after its time is up is kept until it has stopped', async () => {
    const saving = errand(async (_, job) => {
      await untilAborted(job.signal).catch(() => {});
      await job.commit({}, { checkpoint: 'saved at the end' });
    });
    const { rowOf, id, clock, tracker } = await started({ timeoutMs: 1_000 }, saving);
    await clock.advance(1_000);
    expect(await rowOf(id)).toMatchObject({
      status: 'failed',
      failure: 'timeout',
      checkpoint: '"saved at the end"',
    });
    await tracker.stop();
  });

  test('FEATURES 41: a job that has run out of time undoes its completed steps', async () => {
    const undone: string[] = [];
    const stepping = errand(async (_, job) => {
      await job.step('order', () => 'ordered', { compensate: () => void undone.push('order') });
      await job.step('wait', () => untilAborted(job.signal));
    });
    const { job, id, clock, tracker } = await started({ timeoutMs: 1_000 }, stepping);
    await clock.advance(1_000);
    expect(job()).toMatchObject({ status: 'failed', failure: 'timeout' });
    expect(undone).toEqual(['order']);
    expect((await tracker.reader.stepsOf(id)).map(({ status }) => status)).toEqual([
      'compensated',
      'failed',
    ]);
    await tracker.stop();
  });

  test('FEATURES 41: a cancel after the time is up cancels the job', async () => {
    const stuck = errand(() => new Promise(() => {}));
    const { job, id, clock, tracker } = await started({ timeoutMs: 1_000 }, stuck);
    await clock.advance(5_000);
    await Promise.all([tracker.cancelJob(id), clock.advance(0)]);
    await clock.advance(10_000);
    expect(job()).toMatchObject({ status: 'cancelled' });
    expect(job()?.failure).toBeUndefined();
  });

  test('FEATURES 41: the next process gives a job whose process was killed its limit again', async () => {
    const first = await started({ timeoutMs: 5_000 });
    await first.clock.advance(4_000);
    await first.database.run("UPDATE jobs SET owner = 'elsewhere:1:boot', lease_until = 0");
    const second = setup({ definitions: [limited()], leaseMs: 1_000 }, first.database);
    await second.tracker.start();
    await second.clock.advance(3_000);
    expect(second.tracker.getJob(first.id)).toMatchObject({ status: 'running', attempt: 2 });
    await second.clock.advance(5_000);
    expect(second.tracker.getJob(first.id)).toMatchObject({ status: 'failed', failure: 'timeout' });
    await second.tracker.stop();
  });
});
