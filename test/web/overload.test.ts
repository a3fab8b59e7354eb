import { afterAll, describe, expect, test } from 'bun:test';
import type { Job } from '../../src/jobs/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { testClock } from '../support/clock.ts';

afterAll(closeApps);

const AURORA = { username: 'aurora_lab' };

/**
 * Over a socket, because only there a client has an address. Nothing runs: all jobs wait. Nor does
 * time pass, so that whatever is asked for twice is asked for within a moment.
 */
async function serving(env: Record<string, string> = {}) {
  const web = await setupApp(env, { clock: testClock(Date.now()) });
  web.app.listen({ port: 0, hostname: '127.0.0.1' });
  const post = (path: string, body: unknown) =>
    fetch(`http://127.0.0.1:${web.app.server?.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
  return { ...web, post };
}

const jobOf = async (response: Response | Promise<Response>) =>
  ((await (await response).json()) as { job: Job }).job;

const scrapes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    type: 'scrape',
    input: { ...AURORA, maxTweets: index + 1 },
  }));

describe('the same request twice in quick succession', () => {
  test('is one job, however fast the second request comes', async () => {
    const { post, tracker } = await serving();
    const answers = await Promise.all([post('/api/scrape', AURORA), post('/api/scrape', AURORA)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const [first, second] = await Promise.all(answers.map(jobOf));
    expect(second).toEqual(first as Job);
    expect((await tracker.reader.countActive()).waiting).toBe(1);
    const [third] = await (
      (await post('/api/jobs', { type: 'scrape', input: AURORA })).json() as Promise<{
        results: { job: Job }[];
      }>
    ).then(({ results }) => results);
    expect(third?.job.id).toBe(first?.id as string);
  });

  test('from a form without JavaScript leads to the same page both times', async () => {
    const web = await setupApp({}, { clock: testClock(Date.now()) });
    const press = async () =>
      (await web.post('/api/scrape', AURORA, NAVIGATION)).headers.get('location');
    expect(await press()).toBe(await press());
  });

  test('is two jobs when anything differs, when the first was cancelled, and in a list', async () => {
    const { post, tracker } = await serving();
    const first = await jobOf(post('/api/scrape', AURORA));
    const others = [
      await jobOf(post('/api/scrape', { ...AURORA, maxTweets: 7 })),
      await jobOf(post('/api/scrape', { ...AURORA, sessionId: 'another' })),
      await jobOf(post('/api/search', { query: 'aurora' })),
    ];
    await tracker.cancelJob(first.id);
    const again = await jobOf(post('/api/scrape', AURORA));
    expect(new Set([first, again, ...others].map(({ id }) => id)).size).toBe(5);
    const same = { type: 'embed', input: {} };
    await post('/api/jobs', [same, same]);
    expect((await tracker.reader.listJobs({ type: 'embed' })).jobs).toHaveLength(2);
  });
});

describe('a full queue', () => {
  test('refuses more jobs of its type with a 429 and Retry-After; other types may start', async () => {
    const { post, tracker } = await serving({ XGPT_MAX_WAITING: '3' });
    expect((await post('/api/jobs', scrapes(3))).status).toBe(202);
    const refused = await post('/api/scrape', { ...AURORA, maxTweets: 99 });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      error: { code: 'too_many_waiting', message: expect.stringContaining('3 scrape jobs') },
    });
    expect((await post('/api/search', { query: 'aurora' })).status).toBe(202);
    expect((await tracker.reader.countActive()).waiting).toBe(4);

    const [oldest] = (await tracker.reader.listJobs({ type: 'scrape' })).jobs;
    await tracker.cancelJob(oldest?.id ?? '');
    expect((await post('/api/scrape', { ...AURORA, maxTweets: 99 })).status).toBe(202);
  });

  test('starts the entries of a list that fit, and says why the others did not start', async () => {
    const { post } = await serving({ XGPT_MAX_WAITING: '2' });
    const some = await post('/api/jobs', scrapes(3));
    expect(some.status).toBe(207);
    expect(await some.json()).toMatchObject({
      results: [{ job: {} }, { job: {} }, { error: { code: 'too_many_waiting' } }],
    });
    const none = await post('/api/jobs', scrapes(2));
    expect(none.status).toBe(429);
    expect(none.headers.has('retry-after')).toBe(true);
  });

  test('counts per client, whatever the types', async () => {
    const { post, tracker } = await serving({ XGPT_MAX_WAITING_PER_CLIENT: '2' });
    await post('/api/jobs', scrapes(2));
    const refused = await post('/api/search', { query: 'aurora' });
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain('You already have 2 waiting jobs.');
    const other = tracker.enqueue('search', { query: 'jazz' }, { client: '192.0.2.7' });
    expect((await other).status).toBe('queued');
  });

  test('is explained on a page and in a form', async () => {
    const web: TestApp = await setupApp({ XGPT_MAX_WAITING: '1' });
    await web.post('/api/scrape', AURORA);
    const page = await web.post('/api/scrape', { ...AURORA, maxTweets: '5' }, NAVIGATION);
    expect(page.status).toBe(429);
    expect(await page.text()).toMatch(/1 scrape job is already waiting[\s\S]*cancel those/);
    const fragment = await web.post('/api/scrape', { ...AURORA, maxTweets: '5' });
    expect(await fragment.text()).toContain('role="alert"');
  });
});

test('with thousands of waiting jobs the taskbar shows 24 and counts the rest', async () => {
  const { post, request } = await serving();
  for (let batch = 0; batch < 3; batch++) await post('/api/jobs', scrapes(1_000));
  const html = await (await request('/api/jobs')).text();
  expect(html.match(/class="job-card"/g)).toHaveLength(24);
  expect(html).toContain('and 2,976 more waiting');
  expect(html).toContain('3,000 waiting');
});
