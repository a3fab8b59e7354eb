import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createClient } from '../../src/client/index.ts';
import type { Job } from '../../src/jobs/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

/** Jobs stay queued. */
let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
});

let started = 0;

interface Answer {
  status: number;
  job?: Job;
  error?: { details: Record<string, string> };
  warnings?: string[];
}

/** Each is another start, or two within half a second would become one. */
const input = () => ({ username: 'aurora_lab', maxTweets: ++started });

async function answerOf(response: Response): Promise<Answer> {
  const body = (await response.json()) as Answer & { results?: Partial<Answer>[] };
  const { results: [only] = [], ...rest } = body;
  return { ...rest, ...only, status: response.status };
}

const WAYS: Record<string, (options: Record<string, unknown>) => Promise<Answer>> = {
  'POST /api/jobs': async (options) =>
    answerOf(await web.json('/api/jobs', post({ type: 'scrape', input: input(), ...options }))),
  'a list for POST /api/jobs': async (options) =>
    answerOf(await web.json('/api/jobs', post([{ type: 'scrape', input: input(), ...options }]))),
  'POST /api/scrape with JSON': async (options) =>
    answerOf(await web.json('/api/scrape', post({ ...input(), ...options }))),
  'a form': async (options) => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...input(), ...options }))
      body.set(name, String(value));
    return answerOf(await web.json('/api/scrape', { method: 'POST', body }));
  },
};

function post(body: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

const soon = () => new Date(Date.now() + 3_600_000).toISOString();

describe.each(Object.entries(WAYS))('FEATURES 41: %s', (_, start) => {
  test('FEATURES 41: takes a priority, a time and a time limit', async () => {
    const runAt = soon();
    const { status, job, warnings } = await start({ priority: -3, runAt, timeoutMs: 60_000 });
    expect({ status, warnings }).toEqual({ status: 202, warnings: undefined });
    expect(job).toMatchObject({ priority: -3, runAt, timeoutMs: 60_000, status: 'queued' });
    expect(web.tracker.getJob(job?.id ?? '')?.metadata).not.toHaveProperty('priority');
  });

  test('FEATURES 41: takes a delay', async () => {
    const { job } = await start({ delayMs: 90_000 });
    expect(Number(new Date(job?.runAt ?? 0)) - Number(new Date(job?.createdAt ?? 0))).toBe(90_000);
  });

  test.each([
    ['priority', 11],
    ['priority', 'high'],
    ['runAt', 'tomorrow'],
    ['runAt', '2999-01-01T00:00:00Z'],
    ['delayMs', -1],
    ['delayMs', '5m'],
    ['timeoutMs', 0],
  ])('FEATURES 41: names an invalid %s: %s', async (name, value) => {
    const before = (await web.tracker.reader.countActive()).waiting;
    const { status, error } = await start({ [name]: value });
    expect(status).toBe(422);
    expect(Object.keys(error?.details ?? {})).toEqual([name]);
    expect((await web.tracker.reader.countActive()).waiting).toBe(before);
  });

  test('FEATURES 41: names both of a time and a delay', async () => {
    const { status, error } = await start({ runAt: soon(), delayMs: 5 });
    expect(status).toBe(422);
    expect(Object.keys(error?.details ?? {}).sort()).toEqual(['delayMs', 'runAt']);
  });

  test('FEATURES 41: starts at once what was to start in the past, and says so', async () => {
    const { status, job, warnings } = await start({ runAt: '2020-01-31T03:00:00Z' });
    expect(status).toBe(202);
    expect(warnings).toEqual([
      'The start, 31 Jan 2020, 03:00 UTC, is in the past: the job starts now.',
    ]);
    const page = await web.request(`/jobs/${job?.id}`, { headers: NAVIGATION });
    expect(await page.text()).toContain('which was in the past when it was created');
    expect((await start({ delayMs: 0 })).warnings).toBeUndefined();
  });

  test('FEATURES 41: does not claim a start while the type or source is paused', async () => {
    const past = { runAt: '2020-01-31T03:00:00Z' };
    const note = async () => {
      const body = new URLSearchParams({
        username: 'kip_reads',
        maxTweets: String(++started),
        ...past,
      });
      const headers = { 'hx-request': 'true', accept: 'text/html' };
      return (await web.request('/api/scrape', { method: 'POST', body, headers })).text();
    };
    for (const [pause, resume, why] of [
      [() => web.tracker.pauseType('scrape'), () => web.tracker.resumeType('scrape'), 'scrape'],
      [
        () => web.tracker.pauseSource('sample'),
        () => web.tracker.resumeSource('sample'),
        'the source sample',
      ],
    ] as const) {
      await pause();
      expect((await start(past)).warnings).toEqual([
        'The start, 31 Jan 2020, 03:00 UTC, is in the past.',
      ]);
      const answer = await note();
      expect(answer).toContain(`Waits, because ${why} is paused:`);
      expect(answer).not.toMatch(/Started|starts now/);
      await resume();
    }
    expect(await note()).toContain('Started:');
    for (const { id } of web.tracker.getActiveJobs()) await web.tracker.cancelJob(id);
  });

  test('FEATURES 41: tells limits in units that people count in', async () => {
    const { error } = await start({ delayMs: 31_708_800_000, timeoutMs: 691_200_000 });
    expect(error?.details.delayMs).toStartWith('The delay may be at most 366 days: ');
    expect(error?.details.timeoutMs).toStartWith('The time limit may be at most 7 days: ');
  });

  test('FEATURES 41: takes empty options as none', async () => {
    const { job } = await start({ priority: '', runAt: ' ', delayMs: '', timeoutMs: '' });
    expect(job).toMatchObject({ priority: 0 });
    expect(job?.runAt).toBeUndefined();
  });
});

describe('FEATURES 41: the job that starts next', () => {
  async function scrape(options = {}): Promise<string> {
    return (await WAYS['POST /api/jobs']?.(options))?.job?.id ?? '';
  }

  const first = (id: string, init: RequestInit = {}) =>
    web.request(`/api/jobs/${id}/first`, { method: 'POST', ...init });

  test('FEATURES 41: is the one that was moved to the front', async () => {
    const id = await scrape({ priority: -10, delayMs: 1_000 });
    const response = await first(id, { headers: { accept: 'application/json' } });
    expect(response.status).toBe(200);
    expect(((await response.json()) as Answer).job).toMatchObject({
      id,
      status: 'queued',
      priority: -10,
      movedToFront: true,
    });
    const page = await web.request(`/jobs/${id}`, { headers: NAVIGATION });
    const html = await page.text();
    expect(html).toContain('−10, moved to the front of the queue');
    expect(html).toContain('The job starts as soon as there is room for one more of its type.');
    expect(html).not.toContain('when it reaches the front');
    expect(web.tracker.getActiveJobs()[0]?.id).toBe(id);
  });

  test('FEATURES 41: is named by its card, which offers no button to move it again', async () => {
    const id = await scrape({ priority: 10 });
    const other = await scrape({ delayMs: 60_000 });
    await first(id);
    const taskbar = await (await web.request('/api/jobs')).text();
    expect(taskbar).not.toContain(`id="first-${id}"`);
    expect(taskbar).toContain(`id="first-${other}"`);
    expect(taskbar).toContain('starts in <time');
  });

  test('FEATURES 41: without JavaScript leads to its page', async () => {
    const id = await scrape();
    const response = await first(id, {
      headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(`/jobs/${id}`);
  });

  test('FEATURES 41: cannot be one that does not wait, or that there is not', async () => {
    const id = await scrape();
    await web.tracker.cancelJob(id);
    expect((await first(id)).status).toBe(409);
    expect((await first('scrape-none')).status).toBe(404);
  });

  test('FEATURES 41: is told to a program by the client, which also starts with options', async () => {
    const fetch = (url: URL, init: RequestInit) => web.app.handle(new Request(url, init));
    const client = createClient({ url: 'http://localhost', fetch });
    const job = client.track({
      type: 'scrape',
      input: input(),
      priority: -10,
      runAt: new Date(Date.now() + 60_000),
      timeoutMs: 5_000,
    });
    expect(await job.runNext()).toBe(true);
    expect(web.tracker.getActiveJobs()[0]).toMatchObject({ timeoutMs: 5_000 });
    await job.cancel();
    expect(await job.runNext()).toBe(false);
  });
});
