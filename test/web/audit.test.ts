/** The audit trail over HTTP and on its page. */
import { afterAll, describe, expect, test } from 'bun:test';
import { AUTOMATIC } from '../../src/jobs/audit.ts';
import type { AuditEntry } from '../../src/jobs/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { attributesOf, elements } from '../views/pages/fixtures.ts';

const TOKEN = 'correct-horse-battery';
const BEARER = { authorization: `Bearer ${TOKEN}` };

afterAll(closeApps);

async function start(web: TestApp, headers: Record<string, string> = {}, username = 'aurora_lab') {
  const answer = await web.post('/api/scrape', { username }, { accept: 'text/plain', ...headers });
  return (await answer.text()).split('\n')[0] ?? '';
}

const entriesOf = async (web: TestApp, query = '', headers = {}) =>
  ((await (await web.json(`/api/audit${query}`, { headers })).json()) as { entries: AuditEntry[] })
    .entries;

test('what happens by itself is listed only when it is asked for, also starts by schedules', async () => {
  const web = await setupApp();
  await start(web);
  for (const via of AUTOMATIC) {
    web.tracker.audit.recorder({ via, user: `of ${via}` })('start', { kind: 'type', target: via });
  }
  const ways = async (query = ''): Promise<string[]> =>
    (await entriesOf(web, query)).map(({ by }) => by.via).sort();
  expect(await ways()).toEqual(['api']);
  expect(await ways('?automatic=true')).toEqual(['api', ...AUTOMATIC].sort());
  expect(await ways('?via=schedule')).toEqual(['schedule']);
  const page = async (path: string) => (await web.request(path, { headers: NAVIGATION })).text();
  expect(await page('/audit')).not.toContain('of schedule');
  expect(await page('/audit?automatic=true')).toContain('of schedule');
});

describe('requests', () => {
  test('are those of a program, of a browser, or of a sign-in, whose secrets are not kept', async () => {
    const web = await setupApp({ XGPT_TOKEN: TOKEN });
    const signedIn = await web.post('/login', { token: TOKEN }, NAVIGATION);
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const secret = cookie.split('=')[1] as string;
    await start(web, BEARER, 'one');
    await start(web, { ...BEARER, 'hx-request': 'true' }, 'two');
    await start(web, { cookie, 'sec-fetch-site': 'same-origin' }, 'three');
    const entries = (await entriesOf(web, '?kind=job', BEARER)).reverse();
    expect(entries.map(({ by }) => by)).toEqual([
      { via: 'api', user: 'token' },
      { via: 'browser', user: 'token' },
      { via: 'browser', user: expect.stringMatching(/^sign-in [0-9a-f]{8}$/) },
    ]);
    const stored = JSON.stringify(web.database.query('SELECT * FROM audit').all());
    for (const text of [TOKEN, secret, secret.slice(0, 8), 'three']) {
      expect(stored).not.toContain(text);
    }
  });

  test('come from the address that a trusted proxy says, and else from that of the connection', async () => {
    const addressOf = async (XGPT_PROXIES: string) => {
      const web = await setupApp({ XGPT_PROXIES });
      const { server } = web.app.listen({ port: 0, hostname: '127.0.0.1' });
      const answer = await fetch(`http://127.0.0.1:${server?.port}/api/scrape`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '203.0.113.7' },
        body: new URLSearchParams({ username: 'aurora_lab' }),
      });
      expect(answer.status).toBe(202);
      const [entry] = await entriesOf(web);
      await server?.stop(true);
      return entry?.by.address;
    };
    expect(await addressOf('127.0.0.1')).toBe('203.0.113.7');
    expect(await addressOf('')).toBe('127.0.0.1');
  });

  test('of schedules come from an address, too: also when one is changed, by PATCH or by a form', async () => {
    const web = await setupApp();
    const { server } = web.app.listen({ port: 0, hostname: '127.0.0.1' });
    const send = (method: string, path: string, fields: object) =>
      fetch(`http://127.0.0.1:${server?.port}/api/schedules${path}`, {
        method,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      });
    const added = await send('POST', '', { type: 'scrape', input: { username: 'aurora_lab' } });
    const { schedule } = (await added.json()) as { schedule: { id: string } };
    expect((await send('PATCH', `/${schedule.id}`, { at: '04:30' })).status).toBe(200);
    expect((await send('POST', `/${schedule.id}/edit`, { at: '05:30' })).status).toBe(200);
    const entries = await entriesOf(web);
    await server?.stop(true);
    expect(entries.map(({ action, by }) => [action, by.address])).toEqual([
      ['change', '127.0.0.1'],
      ['change', '127.0.0.1'],
      ['add', '127.0.0.1'],
    ]);
  });

  test('of every kind are recorded, a list and a filter as one entry', async () => {
    const web = await setupApp();
    const one = await start(web);
    const send = (path: string, body: object | undefined, method = 'POST') =>
      web.json(path, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
    await send('/api/jobs', { type: 'embed', input: {} });
    await send('/api/jobs', [{ type: 'embed' }, { type: 'embed' }]);
    await send(`/api/jobs/${one}/cancel`, {});
    await send(`/api/jobs/${one}/retry`, {});
    await send(`/api/jobs/${one}?force=1`, undefined, 'DELETE');
    await send('/api/jobs/bulk', { action: 'cancel', filter: { type: 'embed', q: '' } });
    const two = await start(web, {}, 'two');
    await send(`/api/jobs/${two}/remove`, { force: true });
    const entries = (await entriesOf(web)).reverse();
    expect(entries.map(({ action, count, jobId, query }) => [action, count, jobId, query])).toEqual(
      [
        ['start', 1, one, undefined],
        ['start', 1, expect.stringMatching(/^embed-/), undefined],
        ['start', 2, undefined, undefined],
        ['cancel', 1, one, undefined],
        ['retry', 1, one, undefined],
        ['remove', 1, one, undefined],
        ['cancel', 3, undefined, 'type=embed'],
        ['start', 1, two, undefined],
        ['remove', 1, two, undefined],
      ],
    );
  });
});

describe('GET /api/audit', () => {
  test('is paged, filtered, and checked', async () => {
    const web = await setupApp();
    const ids = [await start(web), await start(web, {}, 'two'), await start(web, {}, 'three')];
    await web.post(`/api/jobs/${ids[1]}/cancel`);
    const first = (await (await web.json('/api/audit?limit=3')).json()) as {
      entries: AuditEntry[];
      nextCursor: string;
    };
    expect(first.entries.map(({ action }) => action)).toEqual(['cancel', 'start', 'start']);
    const rest = await entriesOf(web, `?limit=3&cursor=${first.nextCursor}`);
    expect(rest).toMatchObject([{ jobId: ids[0] }]);
    expect(await entriesOf(web, `?job=${ids[1]}&action=start`)).toHaveLength(1);
    for (const wrong of ['limit=0', 'cursor=x', 'action=explode', 'via=post', 'since=yesterday']) {
      expect([wrong, (await web.json(`/api/audit?${wrong}`)).status]).toEqual([wrong, 422]);
      expect((await web.request(`/audit?${wrong}`)).status).toBe(422);
    }
  });

  test('gives all of it as CSV and as JSON lines, as a file to a browser', async () => {
    const web = await setupApp();
    web.tracker.actAs({ via: 'terminal', user: '=cmd' });
    const jobs = Array.from({ length: 1_100 }, () => ({ type: 'embed' as const, input: {} }));
    for (const job of jobs) await web.tracker.enqueue(job.type, job.input);
    const csv = await web.request('/api/audit', { headers: { accept: 'text/csv' } });
    const lines = (await csv.text()).trimEnd().split('\r\n');
    expect(lines).toHaveLength(1_101);
    expect(lines[0]).toBe(
      'id,at,action,via,user,address,job,jobs,ids,query,target,kind,before,after',
    );
    expect(lines[1]).toContain(",start,terminal,'=cmd,,embed-");
    const five = await web.request('/api/audit?limit=5', { headers: { accept: 'text/csv' } });
    expect((await five.text()).trimEnd().split('\r\n')).toHaveLength(6);
    const file = await web.request('/api/audit?format=jsonl');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="xgpt-audit.jsonl"');
    expect((await file.text()).trimEnd().split('\n')).toHaveLength(1_100);
  });
});

describe('the page', () => {
  test('shows what was done, to which job and by whom, and filters it', async () => {
    const web = await setupApp();
    const empty = await (await web.request('/audit')).text();
    expect(empty).toContain('No entries yet.');
    const id = await start(web);
    web.tracker.actAs({ via: 'terminal', user: '<b>ada</b>' });
    await web.tracker.changeMatching('cancel', { q: '<i>' });
    await web.tracker.changeMatching('cancel', {});
    const html = await (await web.request('/audit')).text();
    const rows = elements(html, '.audit-table tbody tr');
    expect(rows).toHaveLength(2);
    expect(html).toContain('1 job: all');
    expect(html).toContain('&lt;b&gt;ada&lt;/b&gt; in the terminal');
    // Its start, and the list of those that were cancelled together.
    expect(elements(html, `.audit-table a[href="/jobs/${id}"]`)).toHaveLength(2);
    const filtered = await (await web.request('/audit?action=start&who=nobody')).text();
    expect(filtered).toContain('No entries match.');
    expect(attributesOf(filtered, '#who').value).toBe('nobody');
    expect(attributesOf(filtered, '#action option[selected]').value).toBe('start');
  });

  test('names a job by what it does, and by its id once it is not kept any more', async () => {
    const web = await setupApp();
    const id = await start(web);
    const child = await web.tracker.enqueue(
      'search',
      { query: '<i>storms</i>' },
      { by: { via: 'job', user: id } },
    );
    const linksTo = async (of: string) => {
      const html = await (await web.request('/audit?automatic=true')).text();
      return [...html.matchAll(/<a ([^>]*)>([^<]*)<\/a>( <small[^>]*>[^<]*)?/g)]
        .filter(([, attributes]) => attributes?.includes(`href="/jobs/${of}"`))
        .map(([, attributes = '', text, after = '']) => ({
          text,
          title: /title="([^"]*)"/.exec(attributes)?.[1],
          after: after.replace(/^.*>/, ''),
        }));
    };
    // Its own start, and what it has started.
    const named = { text: 'scrape @aurora_lab', title: id, after: id.slice(-8) };
    expect(await linksTo(id)).toEqual([named, named]);
    expect((await linksTo(child.id))[0]?.text).toBe('search “&lt;i&gt;storms&lt;/i&gt;”');
    const fragment = await web.request('/api/audit', { headers: { accept: 'text/html' } });
    expect(await fragment.text()).toContain('>scrape @aurora_lab</a>');
    await web.tracker.cancelJob(id);
    await web.tracker.removeJob(id);
    for (const link of await linksTo(id)) {
      expect(link).toEqual({ text: id, title: undefined, after: '' });
    }
  });

  test('of a job says who started it, and leads to its entries', async () => {
    const web = await setupApp();
    const id = await start(web, { 'sec-fetch-site': 'same-origin' });
    const report = await (await web.request(`/jobs/${id}`)).text();
    expect(report).toMatch(/Started by<\/dt><dd><span>browser<\/span>/);
    expect(report).toContain(`href="/audit?job=${id}"`);
  });
});
