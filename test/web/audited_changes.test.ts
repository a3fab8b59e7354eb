/** Changes of what people set are in the audit trail, each with what was set before and after. */
import { afterAll, describe, expect, test } from 'bun:test';
import type { AuditEntry } from '../../src/jobs/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { createHarbour } from '../support/harbour_source.ts';

afterAll(closeApps);

const TOKEN = 'correct-horse-battery';
const KEY = 'KEY-9f3c-paid-0042';

const entriesOf = async (web: TestApp, query: string) => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer = await web.json(`/api/audit?${query}`, { headers });
  return ((await answer.json()) as { entries: AuditEntry[] }).entries.reverse();
};

const inShort = ({ action, kind, target, before, after }: AuditEntry) => ({
  action,
  kind,
  target,
  ...(before && { before }),
  ...(after && { after }),
});

/** Sends a change as a program with the token, and gives the answer as JSON. */
async function send(web: TestApp, method: string, path: string, body: object = {}) {
  const answer = await web.json(path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
  expect([path, answer.ok]).toEqual([path, true]);
  return answer.json() as Promise<Record<string, { id: string }>>;
}

const withToken = () =>
  setupApp({ XGPT_TOKEN: TOKEN }, { addSources: (live) => [createHarbour(live).source] });

describe('a change of', () => {
  test('a schedule', async () => {
    const web = await withToken();
    const { schedule } = await send(web, 'POST', '/api/schedules', {
      ...{ type: 'scrape', cron: '0 3 * * *', timeZone: 'UTC' },
      input: { username: 'aurora_lab' },
    });
    const path = `/api/schedules/${schedule?.id}`;
    await send(web, 'POST', `${path}/pause`);
    await send(web, 'POST', `${path}/pause`);
    await send(web, 'POST', `${path}/resume`);
    await send(web, 'DELETE', path);
    const of = { kind: 'schedule', target: schedule?.id };
    const set = { type: 'scrape', cron: '0 3 * * *', timeZone: 'UTC' };
    const entries = await entriesOf(web, 'kind=schedule');
    expect(entries.map(inShort)).toMatchObject([
      { ...of, action: 'add', after: set },
      { ...of, action: 'pause' },
      { ...of, action: 'resume' },
      { ...of, action: 'remove', before: set },
    ]);
    expect(new Set(entries.map(({ by }) => by.user))).toEqual(new Set(['token']));
  });

  test('a webhook, without the query of its address and without its secret', async () => {
    const web = await withToken();
    const url = 'https://hooks.example/in?key=hidden';
    const made = await send(web, 'POST', '/api/webhooks', { url, types: 'scrape' });
    const path = `/api/webhooks/${made.webhook?.id}`;
    await send(web, 'POST', `${path}/pause`);
    await send(web, 'POST', `${path}/resume`);
    await send(web, 'POST', `${path}/remove`);
    const of = { kind: 'webhook', target: 'webhook hooks.example/in' };
    const set = { address: 'https://hooks.example/in', events: 'completed, failed' };
    expect((await entriesOf(web, 'kind=webhook')).map(inShort)).toMatchObject([
      { ...of, action: 'add', after: { ...set, types: 'scrape' } },
      { ...of, action: 'pause' },
      { ...of, action: 'resume' },
      { ...of, action: 'remove', before: set },
    ]);
    const stored = JSON.stringify(web.database.query('SELECT * FROM audit').all());
    expect(stored).not.toContain('hidden');
    expect(stored).not.toContain('whsec_');
  });

  test('the concurrency of a type', async () => {
    const web = await withToken();
    await send(web, 'POST', '/api/types/scrape/concurrency', { concurrency: 3 });
    await send(web, 'POST', '/api/types/scrape/concurrency', { concurrency: 5 });
    expect((await entriesOf(web, 'kind=type')).map(({ before, after }) => [before, after])).toEqual(
      [
        [{ concurrency: 'as each process says' }, { concurrency: 3 }],
        [{ concurrency: 3 }, { concurrency: 5 }],
      ],
    );
  });

  test('credentials and a budget, without what is secret', async () => {
    const web = await withToken();
    const path = '/api/sources/harbour';
    const password = { method: 'password', name: 'ada.example', password: 'tide-4711-gull' };
    await send(web, 'POST', `${path}/credentials`, password);
    await send(web, 'POST', `${path}/credentials`, { method: 'key', key: KEY });
    await send(web, 'POST', `${path}/budget`, { posts: 500 });
    await send(web, 'POST', `${path}/budget`, { reset: true });
    await send(web, 'DELETE', `${path}/credentials`);
    await send(web, 'DELETE', `${path}/credentials`);
    const of = { kind: 'credentials', target: 'credentials of harbour' };
    expect((await entriesOf(web, 'kind=credentials')).map(inShort)).toEqual([
      { ...of, action: 'add', after: { method: 'password' } },
      { ...of, action: 'change', before: { method: 'password' }, after: { method: 'key' } },
      { ...of, action: 'remove', before: { method: 'key' } },
    ] as never);
    const budget = { action: 'change', kind: 'budget', target: 'budget of harbour' };
    expect((await entriesOf(web, 'kind=budget')).map(inShort)).toEqual([
      { ...budget, before: { posts: 'none' }, after: { posts: 500 } },
      { ...budget, before: { used: 0 }, after: { used: 0 } },
    ] as never);
    const stored = JSON.stringify(web.database.query('SELECT * FROM audit').all());
    for (const secret of [KEY, 'tide-4711-gull']) expect(stored).not.toContain(secret);
  });

  test('a saved find', async () => {
    const web = await withToken();
    await send(web, 'POST', '/api/finds', { name: 'Jazz', q: 'jazz' });
    const changed = { name: 'Jazz', q: 'jazz piano', replace: true };
    const { find } = await send(web, 'POST', '/api/finds', changed);
    await send(web, 'POST', `/api/finds/${find?.id}/rename`, { name: 'Piano' });
    await send(web, 'DELETE', `/api/finds/${find?.id}`);
    const of = { kind: 'find', target: 'find “Jazz”' };
    expect((await entriesOf(web, 'kind=find')).map(inShort)).toEqual([
      { ...of, action: 'add', after: { q: 'jazz' } },
      { ...of, action: 'change', before: { q: 'jazz' }, after: { q: 'jazz piano' } },
      { ...of, action: 'change', before: { name: 'Jazz' }, after: { name: 'Piano' } },
      { ...of, target: 'find “Piano”', action: 'remove', before: { q: 'jazz piano' } },
    ] as never);
  });

  test('a sign-in, with the role and without the token', async () => {
    const web = await withToken();
    const { headers } = await web.post('/login', { token: TOKEN }, NAVIGATION);
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    await web.post('/logout', {}, { ...NAVIGATION, cookie });
    await web.post('/logout', {}, { ...NAVIGATION, cookie });
    await web.post('/login', { token: 'wrong' }, NAVIGATION);
    const entries = await entriesOf(web, 'kind=sign_in');
    expect(entries.map(inShort)).toMatchObject([
      { action: 'sign_in', after: { role: 'owner' } },
      { action: 'sign_out' },
    ]);
    expect(new Set(entries.map(({ target }) => target)).size).toBe(1);
    const stored = JSON.stringify(web.database.query('SELECT * FROM audit').all());
    for (const secret of [TOKEN, cookie.split('=')[1] as string])
      expect(stored).not.toContain(secret);
  });
});

describe('the trail', () => {
  test('leaves out what nobody has caused, unless it is asked for', async () => {
    const web = await setupApp({ XGPT_TOKEN: TOKEN });
    web.tracker.actAs({ via: 'server' });
    const { id } = await web.tracker.enqueue('embed', {});
    web.tracker.actAs({ via: 'terminal', user: 'ada' });
    await web.tracker.cancelJob(id);
    const seen = async (query: string) =>
      (await entriesOf(web, query)).map(({ action }) => action).join(' ');
    expect(await seen('')).toBe('cancel');
    expect(await seen('automatic=true')).toBe('start cancel');
    expect(await seen('via=server')).toBe('start');
    expect(await seen(`job=${id}`)).toBe('start cancel');
    const headers = { ...NAVIGATION, authorization: `Bearer ${TOKEN}` };
    const page = async (query: string) =>
      (await (await web.request(`/audit${query}`, { headers })).text()).match(/<tr/g)?.length;
    expect([await page(''), await page('?automatic=true')]).toEqual([2, 3]);
  });
});

test('the page shows what was set before and after, and filters by what was changed', async () => {
  const web = await setupApp();
  await web.tracker.setConcurrency('scrape', 3, { by: { via: 'terminal', user: 'ada' } });
  await web.tracker.setConcurrency('scrape', 5, { by: { via: 'terminal', user: 'ada' } });
  const page = async (query: string) => (await web.request(`/audit${query}`)).text();
  expect(await page('')).toContain('concurrency: 3 → 5');
  expect(await page('?kind=type')).toContain('concurrency: 3 → 5');
  expect(await page('?kind=webhook')).toContain('No entries match.');
  expect((await web.request('/audit?kind=planet')).status).toBe(422);
});
