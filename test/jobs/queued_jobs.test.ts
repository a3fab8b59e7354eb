import { describe, expect, test } from 'bun:test';
import {
  defineJob,
  InvalidInput,
  type JobDefinition,
  UnknownJobType,
} from '../../src/jobs/index.ts';
import { jobDatabase, type RunSql } from '../support/job_database.ts';
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

  test('of the jobs whose next attempt is due, the first in the queue runs first, not the first due', async () => {
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

  test('a type at its limit does not delay another', async () => {
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
    expect(await rowOf(job.id)).toMatchObject({ status: 'queued', created_at: clock.now() });
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

  test('refuses invalid input and unknown types, and creates nothing', async () => {
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

  test('G4: that returns on `isCancelled()` ends it at once, whatever it returns', async () => {
    const { tracker, clock } = setup({
      definitions: [
        errand(async (_, job) => {
          while (!job.isCancelled())
            await new Promise((resolve) => clock.after(10, () => resolve(1)));
          return { success: false };
        }),
      ],
    });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    await tracker.cancelJob(id);
    await clock.advance(10);
    const { status, errorMessage } = tracker.getJob(id) ?? {};
    expect({ status, errorMessage }).toEqual({ status: 'cancelled', errorMessage: undefined });
  });

  test('that runs goes through cancelling to cancelled; two requests are one cancel', async () => {
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

  test('whose handler never stops ends it after the grace, and frees its place', async () => {
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

describe('commit', () => {
  const withNotes = async () => {
    const database = jobDatabase();
    await database.run('CREATE TABLE notes (text TEXT)');
    const notes = async () =>
      (await database.all<{ text: string }>('SELECT text FROM notes')).map(({ text }) => text);
    return { database, notes };
  };

  test('stores rows, checkpoint and progress together, or none of them', async () => {
    const { database, notes } = await withNotes();
    const definition = errand(async ({ name }, job) => {
      await job.commit(
        { store: (run) => run("INSERT INTO notes VALUES ('kept')") },
        {
          checkpoint: { at: 1 },
          progress: { current: 1, total: 2, message: 'One' },
        },
      );
      if (name === 'fine') return;
      await job.commit(
        {
          store(run) {
            run("INSERT INTO notes VALUES ('lost')");
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
    expect(await notes()).toEqual(['kept']);
    expect(await rowOf(id)).toMatchObject({
      checkpoint: '{"at":1}',
      progress_current: 1,
      progress_message: 'One',
    });
  });

  test('of a job that was cancelled writes nothing and throws', async () => {
    const { database, notes } = await withNotes();
    const cancelled = gate();
    let thrown: unknown;
    const definition = errand(async (_, job) => {
      await cancelled.promise;
      try {
        const store = (run: RunSql) => run("INSERT INTO notes VALUES ('late')");
        await job.commit({ store }, { checkpoint: 1 });
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
    expect(await notes()).toEqual([]);
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

  test('puts the rest back into the queue at their old position, without costing an attempt', async () => {
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
