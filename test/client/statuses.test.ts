import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type Client, createClient } from 'xgpt/client';
import { z } from 'zod';
import { type ServerJob, stateOf } from '../../src/client/job_state.ts';
import { defineJob, PermanentError, type QueuedJobContext } from '../../src/jobs/index.ts';
import {
  closeStagedApps,
  type StagedApp,
  standStill,
  startStagedApp,
  untilStopped,
} from '../support/staged_app.ts';
import { until } from '../support/wait.ts';
import { record } from './recorder.ts';

// Servers and streams, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(closeStagedApps);

const HOUR_MS = 3_600_000;
const HELD = new Map<string, () => void>();

/** Lets the job go on that is held, and only once. */
async function release(id: string | null | undefined): Promise<void> {
  const letGo = await until(`${id} is held`, () => HELD.get(String(id)));
  HELD.delete(String(id));
  letGo();
}

/** Ends, or does not, as its user's name says. */
async function act({ username }: { username: string }, job: QueuedJobContext): Promise<unknown> {
  switch (username) {
    case 'quick':
      await job.updateProgress(40, 40, 'Reading page 2 of 2');
      return { posts: 40, newPosts: 12, username };
    case 'held':
      await job.updateProgress(1, 3, 'One of three');
      await new Promise<void>((resolve) => HELD.set(job.jobId, resolve));
      return { posts: 3, newPosts: 3, username };
    case 'endless':
      await job.updateProgress(12, 0, 'Looking for more');
      return untilStopped(job);
    case 'deaf':
      await job.updateProgress(1, 4, 'Reading');
      await new Promise<void>((resolve) => HELD.set(job.jobId, resolve));
      throw new Error('It should have stopped.');
    case 'refused':
      throw new PermanentError('The source refused the credentials.');
    case 'refused_late':
      if (job.attempt === 1) throw new Error('The connection broke.');
      await job.commit({}, { checkpoint: { pages: 1 } });
      throw new PermanentError('The source refused the credentials.');
    case 'unlucky':
      throw new Error('The connection broke.');
    case 'busy':
      throw Object.assign(new Error('The source asks to wait.'), {
        retryAt: new Date(Date.now() + HOUR_MS),
      });
    case 'in_parts':
      await job.step('look', () => 40);
      await job.step('read', () => standStill(undefined, job));
      return undefined;
    default:
      return standStill(undefined, job);
  }
}

let app: StagedApp;
let client: Client;

beforeAll(async () => {
  app = await startStagedApp();
  app.tracker.define(
    defineJob<'scrape'>({
      type: 'scrape',
      concurrency: 50,
      retry: { maxAttempts: 2, baseMs: 1 },
      input: z.object({ username: z.string().min(3, 'Username is too short.') }) as never,
      run: async (input, job) => (await act(input as { username: string }, job)) as never,
    }),
  );
  client = createClient({ url: app.url });
});

const scrape = (username: string) => client.track({ type: 'scrape', input: { username } });

describe('FEATURES 9 and 10: a job as a store', () => {
  test('is loading until the job exists, and has its output in the end', async () => {
    const store = scrape('quick');
    const seen = record(store);
    expect(seen.states).toMatchObject([{ loading: true, status: 'loading' }]);
    const end = await seen.reaches('completed');
    expect(end).toEqual({
      loading: false,
      jobId: expect.stringMatching(/^scrape-/),
      status: 'completed',
      progress: 100,
      message: 'Reading page 2 of 2',
      output: { posts: 40, newPosts: 12, username: 'quick' },
      error: null,
      failure: null,
      attempt: 1,
      attemptsUsed: 1,
      maxAttempts: 2,
      steps: [],
    });
    expect(await store.done).toEqual({ posts: 40, newPosts: 12, username: 'quick' });
    seen.stop();
  });

  test('has progress from 0 to 100, or null when the total is unknown', async () => {
    const [known, unknown] = [record(scrape('held')), record(scrape('endless'))];
    expect(await known.reaches('running')).toMatchObject({ output: null });
    await Promise.all([
      expectSoon(known, { progress: 33.3, message: 'One of three' }),
      expectSoon(unknown, { progress: null, message: 'Looking for more' }),
    ]);
    known.stop();
    unknown.stop();
  });

  test('can follow a job started by others', async () => {
    const { id } = await app.scrape('held');
    const seen = record(client.track(id));
    await seen.reaches('running');
    await release(id);
    expect(await seen.reaches('completed')).toMatchObject({ jobId: id, output: { posts: 3 } });
    seen.stop();
  });

  test('is not_found for an unknown id', async () => {
    const store = client.track('scrape-nothing');
    const seen = record(store);
    expect(await seen.reaches('not_found')).toMatchObject({
      jobId: 'scrape-nothing',
      output: null,
    });
    await expect(store.done).rejects.toMatchObject({ name: 'JobError', code: 'not_found' });
    seen.stop();
  });

  test('keeps its output when the server removes the job', async () => {
    const seen = record(scrape('quick'));
    const { jobId } = await seen.reaches('completed');
    await app.tracker.removeJob(String(jobId));
    const other = record(createClient({ url: app.url }).track(String(jobId)));
    await other.reaches('not_found');
    expect(seen.last()).toMatchObject({ status: 'completed', output: { posts: 40 } });
    seen.stop();
    other.stop();
  });

  test('is refused when the server does not start it, with the invalid field', async () => {
    const store = scrape('ab');
    const seen = record(store);
    const refused = await seen.reaches('refused');
    expect(refused).toMatchObject({ jobId: null, error: expect.stringContaining('too short') });
    await expect(store.done).rejects.toMatchObject({
      name: 'RequestError',
      code: 'invalid_input',
      status: 422,
      details: { username: 'Username is too short.' },
    });
    seen.stop();
  });

  test('has the steps of a job', async () => {
    const seen = record(scrape('in_parts'));
    await expectSoon(seen, {
      steps: [
        { name: 'look', status: 'completed' },
        { name: 'read', status: 'running' },
      ],
    });
    seen.stop();
  });

  test('gives a subscriber the current value at once, and none after it unsubscribes', async () => {
    const store = scrape('held');
    const first = record(store);
    const { jobId } = await first.reaches('running');
    const second = record(store);
    expect(second.states).toEqual([first.last()]);
    second.stop();
    await release(jobId);
    await first.reaches('completed');
    expect(second.states).toHaveLength(1);
    first.stop();
  });
});

describe('FEATURES 11: every status is distinct', () => {
  test('waiting', async () => {
    const first = record(client.track({ type: 'search', input: { query: 'jazz' } }));
    await first.reaches('running');
    const second = record(client.track({ type: 'search', input: { query: 'tea' } }));
    expect(await second.reaches('queued')).toMatchObject({ attempt: 0, output: null });
    first.stop();
    second.stop();
  });

  test('retrying, with the reason', async () => {
    const seen = record(scrape('busy'));
    expect(await seen.reaches('retrying')).toMatchObject({
      attempt: 1,
      error: 'The source asks to wait.',
    });
    seen.stop();
  });

  test('failed, by a permanent error', async () => {
    const store = scrape('refused');
    await expect(store.done).rejects.toMatchObject({
      name: 'JobError',
      code: 'failed',
      message: 'The source refused the credentials.',
    });
    const seen = record(store);
    expect(seen.last()).toMatchObject({ status: 'failed', failure: 'permanent', attempt: 1 });
    seen.stop();
  });

  test('A13: failed, by a permanent error in its last attempt, as on the server', async () => {
    const seen = record(scrape('refused_late'));
    const { jobId } = await seen.reaches('failed');
    expect(seen.last()).toMatchObject({ failure: 'permanent', attempt: 2, maxAttempts: 2 });
    expect(app.tracker.getJob(String(jobId))).toMatchObject({ failure: 'permanent' });
    seen.stop();
  });

  test.each([
    ['permanent', 'failed'],
    ['exhausted', 'exhausted'],
    ['interrupted', 'failed'],
    ['timeout', 'failed'],
  ] as const)('A13: failed as %s is %s', (failure, status) => {
    const progress = { current: 0, total: 0, message: '' };
    const times = { updatedAt: '2026-11-22T08:07:52.185Z' };
    // Its attempts say otherwise of each of them.
    const attempts = {
      attempt: 5,
      attemptsUsed: failure === 'exhausted' ? 1 : 5,
      maxAttempts: 5,
      tracked: false,
    };
    const job = { id: 'scrape-1', status: 'failed', failure, progress, ...times, ...attempts };
    expect(stateOf(job as ServerJob, [])).toMatchObject({ status, failure });
  });

  test('exhausted, after all its attempts', async () => {
    const store = scrape('unlucky');
    const seen = record(store);
    expect(await seen.reaches('exhausted')).toMatchObject({
      failure: 'exhausted',
      attempt: 2,
      attemptsUsed: 2,
      maxAttempts: 2,
      error: 'The connection broke.',
    });
    await expect(store.done).rejects.toMatchObject({ code: 'exhausted' });
    seen.stop();
  });

  test('failed, for a job with a single attempt', async () => {
    const { jobId } = await app.tracker.createJob('embed');
    const seen = record(client.track(jobId));
    await seen.reaches('running');
    await app.tracker.completeJob(jobId, false, 'The disk is full.');
    expect(await seen.reaches('failed')).toMatchObject({ error: 'The disk is full.' });
    seen.stop();
  });

  test('cancel requested, until the job has stopped', async () => {
    const store = scrape('deaf');
    const seen = record(store);
    await expectSoon(seen, { message: 'Reading' });
    const { done } = store;
    expect(await store.cancel()).toBe(true);
    const { jobId } = await seen.reaches('cancelling');
    await release(jobId);
    await expect(done).rejects.toMatchObject({ code: 'cancelled', jobId });
    expect(seen.last().status).toBe('cancelled');
    expect(await store.cancel()).toBe(false);
    seen.stop();
  });
});

describe('retry', () => {
  test('queues an ended job again, and done waits for the next end', async () => {
    const store = scrape('held');
    const seen = record(store);
    await expectSoon(seen, { message: 'One of three' });
    await store.cancel();
    const { jobId } = await seen.reaches('cancelling');
    await release(jobId);
    await seen.reaches('cancelled');
    await store.retry();
    const { done } = store;
    await expectSoon(seen, { status: 'running', message: 'One of three' });
    await release(jobId);
    expect(await done).toMatchObject({ posts: 3 });
    seen.stop();
  });

  test('is refused while the job is active', async () => {
    await expect(scrape('endless').retry()).rejects.toMatchObject({ code: 'active', status: 409 });
  });
});

describe('a loop over a job', () => {
  test('yields its states and ends with it', async () => {
    const statuses: string[] = [];
    for await (const { status } of scrape('quick')) statuses.push(status);
    expect(statuses[0]).toBe('loading');
    expect(statuses.at(-1)).toBe('completed');
  });

  test('ends when the store is unsubscribed', async () => {
    const store = scrape('endless');
    const { done } = store;
    for await (const { status } of store) if (status === 'running') store.unsubscribe();
    await expect(done).rejects.toMatchObject({ code: 'unsubscribed' });
  });
});

describe('FEATURES 13: starts', () => {
  test('of the same turn are one request, and each has its own result', async () => {
    let requests = 0;
    const counting = createClient({
      url: app.url,
      fetch: (url, init) => {
        requests++;
        return fetch(url, init);
      },
    });
    const start = (username: string) => counting.start({ type: 'scrape', input: { username } });
    const [one, other, wrong] = await Promise.allSettled(['quick', 'quick', 'ab'].map(start));
    expect(requests).toBe(1);
    expect([one?.status, other?.status, wrong?.status]).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    // The same asked for twice is meant twice.
    expect(one).not.toEqual(other as never);
  });

  test('carry the session they belong to', async () => {
    const request = { type: 'scrape', input: { username: 'quick' }, sessionId: 'spring' } as const;
    const id = await client.start(request);
    expect(app.tracker.getJob(id)?.sessionId).toBe('spring');
  });

  test('fail without a response', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:1' });
    await expect(
      nobody.start({ type: 'scrape', input: { username: 'quick' } }),
    ).rejects.toMatchObject({ code: 'unreachable', status: 0 });
  });
});

async function expectSoon(seen: ReturnType<typeof record>, values: object): Promise<void> {
  await until(`the store shows ${JSON.stringify(values)}`, () =>
    Object.entries(values).every(
      ([name, value]) =>
        JSON.stringify((seen.last() as unknown as Record<string, unknown>)[name]) ===
        JSON.stringify(value),
    ),
  );
}
