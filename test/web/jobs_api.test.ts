import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Job } from '../../src/jobs/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

interface JobAnswer {
  job: Job;
}
interface ErrorAnswer {
  error: { code: string; message: string; details: Record<string, string>; timestamp: string };
  status: number;
}

/** Jobs stay queued: nothing runs them unless a test starts the tracker. */
let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
});

let started = 0;

/** Each time something else is asked for, or two within half a second would become one. */
const startScrape = async (): Promise<Job> => {
  const response = await web.json('/api/scrape', {
    method: 'POST',
    body: new URLSearchParams({ username: 'aurora_lab', maxTweets: String(++started) }),
  });
  return ((await response.json()) as JobAnswer).job;
};

describe('FEATURES 20: starting a job', () => {
  test('answers 202 with the card and where to look, before any work is done', async () => {
    const response = await web.post('/api/scrape', { username: 'aurora_lab' });
    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toMatch(/^\/jobs\/scrape-[0-9a-f-]{36}$/);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const card = await response.text();
    expect(card).toContain('class="job-card"');
    expect(card).toContain('data-status="queued"');
    expect(card).toContain('@aurora_lab');
  });

  test('answers a program with the job as JSON, dates as ISO 8601', async () => {
    const job = await startScrape();
    expect(job).toMatchObject({
      type: 'scrape',
      status: 'queued',
      metadata: {
        username: 'aurora_lab',
        maxTweets: started,
        includeReplies: false,
        includeRetweets: false,
        source: 'sample',
      },
    });
    expect(job.createdAt as unknown).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test('takes JSON as well as forms, and a session', async () => {
    const response = await web.json('/api/search', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'space, jazz',
        maxTweets: 50,
        embed: true,
        sessionId: 'night',
      }),
    });
    expect(response.status).toBe(202);
    expect(((await response.json()) as JobAnswer).job).toMatchObject({
      sessionId: 'night',
      metadata: { query: 'space, jazz', maxTweets: 50, embed: true, mode: 'latest' },
    });
  });

  test('sends a browser without JavaScript to the job’s page', async () => {
    const response = await web.post('/api/discover', { query: 'jazz' }, NAVIGATION);
    expect(response.status).toBe(303);
    const page = await web.request(response.headers.get('location') ?? '');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('jazz');
  });
});

describe('starting several at once', () => {
  const batch = (body: unknown) =>
    web.json('/api/jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const good = { type: 'scrape', input: { username: 'aurora_lab' } };
  const bad = { type: 'scrape', input: { username: 'aurora_lab', maxTweets: 0 } };

  test('202 when all started, 207 when some did, 422 when none', async () => {
    expect((await batch(good)).status).toBe(202);
    expect((await batch([good, good])).status).toBe(202);
    const mixed = await batch([good, bad, { type: 'juggle', input: {} }]);
    expect(mixed.status).toBe(207);
    expect(await mixed.json()).toMatchObject({
      results: [
        { job: { type: 'scrape' } },
        {
          error: {
            code: 'invalid_input',
            message: expect.any(String),
            details: { maxTweets: expect.stringContaining('1 to 10,000') },
            timestamp: expect.any(String),
          },
        },
        { error: { details: { type: expect.stringContaining('juggle') } } },
      ],
    });
    expect((await batch([bad])).status).toBe(422);
    for (const nonsense of [[], 'scrape', 7, null, [null], { type: 5 }]) {
      expect((await batch(nonsense)).status).toBe(422);
    }
  });
});

describe('FEATURES 6, 21: reading jobs', () => {
  test('GET /api/jobs is the taskbar as HTML, and the jobs as JSON, newest first', async () => {
    const older = await startScrape();
    const newer = await startScrape();
    const taskbar = await (await web.request('/api/jobs')).text();
    expect(taskbar).toContain(`id="job-${older.id}"`);
    expect(taskbar).toContain(`id="job-${newer.id}"`);
    const { jobs } = (await (await web.json('/api/jobs')).json()) as { jobs: Job[] };
    const ids = jobs.map(({ id }) => id);
    expect(ids.indexOf(newer.id)).toBeLessThan(ids.indexOf(older.id));
  });

  test('filters by status, type, session and words, and pages by cursor', async () => {
    await web.post('/api/search', { query: 'zeppelin', sessionId: 'airships' });
    const list = async (query: string) =>
      (await (await web.json(`/api/jobs?${query}`)).json()) as { jobs: Job[]; nextCursor?: string };
    expect((await list('q=zeppelin')).jobs).toHaveLength(1);
    expect((await list('session=airships')).jobs).toHaveLength(1);
    expect((await list('type=search&status=queued&q=ZEPPELIN')).jobs).toHaveLength(1);
    expect((await list('status=failed')).jobs).toHaveLength(0);

    const all = (await list('limit=1000')).jobs.map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const page = await list(`limit=2&cursor=${cursor}`);
      paged.push(...page.jobs.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(all);
    const session = await web.json('/api/sessions/airships/jobs');
    expect(((await session.json()) as { jobs: Job[] }).jobs).toHaveLength(1);
  });

  test('a filter that cannot be used is refused by name', async () => {
    for (const name of ['status', 'since', 'until', 'limit', 'cursor']) {
      const response = await web.json(`/api/jobs?${name}=%00nonsense`);
      expect(response.status).toBe(422);
      expect(Object.keys(((await response.json()) as ErrorAnswer).error.details)).toEqual([name]);
    }
  });

  test('one job as HTML and as JSON; 404 for one that is not there', async () => {
    const job = await startScrape();
    expect(await (await web.request(`/api/jobs/${job.id}`)).text()).toContain('@aurora_lab');
    expect(await (await web.json(`/api/jobs/${job.id}`)).json()).toMatchObject({
      job: { id: job.id },
    });
    const missing = await web.json('/api/jobs/scrape-nothing');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ error: { code: 'not_found' }, status: 404 });
  });
});

describe('FEATURES 6: cancelling over HTTP', () => {
  test('200 and the card; 404 when it has ended or never was', async () => {
    const job = await startScrape();
    const cancelled = await web.post(`/api/jobs/${job.id}/cancel`);
    expect(cancelled.status).toBe(200);
    expect(await cancelled.text()).toContain('data-status="cancelled"');
    expect(web.statusOnDisk(job.id)).toBe('cancelled');
    expect(web.tracker.getJob(job.id)?.status).toBe('cancelled');

    const again = await web.json(`/api/jobs/${job.id}/cancel`, { method: 'POST' });
    expect(again.status).toBe(404);
    expect(await again.json()).toMatchObject({ error: { code: 'already_ended' } });
    expect((await web.post('/api/jobs/scrape-nothing/cancel')).status).toBe(404);
  });

  test('with an error that says so as a fragment, and as a page', async () => {
    const fragment = await web.post('/api/jobs/scrape-nothing/cancel');
    expect(await fragment.text()).toMatch(/<div class="result error" role="alert">/);
    const page = await web.post('/api/jobs/scrape-nothing/cancel', {}, NAVIGATION);
    expect(page.status).toBe(404);
    expect(await page.text()).toContain('<!doctype html>');
  });
});

describe('FEATURES 17: after the end', () => {
  test('retry is 202, 409 while active, 404 when unknown', async () => {
    const job = await startScrape();
    const retry = (id: string) => web.json(`/api/jobs/${id}/retry`, { method: 'POST' });
    expect((await retry(job.id)).status).toBe(409);
    await web.tracker.cancelJob(job.id);
    expect((await retry(job.id)).status).toBe(202);
    expect(web.statusOnDisk(job.id)).toBe('queued');
    expect((await retry('scrape-nothing')).status).toBe(404);
  });

  test.each(['1', 'true'])(
    'G5: `force=%s` removes an active job, by DELETE and by a form',
    async (force) => {
      const [one, other] = [await startScrape(), await startScrape()];
      const answer = await web.json(`/api/jobs/${one.id}?force=${force}`, { method: 'DELETE' });
      expect(answer.status).toBe(200);
      const body = new URLSearchParams({ force });
      const posted = await web.json(`/api/jobs/${other.id}/remove`, { method: 'POST', body });
      expect(posted.status).toBe(200);
      expect(web.tracker.getJob(one.id)).toBeUndefined();
      expect(web.tracker.getJob(other.id)).toBeUndefined();
    },
  );

  test('DELETE is 409 while active unless forced, 200, then 404', async () => {
    const job = await startScrape();
    const remove = (query = '') => web.json(`/api/jobs/${job.id}${query}`, { method: 'DELETE' });
    expect((await remove()).status).toBe(409);
    expect((await remove('?force=1')).status).toBe(200);
    expect((await remove()).status).toBe(404);
  });

  test('dismissing takes an ended job out of the taskbar and keeps it in the list', async () => {
    const job = await startScrape();
    expect((await web.post(`/api/jobs/${job.id}/dismiss`)).status).toBe(409);
    await web.tracker.cancelJob(job.id);
    expect((await web.post(`/api/jobs/${job.id}/dismiss`)).status).toBe(200);
    expect(await (await web.request('/api/jobs')).text()).not.toContain(job.id);
    expect(web.tracker.getJob(job.id)?.status).toBe('cancelled');
  });
});

test('FEATURES 19: the health address answers', async () => {
  const response = await web.request('/healthz');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: 'ok' });
});
