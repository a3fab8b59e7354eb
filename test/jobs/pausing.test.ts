import { describe, expect, test } from 'bun:test';
import { z } from 'zod';
import type { InvalidInput, JobDefinition } from '../../src/jobs/index.ts';
import { JobWorld } from '../support/job_world.ts';
import { errand, gate, setup } from '../support/jobs.ts';

/** Its input has a source. */
function reading(order: string[]): JobDefinition<'errand'> {
  const definition = errand(async ({ name }) => void order.push(name));
  return { ...definition, input: definition.input.and(anySource()) } as JobDefinition<'errand'>;
}

const anySource = () => z.object({ source: z.string().optional() });

describe('FEATURES 42: a type', () => {
  test('FEATURES 42: that is paused starts nothing in any process, loses nothing, and goes on where it was', async () => {
    const world = new JobWorld();
    try {
      const [one, other] = [await world.start({}), await world.start({})];
      const enqueue = (name: string) => one.tracker.enqueue('errand', { name });
      expect(await one.tracker.pauseType('errand')).toBe(true);
      for (const name of ['a', 'b', 'c']) await enqueue(name);
      await world.machine.advance(10_000);
      expect(world.workers).toEqual([]);
      expect(other.tracker.getActiveJobs().map(({ status }) => status)).toEqual([
        'queued',
        'queued',
        'queued',
      ]);
      expect(await other.tracker.queues()).toMatchObject([
        { type: 'errand', waiting: 3, running: 0 },
      ]);
      expect((await other.tracker.queues())[0]?.pausedAt).toBeInstanceOf(Date);
      expect(await other.tracker.resumeType('errand')).toBe(true);
      await world.machine.advance(1_000);
      const names = world.workers.map(({ id }) => one.tracker.getJob(id)?.metadata?.name);
      expect(names.slice(0, 2)).toEqual(['a', 'b']);
    } finally {
      await world.close();
    }
  });

  test('FEATURES 42: that is paused lets running jobs end, and starts no further attempt', async () => {
    const failing = errand(
      async () => {
        throw new Error('not yet');
      },
      { retry: { maxAttempts: 3, baseMs: 1_000, maxMs: 1_000 } },
    );
    const { tracker, clock } = setup({ definitions: [failing] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    await tracker.pauseType('errand');
    await clock.advance(60_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'retrying', attempt: 1 });
    await tracker.resumeType('errand');
    await clock.advance(0);
    expect(tracker.getJob(id)?.attempt).toBe(2);
    await tracker.stop();
  });

  test('FEATURES 42: is paused and resumed once, however often that is asked', async () => {
    const { tracker } = setup();
    expect(await tracker.resumeType('errand')).toBe(false);
    expect([await tracker.pauseType('errand'), await tracker.pauseType('errand')]).toEqual([
      true,
      false,
    ]);
    expect([await tracker.resumeType('errand'), await tracker.resumeType('errand')]).toEqual([
      true,
      false,
    ]);
  });

  test('FEATURES 42: gets another concurrency while it runs, and its own again', async () => {
    const open = gate();
    const { tracker, clock } = setup({ definitions: [errand(() => open.promise)] });
    const running = async () => (await tracker.reader.countActive()).running;
    await tracker.start();
    for (let index = 0; index < 6; index++) await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(await running()).toBe(1);
    await tracker.setConcurrency('errand', 4);
    await clock.advance(0);
    expect(await running()).toBe(4);
    expect(await tracker.queues()).toMatchObject([{ concurrency: 4, ownConcurrency: 1 }]);
    await tracker.setConcurrency('errand', undefined);
    await clock.advance(0);
    expect(await running()).toBe(4);
    expect((await tracker.queues())[0]).not.toHaveProperty('ownConcurrency');
    open.resolve();
    await clock.advance(0);
    await tracker.stop();
  });

  test('FEATURES 42: with a concurrency of 1 never runs two in two processes that allow more', async () => {
    const world = new JobWorld();
    try {
      const [one, other] = [await world.start({}), await world.start({})];
      await one.tracker.setConcurrency('errand', 1);
      for (let index = 0; index < 6; index++) {
        await (index % 2 ? one : other).tracker.enqueue('errand', {});
      }
      for (let round = 0; round < 6; round++) {
        await world.machine.advance(1_000);
        const busy = world.workersAwake();
        expect(busy).toHaveLength(1);
        busy[0]?.finish('done');
      }
    } finally {
      await world.close();
    }
  });

  test.each([0, 1_001, 1.5, Number.NaN])(
    'FEATURES 42: cannot have a concurrency of %d',
    async (value) => {
      const { tracker } = setup();
      const refused = await tracker.setConcurrency('errand', value).catch((error) => error);
      expect(Object.keys((refused as InvalidInput).details)).toEqual(['concurrency']);
    },
  );

  test('FEATURES 42: whose queue is asked for tells how long its oldest job could have started', async () => {
    const { tracker, clock } = setup({ definitions: [errand(async () => {})] });
    await tracker.enqueue('errand', {}, { delayMs: 1 });
    await clock.advance(1_000);
    const since = new Date(clock.now());
    await tracker.enqueue('errand', {});
    await clock.advance(1_000);
    await tracker.enqueue('errand', {}, { priority: 10 });
    expect(await tracker.queues()).toMatchObject([{ waiting: 3, oldestSince: since }]);
  });
});

describe('FEATURES 42: a source', () => {
  test('FEATURES 42: that is paused holds up its own jobs only, and they keep their order', async () => {
    const order: string[] = [];
    const { tracker, clock } = setup({ definitions: [reading(order)] });
    const enqueue = (name: string, source?: string) => tracker.enqueue('errand', { name, source });
    await tracker.pauseSource('x');
    await enqueue('x 1', 'x');
    await enqueue('bluesky', 'bluesky');
    await enqueue('x 2', 'x');
    await enqueue('none');
    await tracker.start();
    await clock.advance(2_000);
    expect(order).toEqual(['bluesky', 'none']);
    const pauseOf = await tracker.reader.pauseOf();
    expect(tracker.getActiveJobs().map(pauseOf)).toEqual([{ source: 'x' }, { source: 'x' }]);
    await tracker.resumeSource('x');
    await clock.advance(0);
    expect(order).toEqual(['bluesky', 'none', 'x 1', 'x 2']);
    await tracker.stop();
  });

  test('FEATURES 42: that is paused keeps a job that is moved to the front, and a delay keeps its time', async () => {
    const order: string[] = [];
    const { tracker, clock } = setup({ definitions: [reading(order)] });
    await tracker.start();
    await tracker.pauseSource('x');
    const { id } = await tracker.enqueue('errand', { name: 'moved', source: 'x' });
    await tracker.enqueue('errand', { name: 'later', source: 'x' }, { delayMs: 60_000 });
    await clock.advance(0);
    await tracker.moveToFront(id);
    await clock.advance(1_000);
    expect(order).toEqual([]);
    await tracker.resumeSource('x');
    await clock.advance(1_000);
    expect(order).toEqual(['moved']);
    await clock.advance(60_000);
    expect(order).toEqual(['moved', 'later']);
    await tracker.stop();
  });
});
