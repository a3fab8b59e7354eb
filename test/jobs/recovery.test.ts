import { describe, expect, test } from 'bun:test';
import { createTracker } from '../../src/jobs/index.ts';
import { jobDatabase } from '../support/job_database.ts';
import { errand, gate, setup, untilAborted } from '../support/jobs.ts';

const HOUR_MS = 3_600_000;

describe('FEATURES 5, 29: at start', () => {
  test('a tracked job that a dead process left running is failed as interrupted', async () => {
    const { tracker, database, rowOf } = setup();
    const { jobId } = await tracker.createJob('scrape');
    const gone = Bun.spawn(['true']);
    await gone.exited;
    const owner = String((await rowOf(jobId)).owner).replace(`:${process.pid}:`, `:${gone.pid}:`);
    await database.run('UPDATE jobs SET owner = ?', owner);
    const next = createTracker({ database: database.again().connection });
    await next.initialize();
    expect(next.getJob(jobId)).toMatchObject({
      status: 'failed',
      failure: 'interrupted',
      errorMessage: 'Interrupted: the process that ran it ended.',
    });
  });

  test('a tracked job of a live process on this host is left alone, whatever its lease', async () => {
    const { tracker, database } = setup();
    const { jobId } = await tracker.createJob('scrape');
    const next = setup({}, database);
    await next.tracker.initialize();
    await next.clock.advance(60_000);
    await next.tracker.initialize();
    expect(next.tracker.getJob(jobId)?.status).toBe('running');
  });

  test('a queued job resumes from its checkpoint in a new attempt', async () => {
    const reached = gate();
    const first = errand(async (_, job) => {
      await job.commit({}, { checkpoint: 'half way' });
      reached.resolve();
      await untilAborted(job.signal);
    });
    const { tracker, clock, database } = setup({ definitions: [first] });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    await reached.promise;

    const seen: unknown[] = [];
    const second = errand(async (_, job) => seen.push(job.checkpoint));
    const next = setup({ definitions: [second] }, database);
    await next.tracker.start();
    await next.clock.advance(0);
    expect(seen).toEqual(['half way']);
    expect(next.tracker.getJob(id)).toMatchObject({
      status: 'completed',
      attempt: 2,
      errors: ['Interrupted: the process that ran it ended.'],
    });
  });

  test('a job that kills its process every time finally fails for good', async () => {
    const database = jobDatabase();
    const poison = errand(() => new Promise(() => {}), {
      retry: { maxAttempts: 2, baseMs: 1, maxMs: 1 },
    });
    const run = async () => {
      const process = setup({ definitions: [poison] }, database);
      await process.tracker.start();
      await process.clock.advance(0);
      return process.tracker;
    };
    let tracker = await run();
    const { id } = await tracker.enqueue('errand', {});
    // Ten interruptions may be chance; after that each counts.
    for (let crash = 0; crash < 11; crash++) tracker = await run();
    expect(tracker.getJob(id)).toMatchObject({ status: 'running', attempt: 12 });
    tracker = await run();
    expect(tracker.getJob(id)).toMatchObject({ status: 'failed', attempt: 12 });
  });

  test('a cancel is carried out after its process was killed', async () => {
    const { tracker, clock, database } = setup({
      definitions: [errand(() => new Promise(() => {}))],
    });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    await tracker.cancelJob(id);
    const next = setup({}, database);
    await next.tracker.initialize();
    expect(next.tracker.getJob(id)?.status).toBe('cancelled');
  });

  test('ended jobs older than 24 h are deleted, younger and active ones stay', async () => {
    const { tracker, clock } = setup();
    const old = await tracker.createJob('scrape');
    await tracker.completeJob(old.jobId, true);
    clock.skip(HOUR_MS);
    const young = await tracker.createJob('scrape');
    await tracker.completeJob(young.jobId, false, 'no');
    const active = await tracker.enqueue('errand', {});
    clock.skip(23 * HOUR_MS + 1);
    await tracker.initialize();
    expect(tracker.getJob(old.jobId)).toBeUndefined();
    expect(tracker.getJob(young.jobId)?.status).toBe('failed');
    expect(tracker.getJob(active.id)?.status).toBe('queued');
  });

  test('initialising twice is safe: running jobs continue', async () => {
    const { tracker } = setup();
    await tracker.initialize();
    const { jobId } = await tracker.createJob('scrape');
    await tracker.initialize();
    expect(tracker.getJob(jobId)?.status).toBe('running');
  });
});

describe('leases', () => {
  test('a job of a living process of another host is left alone until its lease runs out', async () => {
    const { tracker, clock, database } = setup();
    const { jobId } = await tracker.createJob('scrape');
    const next = setup({}, database);
    await database.run("UPDATE jobs SET owner = 'elsewhere:1:boot'");
    await next.tracker.initialize();
    expect(next.tracker.getJob(jobId)?.status).toBe('running');
    await next.clock.advance(30_001);
    await next.tracker.initialize();
    expect(next.tracker.getJob(jobId)?.status).toBe('failed');
    expect(clock.now()).toBeLessThan(next.clock.now());
  });

  test('are renewed while their process lives', async () => {
    const { tracker, clock, rowOf } = setup();
    const { jobId } = await tracker.createJob('scrape');
    await clock.advance(120_000);
    expect(Number((await rowOf(jobId)).lease_until)).toBeGreaterThan(clock.now());
  });

  test('a process whose job was rescued notices it, aborts and changes nothing', async () => {
    const aborted = gate<unknown>();
    const definition = errand(async (_, job) => {
      await untilAborted(job.signal).catch(aborted.resolve);
      return 'from the sleeper';
    });
    const sleeper = setup({ definitions: [definition] });
    await sleeper.tracker.start();
    const { id } = await sleeper.tracker.enqueue('errand', {});
    await sleeper.clock.advance(0);

    const other = setup({ definitions: [errand(async () => 'from the other')] }, sleeper.database);
    await other.tracker.start();
    await other.clock.advance(0);
    expect(other.tracker.getJob(id)).toMatchObject({ status: 'completed', attempt: 2 });

    await sleeper.clock.advance(1_000);
    expect(await aborted.promise).toMatchObject({ name: 'JobFenced' });
    await sleeper.clock.advance(0);
    expect(other.tracker.getJob(id)?.result).toBe('from the other');
  });

  test('a cancel by another process is enforced after the grace, even if a commit noticed it first', async () => {
    const go = gate();
    const database = jobDatabase();
    const definition = errand(async (_, job) => {
      await go.promise;
      await expect(job.commit({}, { checkpoint: 1 })).rejects.toThrow('cancelled');
      await new Promise(() => {});
    });
    const { tracker, clock } = setup({ definitions: [definition], cancelGraceMs: 1_500 }, database);
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    await database.run("UPDATE jobs SET status = 'cancelling'");
    go.resolve();
    await clock.advance(1_500);
    expect(tracker.getJob(id)).toMatchObject({
      status: 'cancelled',
      errorMessage: expect.stringContaining('by force'),
    });
  });

  test('a cancel by another process is noticed at the next heartbeat', async () => {
    const { tracker, clock, database } = setup({
      definitions: [errand((_, { signal }) => untilAborted(signal))],
    });
    await tracker.start();
    const { id } = await tracker.enqueue('errand', {});
    await clock.advance(0);
    const other = createTracker({ database: database.again().connection });
    expect(await other.cancelJob(id)).toBe(true);
    await clock.advance(1_000);
    expect(tracker.getJob(id)?.status).toBe('cancelled');
  });
});
