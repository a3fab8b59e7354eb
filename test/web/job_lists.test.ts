import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import type { BulkOutcome, History, Job } from '../../src/jobs/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { until } from '../support/wait.ts';
import { attributesOf, elements, fieldsOf } from '../views/pages/fixtures.ts';

afterAll(closeApps);

/** Jobs stay queued: nothing runs them. */
let web: TestApp;
beforeEach(async () => {
  web = await setupApp();
});

async function scrapes(n: number, sessionId?: string): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < n; i++) {
    const job = await web.tracker.enqueue('scrape', { username: `user_${i}` }, { sessionId });
    ids.push(job.id);
  }
  return ids;
}

const bulk = async (body: unknown) => {
  const response = await web.json('/api/jobs/bulk', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as BulkOutcome };
};

const page = async (path: string) => (await web.request(path, { headers: NAVIGATION })).text();

const statusOf = (id: string | undefined) => web.tracker.getJob(id ?? '')?.status;

test('FEATURES 42: every list says why its waiting jobs wait, and so do texts', async () => {
  const [first, second] = await scrapes(2, 'night');
  const planned = { runAt: new Date(Date.now() + 7_200_000) };
  await web.tracker.enqueue('scrape', { username: 'later' }, { ...planned, sessionId: 'night' });
  const paths = ['/jobs', '/sessions/night', '/', '/scrape'];
  const waits = async (path: string) => {
    const html = await page(path);
    const found = html.match(/(?<=<span class="outcome-wait"[^>]*>)[\s\S]*?(?=<\/span>)/g) ?? [];
    return found.map((text) => text.trim());
  };
  for (const path of paths) {
    expect([path, ...(await waits(path))]).toEqual([path, '2nd in queue', 'next in queue']);
    expect(await page(path)).toMatch(/starts\s*<time[^>]*>in \d/);
  }
  const wait = async (id = '') =>
    ((await (await web.json(`/api/jobs/${id}`)).json()) as { job: { wait?: unknown } }).job.wait;
  expect(await wait(second)).toEqual({ place: 2 });
  await web.tracker.pauseSource('sample');
  for (const path of paths) {
    const all = Array(3).fill('the source sample is paused');
    expect([path, ...(await waits(path))]).toEqual([path, ...all]);
  }
  expect(await wait(second)).toEqual({
    paused: { what: 'source', name: 'sample' },
    reason: 'the source sample is paused',
  });
  await web.tracker.pauseType('scrape');
  expect(await wait(first)).toMatchObject({ paused: { what: 'type', name: 'scrape' } });
  const text = async (path: string) =>
    (await web.request(path, { headers: { accept: 'text/plain' } })).text();
  expect(await text('/api/jobs')).toMatch(
    new RegExp(`${second}  scrape  queued, scrape is paused`),
  );
  expect(await text('/api/sessions/night/jobs')).toContain('queued, scrape is paused');
  expect(await text(`/api/jobs/${first}`)).toMatch(/^status +queued, scrape is paused$/m);
});

test('a session that is deleted leads to a page that says so', async () => {
  const [id] = await scrapes(1, 'night');
  await web.tracker.cancelJob(id ?? '');
  const answer = await web.request('/api/sessions/night/remove', {
    method: 'POST',
    headers: { ...NAVIGATION, 'sec-fetch-mode': 'navigate' },
  });
  const next = await page(answer.headers.get('location') ?? '');
  expect(next).toContain('The session was deleted.');
  expect(attributesOf(next, '.removed-note')).toMatchObject({ role: 'status', autofocus: '' });
  expect(await page('/sessions')).not.toContain('deleted');
});

describe('pinned jobs', () => {
  /** Three ended jobs of a session, of which one is pinned, and an active one that is pinned too. */
  async function threeOfANight(): Promise<string[]> {
    const ids = await scrapes(4, 'night');
    for (const id of ids.slice(0, 3)) await web.tracker.cancelJob(id);
    for (const id of [ids[0], ids[3]]) await web.tracker.pinJob(id ?? '');
    return ids;
  }
  const left = (ids: string[]) => ids.map((id) => statusOf(id) !== undefined);
  const KEPT = '2 jobs removed. 1 job was skipped: active or removed. 1 pinned job was kept.';

  test('FEATURES 48: stay when all jobs of a filter or a session are removed, which the answer says', async () => {
    const ids = await threeOfANight();
    const { body } = await bulk({ action: 'remove', filter: { session: 'night' } });
    expect(body).toEqual({ action: 'remove', done: 2, skipped: 2, pinned: 1 });
    expect(left(ids)).toEqual([true, false, false, true]);
    const headers = { accept: 'text/plain' };
    const deletion = await web.request('/api/sessions/night', { method: 'DELETE', headers });
    expect(await deletion.text()).toBe(
      '0 jobs removed. 1 job was skipped: active or removed. 1 pinned job was kept.\n',
    );
    expect(left(ids)).toEqual([true, false, false, true]);
  });

  test('FEATURES 48: the page asks with their number, and a form says what stayed', async () => {
    await threeOfANight();
    const question = await page('/jobs/bulk?action=remove&session=night');
    expect(question).toContain('Remove 2 jobs?');
    expect(question).toContain('1 of them is pinned and stays.');
    expect(question).toContain('1 of them will be skipped: they are active.');
    expect(await page('/jobs/bulk?action=cancel&session=night')).not.toContain('pinned');
    expect(await page('/sessions/night')).toContain('but not pinned ones');
    const headers = { ...NAVIGATION, 'sec-fetch-mode': 'navigate' };
    const answer = await web.request('/api/sessions/night/remove', { method: 'POST', headers });
    const location = answer.headers.get('location') ?? '';
    expect(location).toBe('/sessions/night?did=remove-2-2-1');
    expect(await page(location)).toContain(KEPT);
    expect(await page(location.replace('/sessions/night', '/jobs'))).toContain(KEPT);
  });

  test('FEATURES 48: are removed by their ids, and are marked in lists', async () => {
    const ids = await threeOfANight();
    expect((await page('/jobs')).match(/<small>Pinned<\/small>/g)).toHaveLength(2);
    const { body } = await bulk({ action: 'remove', ids: ids.slice(0, 2) });
    expect(body).toEqual({ action: 'remove', done: 2, skipped: 0 });
    await web.tracker.cancelJob(ids[3] ?? '');
    expect((await web.request(`/api/jobs/${ids[3]}`, { method: 'DELETE' })).status).toBe(200);
  });
});

describe('POST /api/jobs/bulk', () => {
  test('acts on ids, and counts what was done and what was skipped', async () => {
    const [first, second, third] = await scrapes(3);
    await web.tracker.cancelJob(first ?? '');
    const { status, body } = await bulk({ action: 'cancel', ids: [first, second, 'scrape-none'] });
    expect([status, body]).toEqual([200, { action: 'cancel', done: 1, skipped: 2 }]);
    expect([second, third].map(statusOf)).toEqual(['cancelled', 'queued']);
  });

  test('acts on all that a filter finds', async () => {
    await scrapes(3, 'night');
    const [other] = await scrapes(1);
    const { body } = await bulk({ action: 'cancel', filter: { session: 'night' } });
    expect(body).toEqual({ action: 'cancel', done: 3, skipped: 0 });
    expect(statusOf(other)).toBe('queued');
    expect((await bulk({ action: 'retry', filter: { status: 'cancelled' } })).body.done).toBe(3);
  });

  test.each<[string, unknown, ...string[]]>([
    ['no action', { ids: ['a'] }, 'action'],
    ['an unknown action', { action: 'explode', ids: ['a'] }, 'action'],
    ['neither ids nor filter', { action: 'cancel' }, 'ids'],
    ['too many ids', { action: 'cancel', ids: Array(10_001).fill('a') }, 'ids'],
    [
      'ids that came out empty beside a filter',
      { action: 'cancel', ids: [], filter: {} },
      'ids',
      'filter',
    ],
    ['a misspelt filter', { action: 'remove', filter: { sesion: 'night' } }, 'filter'],
    ['a wrong filter', { action: 'remove', filter: { status: 'lost' } }, 'status'],
  ])('refuses %s, and changes nothing', async (_, body, ...fields) => {
    const [id] = await scrapes(1);
    const answer = await bulk(body);
    expect(answer.status).toBe(422);
    const { error } = answer.body as unknown as { error: { details: object } };
    expect(Object.keys(error.details)).toEqual(fields);
    expect(statusOf(id)).toBe('queued');
  });

  test('takes the boxes of a form, and leads back to the list with what was done', async () => {
    const ids = await scrapes(3);
    const fields = new URLSearchParams([
      ['action', 'cancel'],
      ['ids', ids[0] ?? ''],
      ['ids', ids[2] ?? ''],
    ]);
    const headers = { ...NAVIGATION, referer: 'http://localhost:3000/jobs?type=scrape' };
    const answer = await web.request('/api/jobs/bulk', { method: 'POST', body: fields, headers });
    expect(answer.status).toBe(303);
    const back = answer.headers.get('location') ?? '';
    expect(back).toBe('/jobs?type=scrape&did=cancel-2-0');
    expect(ids.map(statusOf)).toEqual(['cancelled', 'queued', 'cancelled']);
    expect(await page(back)).toContain('2 jobs cancelled.');
  });

  test('answers curl with a sentence', async () => {
    const [id] = await scrapes(1);
    const answer = await web.post('/api/jobs/bulk', { action: 'cancel', ids: id ?? '' });
    expect(await answer.text()).toContain('1 job cancelled.');
  });
});

describe('the page before a change of all that match', () => {
  test('says how many it will be, and sends what it says', async () => {
    const ids = await scrapes(3, 'night');
    await scrapes(2);
    await web.tracker.cancelJob(ids[0] ?? '');
    const confirm = await page('/jobs/bulk?action=cancel&session=night');
    expect(confirm).toContain('Cancel 2 jobs?');
    expect(confirm).toContain('3 jobs match the filter now.');
    const [fields] = fieldsOf(confirm, '/api/jobs/bulk');
    const answer = await web.post('/api/jobs/bulk', fields, NAVIGATION);
    expect(answer.headers.get('location')).toContain('did=cancel-2-1');
    expect((await web.tracker.reader.listJobs({ status: 'queued' })).jobs).toHaveLength(2);
  });

  test('leaves alone what was created after it was read', async () => {
    const [, newest = ''] = await scrapes(2);
    const createdAt = web.tracker.getJob(newest)?.createdAt.getTime() ?? Number.NaN;
    await until('it is another millisecond', () => Date.now() > createdAt);
    const [fields] = fieldsOf(await page('/jobs/bulk?action=cancel'), '/api/jobs/bulk');
    const [later] = await scrapes(1);
    await web.post('/api/jobs/bulk', fields, NAVIGATION);
    expect(statusOf(later)).toBe('queued');
    expect((await web.tracker.reader.listJobs({ status: 'cancelled' })).jobs).toHaveLength(2);
  });

  test('has no button when there is nothing to do', async () => {
    await scrapes(1);
    const confirm = await page('/jobs/bulk?action=remove');
    expect(confirm).toContain('Nothing to remove');
    expect(elements(confirm, '.confirm button')).toEqual([]);
  });
});

describe('the jobs page', () => {
  test('E7: has tabs that count what the other filters let through', async () => {
    const [first] = await scrapes(3, 'evening');
    await scrapes(2);
    await web.tracker.cancelJob(first ?? '');
    const tabsOf = (html: string) =>
      [
        ...html.matchAll(
          /<a href="([^"]*)"( aria-current="true")?>(?:(?!<\/a>).)*class="tab-count">([^<]*)</gs,
        ),
      ].map(([, href = '', isCurrent, count]) => [
        href.replaceAll('&amp;', '&'),
        count,
        isCurrent !== undefined,
      ]);
    expect(tabsOf(await page('/jobs?session=evening&status=queued'))).toEqual([
      ['/jobs?session=evening', '3', false],
      ['/jobs?status=running&session=evening', '0', false],
      ['/jobs?status=queued&session=evening', '2', true],
      ['/jobs?status=completed&session=evening', '0', false],
      ['/jobs?status=failed&session=evening', '0', false],
      ['/jobs?status=cancelled&session=evening', '1', false],
    ]);
    const all = tabsOf(await page('/jobs'));
    expect(all[0]).toEqual(['/jobs', '5', true]);
    expect(tabsOf(await page('/jobs?failure=timeout'))[4]).toEqual([
      '/jobs?status=failed',
      '0',
      true,
    ]);
  });

  test('E7: has neither tabs nor filters before the first job', async () => {
    const html = await page('/jobs');
    expect(elements(html, 'main form')).toEqual([]);
    expect(elements(html, 'main nav')).toEqual([]);
    expect(elements(html, 'main a[href="/sessions"]')).toHaveLength(1);
    expect(elements(await page('/jobs?status=failed'), '.tabs')).toHaveLength(1);
  });

  test('leads to older jobs and back, filter included', async () => {
    await scrapes(5, 'night');
    const first = await page('/jobs?session=night&limit=2');
    const older = attributesOf(first, 'a[rel="next"]').href ?? '';
    expect(older).toStartWith('/jobs?session=night&limit=2&cursor=');
    const second = await page(older);
    const newer = attributesOf(second, 'a[rel="prev"]').href ?? '';
    const rows = (markup: string) =>
      elements(markup, 'tr[id]').map(({ attributes }) => attributes.id);
    expect(rows(await page(newer))).toEqual(rows(first));
    expect(rows(second)).toHaveLength(2);
  });

  test('takes a time of a form as UTC', async () => {
    const [id] = await scrapes(1);
    const created = web.tracker.getJob(id ?? '')?.createdAt ?? new Date();
    const at = (ms: number) => new Date(created.getTime() + ms).toISOString().slice(0, 16);
    expect(await page(`/jobs?since=${at(-60_000)}&until=${at(60_000)}`)).toContain(`row-${id}`);
    expect(await page(`/jobs?since=${at(60_000)}`)).toContain('No jobs match');
  });

  test('refuses a failure of jobs that did not fail', async () => {
    expect((await web.json('/api/jobs?status=completed&failure=permanent')).status).toBe(422);
  });
});

describe('FEATURES 27: a session', () => {
  test('has a page with the sum of its jobs, and a place in the list', async () => {
    const [id] = await scrapes(2, 'night shift');
    await web.tracker.cancelJob(id ?? '');
    const markup = await page('/sessions/night%20shift');
    expect(markup).toContain('2 jobs');
    expect(attributesOf(markup, '#session')['hx-trigger']).toContain('every 1s');
    expect(elements(markup, '.status-counts li').map(({ attributes }) => attributes)).toEqual([
      { 'data-status': 'queued' },
      { 'data-status': 'cancelled' },
    ]);
    const list = await page('/sessions');
    expect(attributesOf(list, '.session-link').href).toBe('/sessions/night%20shift');
  });

  test('that nobody named is 404', async () => {
    expect((await web.request('/sessions/none', { headers: NAVIGATION })).status).toBe(404);
  });

  test('tells the sums in its JSON', async () => {
    await scrapes(2, 'night');
    const answer = await web.json('/api/sessions/night/jobs?limit=1');
    const { jobs, summary } = (await answer.json()) as { jobs: Job[]; summary: unknown };
    expect(jobs).toHaveLength(1);
    expect(summary).toEqual({
      jobs: 2,
      byStatus: { queued: 2 },
      progress: { current: 0, total: 0 },
    });
  });

  test('can be named in every form that starts a job', async () => {
    for (const form of ['scrape', 'search', 'discover', 'embed']) {
      expect(elements(await page(`/${form}`), '.more-options #sessionId')).toHaveLength(1);
    }
  });
});

describe('FEATURES 22: the history', () => {
  const fail = async (reason: string) => {
    const { jobId } = await web.tracker.createJob('scrape');
    await web.tracker.completeJob(jobId, false, reason);
  };

  test('as JSON, by the hour of the last day or as asked', async () => {
    await fail('The source refused.');
    const answer = await web.json('/api/history');
    const history = (await answer.json()) as History;
    expect(history.types).toMatchObject([
      { type: 'scrape', failed: 1, reasons: [{ reason: 'The source refused.', count: 1 }] },
    ]);
    expect(history.types[0]?.periods.at(-1)).toMatchObject({ failed: 1 });
    const past = await web.json('/api/history?by=day&since=2026-01-01&until=2026-01-03');
    expect(await past.json()).toEqual({
      by: 'day',
      since: '2026-01-01T00:00:00.000Z',
      until: '2026-01-03T00:00:00.000Z',
      types: [],
    });
  });

  test.each([
    ['by=minute', 'by'],
    ['since=once', 'since'],
    ['since=2026-01-02&until=2026-01-01', 'since'],
    ['by=hour&since=2020-01-01', 'since'],
  ])('refuses %s by name', async (query, field) => {
    const answer = await web.json(`/api/history?${query}`);
    expect(answer.status).toBe(422);
    const { error } = (await answer.json()) as { error: { details: object } };
    expect(Object.keys(error.details)).toEqual([field]);
  });

  test('as a page, whose reasons lead to the jobs', async () => {
    await fail('The source refused: "no".');
    for (const span of ['day', 'week', 'month', 'quarter']) {
      const markup = await page(`/history?span=${span}`);
      expect(markup).toContain('1 run: 0 completed, 1 failed (100.0 %), 0 cancelled.');
      const href = attributesOf(markup, '.reasons a').href ?? '';
      expect(elements(await page(href), 'tr[id]')).toHaveLength(1);
    }
    expect((await web.request('/history?span=eon', { headers: NAVIGATION })).status).toBe(422);
  });

  test('is what the dashboard counts, and what is active with it', async () => {
    await fail('The source refused.');
    await scrapes(2);
    const dashboard = await page('/');
    expect(dashboard).toContain('3</span> <span class="counter-label">jobs in 24 h');
    expect(dashboard).toContain('1 failed');
  });
});
