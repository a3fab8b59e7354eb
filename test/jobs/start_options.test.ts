import { describe, expect, test } from 'bun:test';
import type { InvalidInput, StartOptions } from '../../src/jobs/index.ts';
import { testClock } from '../support/clock.ts';
import { IS_ON_POSTGRES } from '../support/job_database.ts';
import { JobWorld } from '../support/job_world.ts';
import { errand, setup } from '../support/jobs.ts';

const HOUR_MS = 3_600_000;

/** Records the names of its jobs as they begin. */
function recorder(order: string[], concurrency = 1) {
  return errand(async ({ name }) => void order.push(name), { concurrency });
}

/** So many are claimed at once where each claim takes its time. */
const CONCURRENCY = IS_ON_POSTGRES ? 50 : 1;

describe('FEATURES 41: the order of a queue', () => {
  test('FEATURES 41: 1,000 jobs of mixed priorities of two types end by priority, and by age within one', async () => {
    const orders: Record<string, string[]> = { errand: [], chore: [] };
    const definitions = ['errand', 'chore'].map((type) => ({
      ...recorder(orders[type] ?? [], CONCURRENCY),
      type: type as 'errand',
    }));
    const { tracker, clock } = setup({ definitions });
    const jobs = Array.from({ length: 1_000 }, (_, index) => ({
      name: `${index}`,
      type: (index % 3 ? 'errand' : 'chore') as 'errand',
      priority: ((index * 7) % 21) - 10,
    }));
    const requests = jobs.map(({ name, ...job }) => ({ ...job, input: { name } }));
    await Promise.all([tracker.enqueueMany(requests), clock.advance(0)]);
    await tracker.start();
    while (Object.values(orders).flat().length < jobs.length) await clock.advance(0);
    for (const [type, order] of Object.entries(orders)) {
      const expected = jobs
        .filter((job) => job.type === type)
        .toSorted((a, b) => b.priority - a.priority || +a.name - +b.name);
      expect(order).toEqual(expected.map(({ name }) => name));
    }
    await tracker.stop();
  });

  test('FEATURES 41: a job that failed and one that waited for its time take their place by priority', async () => {
    const order: string[] = [];
    const definition = errand(
      async ({ name }, job) => {
        order.push(`${name} ${job.attempt}`);
        if (name === 'failing' && job.attempt === 1) throw new Error('not yet');
      },
      { retry: { maxAttempts: 2, baseMs: 100, maxMs: 100 } },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    const enqueue = (name: string, options: StartOptions) =>
      tracker.enqueue('errand', { name }, options);
    await Promise.all([enqueue('failing', { priority: 1 }), clock.advance(0)]);
    await tracker.start();
    await clock.advance(0);
    await tracker.stop();
    await Promise.all([
      enqueue('normal', {}),
      enqueue('later', { priority: 2, delayMs: 100 }),
      enqueue('low', { priority: -10 }),
      clock.advance(0),
    ]);
    clock.skip(200);
    await tracker.start();
    await clock.advance(0);
    expect(order).toEqual(['failing 1', 'later 1', 'failing 2', 'normal 1', 'low 1']);
    await tracker.stop();
  });

  test('FEATURES 41: a waiting job that is moved to the front starts next, whatever it waits for', async () => {
    const order: string[] = [];
    const { tracker, clock } = setup({ definitions: [recorder(order)] });
    const enqueue = (name: string, options: StartOptions = {}) =>
      tracker.enqueue('errand', { name }, options);
    const [, , , , last] = await Promise.all([
      enqueue('first'),
      enqueue('urgent', { priority: 10 }),
      enqueue('tomorrow', { delayMs: 24 * HOUR_MS }),
      enqueue('second'),
      enqueue('last', { priority: -10 }),
      clock.advance(0),
    ]);
    const later = tracker.getActiveJobs().find(({ runAt }) => runAt);
    await Promise.all([tracker.moveToFront(last.id), clock.advance(0)]);
    await Promise.all([tracker.moveToFront(later?.id ?? ''), clock.advance(0)]);
    expect(tracker.getActiveJobs().map(({ metadata }) => String(metadata?.name))).toEqual([
      'tomorrow',
      'last',
      'urgent',
      'first',
      'second',
    ]);
    await tracker.start();
    await clock.advance(0);
    expect(order).toEqual(['tomorrow', 'last', 'urgent', 'first', 'second']);
    const [isMoved] = await Promise.all([tracker.moveToFront(last.id), clock.advance(0)]);
    expect(isMoved).toBe(false);
    await tracker.stop();
  });

  test('FEATURES 41: a job that was moved to the front keeps its own priority, and has it again when it starts or is queued again', async () => {
    const begun: number[] = [];
    const { tracker, clock, database } = setup({
      definitions: [errand(async (_, { jobId }) => void begun.push(priorityOf(jobId)))],
    });
    const priorityOf = (id: string) => tracker.getJob(id)?.priority ?? Number.NaN;
    const [low, high] = await Promise.all([
      tracker.enqueue('errand', { name: 'low' }, { priority: -5 }),
      tracker.enqueue('errand', { name: 'high' }, { priority: 7 }),
      clock.advance(0),
    ]);
    for (let press = 0; press < 2; press++) {
      await Promise.all([tracker.moveToFront(low.id), clock.advance(0)]);
    }
    expect(tracker.getActiveJobs().map(({ id }) => id)).toEqual([low.id, high.id]);
    expect(tracker.getJob(low.id)).toMatchObject({ priority: -5, movedToFront: true });
    expect(tracker.getJob(high.id)).not.toHaveProperty('movedToFront');
    // One that is cancelled while it waits is queued at its own place again.
    await Promise.all([tracker.cancelJob(low.id), clock.advance(0)]);
    expect(tracker.getJob(low.id)).not.toHaveProperty('movedToFront');
    await Promise.all([tracker.retryJob(low.id), clock.advance(0)]);
    expect(tracker.getActiveJobs().map(({ id }) => id)).toEqual([high.id, low.id]);
    expect(tracker.getJob(low.id)).not.toHaveProperty('movedToFront');

    await Promise.all([tracker.moveToFront(low.id), clock.advance(0)]);
    await tracker.start();
    await clock.advance(0);
    expect(begun).toEqual([-5, 7]);
    const left = await database.all('SELECT priority, own_priority FROM jobs ORDER BY priority');
    expect(left).toEqual([
      { priority: -5, own_priority: null },
      { priority: 7, own_priority: null },
    ]);
    await tracker.stop();
  });

  test('FEATURES 41: the children of a job have its priority', async () => {
    const parent = errand(
      async ({ name }, job) => {
        if (name === 'parent') await job.runChildren('errand', [{ name: 'child' }]);
      },
      { concurrency: 2 },
    );
    const { tracker, clock } = setup({ definitions: [parent] });
    await tracker.start();
    const [{ id }] = await Promise.all([
      tracker.enqueue('errand', { name: 'parent' }, { priority: 4 }),
      clock.advance(0),
    ]);
    await clock.advance(1_000);
    expect((await tracker.reader.detailsOf(id)).children.map(({ priority }) => priority)).toEqual([
      4,
    ]);
    await tracker.stop();
  });
});

describe('FEATURES 41: a later start', () => {
  const starts: [string, (now: number) => StartOptions][] = [
    ['delayed by 10 s', () => ({ delayMs: 10_250 })],
    ['at a time in 10 s', (now) => ({ runAt: new Date(now + 10_250) })],
  ];

  for (const [name, options] of starts) {
    test(`FEATURES 41: a job ${name} starts then, and holds up nobody meanwhile`, async () => {
      const order: string[] = [];
      const { tracker, clock } = setup({ definitions: [recorder(order)] });
      await tracker.start();
      const [{ id, runAt }] = await Promise.all([
        tracker.enqueue('errand', { name: 'later' }, { priority: 10, ...options(clock.now()) }),
        tracker.enqueue('errand', { name: 'now' }),
        clock.advance(0),
      ]);
      const dueAt = clock.now() + 10_250;
      expect(runAt?.getTime()).toBe(dueAt);
      expect(tracker.getJob(id)).toMatchObject({ status: 'queued', runAt: new Date(dueAt) });
      expect(order).toEqual(['now']);
      await clock.advance(10_249);
      expect(tracker.getJob(id)?.status).toBe('queued');
      await clock.advance(50);
      expect(tracker.getJob(id)?.startedAt?.getTime()).toBe(dueAt);
      await tracker.stop();
    });
  }

  test('FEATURES 41: a job that another process delays starts on time in this one', async () => {
    const world = new JobWorld();
    try {
      const [other, here] = [
        await world.start({ concurrency: { errand: 0 } }),
        await world.start({}),
      ];
      const [{ id }] = await Promise.all([
        other.tracker.enqueue('errand', {}, { delayMs: 2_250 }),
        world.machine.advance(0),
      ]);
      await world.machine.advance(2_249);
      expect((await world.row(id))?.status).toBe('queued');
      await world.machine.advance(1);
      expect(world.workersAwake().map(({ member }) => member)).toEqual([here]);
    } finally {
      await world.close();
    }
  });

  test('FEATURES 41: while the only waiting job starts tomorrow, nothing is written', async () => {
    const { tracker, clock, database } = setup({ definitions: [recorder([])] });
    await tracker.start();
    await Promise.all([
      tracker.enqueue('errand', {}, { delayMs: 24 * HOUR_MS }),
      clock.advance(2_000),
    ]);
    const before = database.transactions();
    await clock.advance(10_000);
    expect(database.transactions()).toBe(before);
    await tracker.stop();
  });

  test('FEATURES 41: more jobs than one transaction makes ready start by priority', async () => {
    const order: string[] = [];
    const { tracker, clock } = setup({ definitions: [recorder(order, CONCURRENCY)] });
    const requests = Array.from({ length: 1_500 }, (_, index) => ({
      type: 'errand' as const,
      input: { name: `${index}` },
      delayMs: 1_000 + index,
    }));
    await Promise.all([tracker.enqueueMany(requests), clock.advance(0)]);
    clock.skip(5_000);
    await tracker.start();
    for (let turn = 0; turn < 5_000 && order.length < 1_500; turn++) await clock.advance(10);
    expect(order).toEqual(requests.map(({ input }) => input.name));
    await tracker.stop();
  });

  test('FEATURES 41: a retry by a person starts at once, whatever time the job was to start at', async () => {
    const { tracker, clock } = setup({ definitions: [recorder([])] });
    const [{ id }] = await Promise.all([
      tracker.enqueue('errand', {}, { delayMs: HOUR_MS, priority: 3 }),
      clock.advance(0),
    ]);
    await Promise.all([tracker.cancelJob(id), clock.advance(0)]);
    await Promise.all([tracker.retryJob(id), clock.advance(0)]);
    const { status, runAt, priority } = tracker.getJob(id) ?? {};
    expect({ status, runAt, priority }).toEqual({
      status: 'queued',
      runAt: undefined,
      priority: 3,
    });
  });

  test('FEATURES 41: the same start at another time is another job, not a double click', async () => {
    const { tracker, clock } = setup({ definitions: [recorder([])] });
    const start = (options: StartOptions) =>
      tracker.enqueue('errand', {}, { mergeMs: 500, ...options });
    const [one, other, same] = await Promise.all([
      start({ delayMs: 1_000 }),
      start({ delayMs: 2_000 }),
      start({ delayMs: 1_000 }),
      clock.advance(0),
    ]);
    expect(other.id).not.toBe(one.id);
    expect(same.id).toBe(one.id);
  });
});

describe('FEATURES 41: the machine’s clock is set', () => {
  test('FEATURES 41: back by an hour: a delay lasts as long as planned, a time stays the time', async () => {
    const order: string[] = [];
    const { tracker, clock } = setup({ definitions: [recorder(order)] });
    await tracker.start();
    await Promise.all([
      tracker.enqueue('errand', { name: 'delayed' }, { delayMs: 5_000 }),
      tracker.enqueue('errand', { name: 'timed' }, { runAt: new Date(clock.now() + 5_000) }),
      clock.advance(0),
    ]);
    clock.set(-HOUR_MS);
    await clock.advance(6_000);
    expect(order).toEqual(['delayed']);
    clock.skip(HOUR_MS);
    await clock.advance(1_000);
    expect(order).toEqual(['delayed', 'timed']);
    await tracker.stop();
  });

  test('FEATURES 41: forward: a job whose time has come by the clock starts within a second', async () => {
    const order: string[] = [];
    const { tracker, clock } = setup({ definitions: [recorder(order)] });
    await tracker.start();
    await Promise.all([
      tracker.enqueue('errand', { name: 'timed' }, { runAt: new Date(clock.now() + HOUR_MS) }),
      clock.advance(0),
    ]);
    clock.set(HOUR_MS);
    await clock.advance(1_000);
    expect(order).toEqual(['timed']);
    await tracker.stop();
  });
});

describe('FEATURES 41: options that cannot be', () => {
  const now = testClock().now();
  test.each<[string, StartOptions]>([
    ['priority', { priority: 11 }],
    ['priority', { priority: -11 }],
    ['priority', { priority: 0.5 }],
    ['priority', { priority: Number.NaN }],
    ['delayMs', { delayMs: -1 }],
    ['delayMs', { delayMs: 367 * 24 * HOUR_MS }],
    ['runAt', { runAt: new Date('soon') }],
    ['runAt', { runAt: new Date(now + 367 * 24 * HOUR_MS) }],
    ['runAt and delayMs', { runAt: new Date(now), delayMs: 5 }],
    ['runAt', { runAt: '2026-01-31T12:00:00Z' as unknown as Date }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: 8 * 24 * HOUR_MS }],
  ])('FEATURES 41: are refused, and %s is named: %o', async (field, options) => {
    const { tracker, clock } = setup({ definitions: [recorder([])] });
    const refused = tracker.enqueue('errand', {}, options).catch((error: unknown) => error);
    expect(Object.keys(((await refused) as InvalidInput).details).join(' and ')).toBe(field);
    const [many] = await Promise.all([
      tracker.enqueueMany([
        { type: 'errand', input: {}, ...options },
        { type: 'errand', input: {} },
      ]),
      clock.advance(0),
    ]);
    expect(many.map((answer) => 'job' in answer)).toEqual([false, true]);
    expect(tracker.getAllJobs()).toHaveLength(1);
  });
});
