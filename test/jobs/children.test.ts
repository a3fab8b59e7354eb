import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import { defineJob, type JobDefinition, PermanentError } from '../../src/jobs/index.ts';
import { errand, setup, untilAborted } from '../support/jobs.ts';

type ChoreRun = JobDefinition<'chore'>['run'];

/** An errand that starts a chore for each of these names. */
async function family(names: string[], run: ChoreRun, concurrency = 2) {
  const parent = errand(async (_, job) => {
    const children = await job.runChildren(
      'chore',
      names.map((name) => ({ name })),
      () => 10,
    );
    const failed = children.filter(({ status }) => status === 'failed');
    if (failed.length > 0) throw new PermanentError(`${failed.length} failed.`);
    return children.length;
  });
  const chore = defineJob<'chore'>({
    type: 'chore',
    concurrency,
    input: z.object({ name: z.string() }),
    run,
  });
  const parts = setup({ definitions: [parent, chore] });
  await parts.tracker.start();
  const { id } = await parts.tracker.enqueue('errand', {}, { sessionId: 'evening' });
  await parts.clock.advance(0);
  const children = async () => (await parts.tracker.reader.detailsOf(id)).children;
  return { ...parts, id, children };
}

describe('a job with children', () => {
  test('waits for all of them; they have its session and its id as parent', async () => {
    const { tracker, clock, id, children } = await family(['a', 'b', 'c'], async () => 'done');
    await clock.advance(1_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', result: 3 });
    expect(await children()).toMatchObject([
      { parentId: id, sessionId: 'evening', metadata: { name: 'a' }, status: 'completed' },
      { metadata: { name: 'b' } },
      { metadata: { name: 'c' } },
    ]);
  });

  test('has the sum of their progress, with the expected total of those that have not begun', async () => {
    const { tracker, clock, id } = await family(['a', 'b', 'c'], async ({ name }, job) => {
      await job.updateProgress(name === 'a' ? 3 : 4, name === 'a' ? 20 : 0, 'Working');
      return untilAborted(job.signal);
    });
    await clock.advance(500);
    expect(tracker.getJob(id)?.progress).toEqual({
      current: 7,
      total: 40,
      message: '0 of 3 jobs ended',
    });
  });

  test('has all its work done in the end, also when a child had nothing to do', async () => {
    const { tracker, clock, id } = await family(['a', 'b'], async ({ name }, job) => {
      if (name === 'a') await job.updateProgress(8, 8, 'Done');
    });
    await clock.advance(1_000);
    expect(tracker.getJob(id)?.progress).toMatchObject({ current: 8, total: 8 });
    expect(await tracker.reader.sessionSummary('evening')).toMatchObject({
      jobs: 3,
      progress: { current: 8, total: 8 },
    });
  });

  test('has no total as long as no child has one', async () => {
    const { tracker, clock, id } = await family(['a', 'b'], async (_, job) => {
      await job.updateProgress(3, 0, 'Working');
      return untilAborted(job.signal);
    });
    await clock.advance(500);
    expect(tracker.getJob(id)?.progress).toMatchObject({ current: 6, total: 0 });
  });

  test('cancels running and waiting children when it is cancelled', async () => {
    const { tracker, clock, id, children } = await family(['a', 'b', 'c'], (_, { signal }) =>
      untilAborted(signal),
    );
    expect((await children()).map(({ status }) => status)).toEqual([
      'running',
      'running',
      'queued',
    ]);
    await tracker.cancelJob(id);
    await clock.advance(0);
    expect((await children()).map(({ status }) => status)).toEqual(Array(3).fill('cancelled'));
    expect(tracker.getJob(id)?.status).toBe('cancelled');
  });

  test('starts them only once, even after interruptions', async () => {
    const { tracker, clock, id, children, database } = await family(['a', 'b'], (_, { signal }) =>
      untilAborted(signal),
    );
    await database.run("UPDATE jobs SET owner = 'elsewhere:1:boot' WHERE type = 'errand'");
    await clock.advance(35_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'running', attempt: 2 });
    expect(await children()).toHaveLength(2);
  });

  test('retries failed children when a person retries it, and completes', async () => {
    let isBroken = true;
    const runs: string[] = [];
    const { tracker, clock, id, children } = await family(['a', 'b', 'c'], async ({ name }) => {
      runs.push(name);
      if (name === 'b' && isBroken) throw new PermanentError('The source refused.');
    });
    await clock.advance(1_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'failed', errorMessage: '1 failed.' });
    isBroken = false;
    await tracker.retryJob(id);
    await clock.advance(1_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', result: 3 });
    expect((await children()).map(({ status }) => status)).toEqual(Array(3).fill('completed'));
    expect(runs).toEqual(['a', 'b', 'c', 'b']);

    await tracker.retryJob(id);
    await clock.advance(1_000);
    expect(runs).toEqual(['a', 'b', 'c', 'b', 'a', 'b', 'c']);
    expect(await children()).toHaveLength(3);
  });

  test('starts no child when one input is invalid', async () => {
    const { tracker, clock, id, children } = await family(['a', 7 as never], async () => {});
    await clock.advance(1_000);
    expect(tracker.getJob(id)?.status).toBe('failed');
    expect(await children()).toHaveLength(0);
  });
});
