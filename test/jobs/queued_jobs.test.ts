import { describe, expect, test } from 'bun:test';
import {
  defineJob,
  InvalidInput,
  type JobDefinition,
  UnknownJobType,
} from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { errand, gate, setup, untilAborted } from '../support/jobs.ts';

describe('FEATURES 15, 25: the queue', () => {
  test('runs jobs of a type first come first served, within its limit', async () => {
    const order: string[] = [];
    const gates = new Map<string, PromiseWithResolvers<void>>();
    const definition = errand(
      async ({ name }) => {
        order.push(name);
        const opened = gate();
        gates.set(name, opened);
        await opened.promise;
      },
      { concurrency: 2 },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    for (const name of ['a', 'b', 'c', 'd']) await tracker.enqueue('errand', { name });
    await tracker.start();
    await clock.advance(0);
    expect(order).toEqual(['a', 'b']);
    expect(tracker.getActiveJobs().map(({ status }) => status)).toEqual([
      'running',
      'running',
      'queued',
      'queued',
    ]);

    gates.get('b')?.resolve();
    await clock.advance(0);
    expect(order).toEqual(['a', 'b', 'c']);
    gates.get('a')?.resolve();
    await clock.advance(0);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  test('of those whose next attempt is due, the first in the line goes first, not the first due', async () => {
    const begun: string[] = [];
    const waitFor = new Map([
      ['first', 5_000],
      ['second', 1_000],
    ]);
    const definition = errand(async ({ name }, job) => {
      begun.push(`${name} ${job.attempt}`);
      if (job.attempt > 1) return;
      const retryAt = new Date(clock.now() + (waitFor.get(name) ?? 0));
      throw Object.assign(new Error('Not yet.'), { retryAt });
    });
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.enqueue('errand', { name: 'first' });
    await tracker.enqueue('errand', { name: 'second' });
    await tracker.start();
    await clock.advance(0);
    await tracker.stop();
    clock.skip(60_000);
    await tracker.start();
    await clock.advance(0);
    expect(begun).toEqual(['first 1', 'second 1', 'first 2', 'second 2']);
  });

  test('a full type does not hold up another', async () => {
    const busy = errand(() => new Promise(() => {}));
    const chore = defineJob<'chore'>({
      ...(errand(async () => 'done') as unknown as JobDefinition<'chore'>),
      type: 'chore',
    });
    const { tracker, clock } = setup({ definitions: [busy, chore] });
    await tracker.start();
    await tracker.enqueue('errand', {});
    await tracker.enqueue('errand', {});
    const job = await tracker.enqueue('chore', {});
    await clock.advance(0);
    expect(tracker.getJob(job.id)?.status).toBe('completed');
  });

  test('is on disk as queued before enqueue returns, and 26: keeps times, input and result', async () => {
    const { tracker, clock, rowOf } = setup({
      definitions: [errand(async ({ name }) => ({ greeted: name }))],
    });
    const job = await tracker.enqueue('errand', { name: 'Ada' }, { sessionId: 'morning' });
    expect(job).toMatchObject({ status: 'queued', attempt: 0, sessionId: 'morning' });
    expect(rowOf(job.id)).toMatchObject({ status: 'queued', created_at: clock.now() });
    const createdAt = new Date(clock.now());
    await clock.advance(2_000);
    await tracker.start();
    await clock.advance(0);
    expect(tracker.getJob(job.id)).toMatchObject({
      status: 'completed',
      createdAt,
      startedAt: new Date(clock.now()),
      updatedAt: new Date(clock.now()),
      completedAt: new Date(clock.now()),
      metadata: { name: 'Ada' },
      result: { greeted: 'Ada' },
      attempt: 1,
    });
  });

  test('refuses bad input and unknown types, and creates nothing', async () => {
    const { tracker } = setup({ definitions: [errand(async () => {})] });
    const bad = tracker.enqueue('errand', { name: 7 });
    await expect(bad).rejects.toBeInstanceOf(InvalidInput);
    await expect(bad).rejects.toMatchObject({ details: { name: 'Name is missing.' } });
    await expect(tracker.enqueue('nonsense' as 'errand', {})).rejects.toBeInstanceOf(
      UnknownJobType,
    );
    expect(tracker.getAllJobs()).toEqual([]);
  });
});

describe('FEATURES 4: cancelling a queued job', () => {
  test('that waits ends it at once; it never runs', async () => {
    let ran = false;
    const { tracker, clock } = setup({
      definitions: [
        errand(async () => {
          ran = true;
        }),
      ],
    });
    const { id } = await tracker.enqueue('errand', {});
    expect(await tracker.cancelJob(id)).toBe(true);
    expect(tracker.getJob(id)?.status).toBe('cancelled');
    await tracker.start();
    await clock.advance(0);
    expect(ran).toBe(false);
  });

  test('that runs goes through cancelling to cancelled; pressing twice is one cancel', async () => {
    const stopped = gate();
    const { tracker, clock } = setup({
      definitions: [
        errand(async (_, { signal }) => {
          await untilAborted(signal).catch(() => {});
          await stopped.promise;
          return 'a late success';
        }),
      ],
    });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(await tracker.cancelJob(id)).toBe(true);
    expect(await tracker.cancelJob(id)).toBe(true);
    expect(tracker.getJob(id)?.status).toBe('cancelling');
    stopped.resolve();
    await clock.advance(0);
    expect(tracker.getJob(id)).toMatchObject({ status: 'cancelled' });
    expect(tracker.getJob(id)?.result).toBeUndefined();
    expect(await tracker.cancelJob(id)).toBe(false);
  });

  test('whose handler never stops: fenced after the grace, its place goes to the next', async () => {
    const started: string[] = [];
    const { tracker, clock } = setup({
      cancelGraceMs: 3_000,
      definitions: [
        errand(({ name }) => {
          started.push(name);
          return new Promise(() => {});
        }),
      ],
    });
    await tracker.start();
    const stuck = await tracker.enqueue('errand', { name: 'stuck' });
    await tracker.enqueue('errand', { name: 'next' });
    await clock.advance(0);
    await tracker.cancelJob(stuck.id);
    await clock.advance(3_000);
    expect(tracker.getJob(stuck.id)).toMatchObject({
      status: 'cancelled',
      errorMessage: 'Stopped by force: the handler was still running 3 s after the cancel.',
    });
    expect(started).toEqual(['stuck', 'next']);
  });
});

describe('FEATURES 28: retrying', () => {
  test('an attempt that fails waits with growing pauses, then fails for good', async () => {
    let attempts = 0;
    const definition = errand(
      async () => {
        attempts++;
        throw new Error(`attempt ${attempts} failed`);
      },
      { retry: { maxAttempts: 3, baseMs: 1_000, maxMs: 60_000 } },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(tracker.getJob(id)).toMatchObject({ status: 'retrying', errors: ['attempt 1 failed'] });
    const firstWait = (tracker.getJob(id)?.retryAt?.getTime() ?? 0) - clock.now();
    expect(firstWait).toBeGreaterThanOrEqual(500);
    expect(firstWait).toBeLessThanOrEqual(1_000);
    await clock.advance(2_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'retrying', attempt: 2 });
    await clock.advance(3_000);
    expect(tracker.getJob(id)).toMatchObject({
      status: 'failed',
      errorMessage: 'attempt 3 failed',
      errors: ['attempt 1 failed', 'attempt 2 failed', 'attempt 3 failed'],
    });
    expect(attempts).toBe(3);
  });

  test('a permanent error is not tried again; a rate limit waits until its time', async () => {
    const retryAt = { value: new Date(0) };
    const failing = errand(async ({ name }) => {
      const hints = name === 'permanent' ? { permanent: true } : { retryAt: retryAt.value };
      throw Object.assign(new Error('no'), hints);
    });
    const { tracker, clock } = setup({ definitions: [{ ...failing, concurrency: 2 }] });
    retryAt.value = new Date(clock.now() + 900_000);
    await tracker.start();
    const permanent = await tracker.enqueue('errand', { name: 'permanent' });
    const limited = await tracker.enqueue('errand', { name: 'limited' });
    await clock.advance(0);
    expect(tracker.getJob(permanent.id)).toMatchObject({ status: 'failed', attempt: 1 });
    expect(tracker.getJob(limited.id)).toMatchObject({
      status: 'retrying',
      retryAt: retryAt.value,
    });
    await clock.advance(899_000);
    expect(tracker.getJob(limited.id)?.attempt).toBe(1);
    await clock.advance(2_000);
    expect(tracker.getJob(limited.id)?.attempt).toBe(2);
  });

  test('an error that cannot say when to try again, or what it is, is tried again like any other', async () => {
    const thrown = [
      Object.assign(new Error('limited'), { retryAt: new Date('soon') }),
      Object.assign(new Error('limited'), { retryAt: '2026-01-01' }),
      Object.assign(new Error('limited'), { message: { code: 1 } }),
      Object.create(null),
      undefined,
    ];
    const failing = errand(() => Promise.reject(thrown.pop()), { concurrency: thrown.length });
    const { tracker, clock } = setup({ definitions: [failing] });
    await tracker.start();
    for (const _ of [...thrown]) await tracker.enqueue('errand', {});
    await clock.advance(0);
    for (const job of tracker.getAllJobs()) {
      expect(job).toMatchObject({ status: 'retrying', errors: [expect.any(String)] });
      expect(Number(job.retryAt) - clock.now()).toBeLessThanOrEqual(1_000);
    }
  });

  test('a result that is not JSON fails the job for good instead of keeping it running', async () => {
    const results: unknown[] = [10n, () => 1];
    const returning = errand(async () => results.pop(), { concurrency: 2 });
    const { tracker, clock } = setup({ definitions: [returning] });
    await tracker.start();
    for (const _ of [...results]) await tracker.enqueue('errand', {});
    await clock.advance(0);
    for (const job of tracker.getAllJobs()) {
      expect(job).toMatchObject({
        status: 'failed',
        attempt: 1,
        errorMessage: expect.stringContaining('result is not JSON-serialisable'),
      });
    }
  });

  test('an attempt that got further does not count against the limit', async () => {
    let runs = 0;
    const definition = errand(
      async (_, job) => {
        runs++;
        const done = ((job.checkpoint as number | undefined) ?? 0) + 1;
        await job.commit({}, { checkpoint: done });
        if (done < 6) throw new Error('one step a time');
        return done;
      },
      { retry: { maxAttempts: 2, baseMs: 10, maxMs: 10 } },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(10_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', result: 6 });
    expect(runs).toBe(6);
  });

  test('an attempt that only repeats what an earlier one did counts', async () => {
    const definition = errand(
      async (_, job) => {
        await job.commit({}, { checkpoint: 'the same place' });
        throw new Error('stuck');
      },
      { retry: { maxAttempts: 2, baseMs: 10, maxMs: 10 } },
    );
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(60_000);
    expect(tracker.getJob(id)).toMatchObject({ status: 'failed', attempt: 3 });
  });

  test('retryJob goes on from the checkpoint of a failed job, and starts a completed one anew', async () => {
    const seen: unknown[] = [];
    let broken = true;
    const definition = errand(async (_, job) => {
      seen.push(job.checkpoint);
      await job.commit({}, { checkpoint: 'half' });
      if (broken) throw Object.assign(new Error('broken'), { permanent: true });
      return 'whole';
    });
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    expect(tracker.getJob(id)?.status).toBe('failed');

    broken = false;
    // A place was free, which took it in the same transaction.
    const retried = await tracker.retryJob(id);
    expect(retried).toMatchObject({ status: 'running', attemptsUsed: 1, errors: ['broken'] });
    await clock.advance(0);
    expect(tracker.getJob(id)).toMatchObject({ status: 'completed', result: 'whole', attempt: 2 });
    await tracker.retryJob(id);
    await clock.advance(0);
    expect(seen).toEqual([undefined, 'half', undefined]);
  });

  test('two presses in one moment are one job, and a press after its end is another', async () => {
    const { tracker, clock } = setup({ definitions: [errand(async () => 'done')] });
    const press = () => tracker.enqueue('errand', { name: 'one' }, { mergeMs: 500 });
    const pressed = await Promise.all([press(), press(), press()]);
    expect(new Set(pressed.map(({ id }) => id)).size).toBe(1);
    await tracker.start();
    await clock.advance(0);
    const again = await Promise.all([press(), press()]);
    expect(again[0]?.id).not.toBe(pressed[0]?.id as string);
    expect(again[1]?.id).toBe(again[0]?.id as string);
  });

  test('retryJob leaves active, tracked and unknown jobs alone', async () => {
    const { tracker } = setup({ definitions: [errand(async () => {})] });
    const waiting = await tracker.enqueue('errand', {});
    const tracked = await tracker.createJob('errand');
    await tracker.completeJob(tracked.jobId, true);
    expect(await tracker.retryJob(waiting.id)).toBeUndefined();
    expect(await tracker.retryJob(tracked.jobId)).toBeUndefined();
    expect(await tracker.retryJob('errand-unknown')).toBeUndefined();
  });
});

describe('commit', () => {
  const withNotes = () => {
    const database = openDatabase(':memory:');
    database.run('CREATE TABLE notes (text TEXT)');
    const notes = () => database.query('SELECT text FROM notes').values().flat();
    return { database, notes };
  };

  test('stores rows, checkpoint and progress together, or none of them', async () => {
    const { database, notes } = withNotes();
    const definition = errand(async ({ name }, job) => {
      await job.commit(
        { write: () => database.run("INSERT INTO notes VALUES ('kept')") },
        {
          checkpoint: { at: 1 },
          progress: { current: 1, total: 2, message: 'One' },
        },
      );
      if (name === 'fine') return;
      await job.commit(
        {
          write() {
            database.run("INSERT INTO notes VALUES ('lost')");
            throw Object.assign(new Error('in the middle'), { permanent: true });
          },
        },
        { checkpoint: { at: 2 }, progress: { current: 2, total: 2, message: 'Two' } },
      );
    });
    const { tracker, clock, rowOf } = setup({ definitions: [definition] }, database);
    await tracker.start();
    const { id } = await tracker.enqueue('errand', { name: 'breaks' });
    await clock.advance(0);
    expect(notes()).toEqual(['kept']);
    expect(rowOf(id)).toMatchObject({
      checkpoint: '{"at":1}',
      progress_current: 1,
      progress_message: 'One',
    });
  });

  test('of a job that was cancelled writes nothing and throws', async () => {
    const { database, notes } = withNotes();
    const cancelled = gate();
    let thrown: unknown;
    const definition = errand(async (_, job) => {
      await cancelled.promise;
      try {
        const write = () => database.run("INSERT INTO notes VALUES ('late')");
        await job.commit({ write }, { checkpoint: 1 });
      } catch (error) {
        thrown = error;
        throw error;
      }
    });
    const { tracker, clock } = setup({ definitions: [definition] }, database);
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    await tracker.cancelJob(id);
    cancelled.resolve();
    await clock.advance(0);
    expect(notes()).toEqual([]);
    expect(thrown).toMatchObject({ name: 'JobCancelled' });
    expect(tracker.getJob(id)?.status).toBe('cancelled');
  });
});

describe('FEATURES 29: stopping', () => {
  test('lets handlers finish within the drain time and claims nothing new', async () => {
    const finish = gate();
    const { tracker, clock } = setup({ definitions: [errand(() => finish.promise)] });
    await tracker.start();
    const first = await tracker.enqueue('errand', {});
    const second = await tracker.enqueue('errand', {});
    await clock.advance(0);
    const stopped = tracker.stop(5_000);
    await clock.advance(1_000);
    finish.resolve();
    await stopped;
    expect(tracker.getJob(first.id)?.status).toBe('completed');
    expect(tracker.getJob(second.id)?.status).toBe('queued');
  });

  test('puts the rest back into the line at their old place, without costing an attempt', async () => {
    const definition = errand((_, { signal }) => untilAborted(signal));
    const { tracker, clock } = setup({ definitions: [definition] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    const later = await tracker.enqueue('errand', {});
    await clock.advance(0);
    const left = (job = tracker.getJob(id)) => (job?.maxAttempts ?? 0) - (job?.attemptsUsed ?? 0);
    const before = left() + 1;
    const stopped = tracker.stop(100);
    await clock.advance(100);
    await stopped;
    expect(tracker.getJob(id)).toMatchObject({ status: 'queued', errors: [] });
    expect(left()).toBe(before);
    expect(tracker.getActiveJobs().map((job) => job.id)).toEqual([id, later.id]);
  });

  test('does not wait for a handler that ignores its signal', async () => {
    const { tracker, clock } = setup({ definitions: [errand(() => new Promise(() => {}))] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    const stopped = tracker.stop(100);
    await clock.advance(1_200);
    await stopped;
    expect(tracker.getJob(id)?.status).toBe('queued');
  });
});
