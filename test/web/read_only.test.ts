import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readOnlyHtml } from '../../src/web/http/read_only.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { createHarbour } from '../support/harbour_source.ts';

const TOKEN = 'correct-horse-battery';
const READ_TOKEN = 'only-look-never-touch';
const READER = { authorization: `Bearer ${READ_TOKEN}` };
const OWNER = { authorization: `Bearer ${TOKEN}` };

/** Other methods that a reader may use: they change nothing, or the reader's own sign-in. */
const OPEN_TO_READERS = [
  // It answers readers, and has no tool for them that changes something: test/mcp.
  'POST /mcp',
  'POST /login',
  'POST /logout',
  'POST /api/jobs/stream/jobs',
];

afterAll(closeApps);

let web: TestApp;
let jobId: string;
beforeAll(async () => {
  web = await setupApp({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN });
  await web.tracker.enqueue('scrape', { username: 'ada' }, { sessionId: 'monday' });
  const { id } = await web.tracker.enqueue('scrape', { username: 'bea' });
  await web.tracker.cancelJob(id);
  ({ jobId } = await web.tracker.createJob('embed'));
});

const signIn = (token: string, app = web) => app.post('/login', { token }, NAVIGATION);

async function cookieOf(token: string): Promise<{ cookie: string }> {
  const header = (await signIn(token)).headers.get('set-cookie') ?? '';
  return { cookie: header.split(';')[0] ?? '' };
}

const isChange = ({ method }: { method: string }) =>
  !['GET', 'HEAD', 'OPTIONS'].includes(method.toUpperCase());

/** Everything that is stored about jobs and sources. */
function stored(app: TestApp): string {
  const tables = ['jobs', 'posts', 'profiles', 'credentials', 'budgets', 'idempotency_keys'];
  const present = app.database
    .query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all()
    .map(({ name }) => name);
  return JSON.stringify(
    tables
      .filter((name) => present.includes(name))
      .map((name) => app.database.query(`SELECT * FROM ${name}`).all()),
  );
}

/** Path parameters that lead to something that exists. */
function filled(path: string): string {
  const known = path.replace('/jobs/:id', `/jobs/${jobId}`);
  return known.replace('/sessions/:id', '/sessions/monday').replaceAll(/:\w+/g, 'sample');
}

describe('the reader’s token', () => {
  test('is refused with a sentence by every route that changes something', async () => {
    const before = stored(web);
    const cookie = await cookieOf(READ_TOKEN);
    const changes = web.app.routes.filter(isChange);
    const refused = changes.filter((route) => {
      return !OPEN_TO_READERS.includes(`${route.method} ${route.path}`);
    });
    expect(refused.length).toBeGreaterThan(15);
    expect(changes.length - refused.length).toBe(OPEN_TO_READERS.length);
    for (const { method, path } of refused) {
      for (const headers of [READER, cookie]) {
        const answer = await web.json(filled(path), {
          method,
          headers: { ...headers, 'content-type': 'application/json' },
          body: '{}',
        });
        const { error } = (await answer.json()) as { error: { code: string; message: string } };
        const told = [method, path, answer.status, error.code];
        expect(told).toEqual([method, path, 403, 'read_only']);
        expect(error.message).toContain('XGPT_TOKEN');
      }
    }
    expect(stored(web)).toBe(before);
  });

  test('is refused before a body is read, whatever its form, and by addresses without a route', async () => {
    const form = new FormData();
    form.set('file', new File(['PK'], 'twitter-archive.zip'));
    const upload = { method: 'POST', body: form, headers: READER };
    expect((await web.request('/api/imports', upload)).status).toBe(403);
    expect((await web.request('/no/such/address', { method: 'PUT', headers: READER })).status).toBe(
      403,
    );
    const page = await web.post('/api/scrape', { username: 'ada' }, { ...NAVIGATION, ...READER });
    expect(page.status).toBe(403);
    expect(await page.text()).toContain('Nothing was changed.');
    const text = await web.post('/api/embed', {}, { ...READER, accept: 'text/plain' });
    expect(await text.text()).toContain('XGPT_TOKEN');
  });

  test('sees what the owner’s sees: lists, streams, metrics, exports', async () => {
    const paths = [
      '/api/jobs',
      '/api/sources',
      '/api/sessions',
      '/api/history',
      '/api/imports',
      '/api/posts',
      '/api/profiles',
      '/api/find?q=jazz',
      '/openapi.json',
      `/api/jobs/${jobId}`,
    ];
    for (const path of paths) {
      const answers = [READER, OWNER].map(async (headers) => {
        const answer = await web.json(path, { headers });
        return [answer.status, (await answer.text()).replaceAll(/"stalledSince":"[^"]*",?/g, '')];
      });
      const [reader, owner] = await Promise.all(answers);
      expect(reader).toEqual(owner as string[]);
      expect(reader?.[0]).toBe(200);
    }
    expect((await web.request('/metrics', { headers: READER })).status).toBe(200);
    const health = await (await web.json('/healthz', { headers: READER })).json();
    expect(health).toHaveProperty('activeJobs');
  });

  test('follows streams, whose markup has no buttons', async () => {
    const first = async (path: string, init: RequestInit = {}) => {
      const leaving = new AbortController();
      const headers = { ...READER, ...(init.headers as Record<string, string>) };
      const { signal } = leaving;
      const answer = await web.request(path, { ...init, headers, signal });
      expect(answer.status).toBe(200);
      const { value } = (await answer.body?.getReader().read()) ?? {};
      leaving.abort();
      return new TextDecoder().decode(value);
    };
    const taskbar = await first('/api/jobs/stream');
    expect(taskbar).toContain('event: jobs');
    expect(taskbar).toContain(jobId);
    expect(taskbar).not.toMatch(/<form|<button[^>]*type="submit"/);
    expect(await first('/api/jobs/events')).toContain('event: job.upsert');
    const posted = { method: 'POST', body: JSON.stringify({ jobs: [jobId] }) };
    const named = { ...posted, headers: { 'content-type': 'application/json' } };
    expect(await first('/api/jobs/stream/jobs', named)).toContain(jobId);
  });

  test('gets pages that say so, without a form or a link that would fail', async () => {
    const cookie = await cookieOf(READ_TOKEN);
    const pages = web.app.routes.filter(
      ({ method, path }) =>
        method === 'GET' &&
        !/^\/(api|assets|media|favicon|metrics|healthz|login|openapi)/.test(path),
    );
    expect(pages.length).toBeGreaterThan(12);
    for (const { path } of [...pages, { path: '/jobs/bulk?action=cancel' }]) {
      const answer = await web.request(filled(path), { headers: { ...NAVIGATION, ...cookie } });
      const page = await answer.text();
      if (!answer.headers.get('content-type')?.startsWith('text/html')) continue;
      const isWhole = page.startsWith('<!doctype html>');
      expect([path, page.includes('>Read only<')]).toEqual([path, isWhole]);
      const forms = page.match(/<form[^>]*method="post"[^>]*>/g) ?? [];
      expect([path, forms.filter((form) => !form.includes('sign-out'))]).toEqual([path, []]);
      // Nothing that unfolds to a form that is not there.
      expect([
        path,
        page.match(/<details[^>]*>\s*<summary[^>]*>[^<]*<\/summary>\s*<\/details>/),
      ]).toEqual([path, null]);
      expect([path, page.match(/(?:Delete|Remove|Upload)[^<]*(?:…|the zip)/)]).toEqual([
        path,
        null,
      ]);
      expect([path, page.match(/hx-(?:post|delete|put|patch)=/g)]).toEqual([path, null]);
      expect([path, page.match(/href="[^"]*\/(?:jobs\/bulk|forget)\?/g)]).toEqual([path, null]);
    }
  });

  test('keeps the list of jobs, whose form is around it, and explains the pages that start', async () => {
    const headers = { ...NAVIGATION, ...(await cookieOf(READ_TOKEN)) };
    const list = await (await web.request('/jobs', { headers })).text();
    expect(list).toContain('class="stacked job-table"');
    expect(list).not.toContain('type="checkbox" name="ids"');
    const start = await (await web.request('/scrape', { headers })).text();
    expect(start).toContain('You can read everything here and change nothing');
    expect(start).toContain('Recent runs');
    const owner = { ...NAVIGATION, ...(await cookieOf(TOKEN)) };
    expect(await (await web.request('/scrape', { headers: owner })).text()).not.toContain(
      'Read only',
    );
  });

  test('can follow a saved find, which changes nothing then', async () => {
    const body = { name: 'Night sky', q: '"night sky" & more' };
    expect((await web.post('/api/finds', body, OWNER)).status).toBe(201);
    const page = await (
      await web.request('/find', { headers: { ...READER, ...NAVIGATION } })
    ).text();
    const link = /<a href="([^"]*)"><span class="saved-find-name">/.exec(page)?.[1] ?? '';
    expect(page).toContain('Night sky');
    const target = await web.request(link.replaceAll('&amp;', '&'), {
      headers: { ...READER, ...NAVIGATION },
    });
    expect(target.status).toBe(200);
    expect(await target.text()).toContain('value="&#34;night sky&#34; &amp; more"');
  });

  test('signs in on the same form, and out again', async () => {
    const app = await setupApp({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN });
    const answer = await signIn(READ_TOKEN, app);
    expect(answer.status).toBe(303);
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const headers = { ...NAVIGATION, cookie };
    expect((await app.request('/', { headers })).status).toBe(200);
    expect((await app.post('/api/embed', {}, { cookie })).status).toBe(403);
    // It stays a reader's in a server that was started again.
    const again = await setupApp(
      { XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN },
      {},
      app.database,
    );
    expect((await again.post('/api/embed', {}, { cookie })).status).toBe(403);
    // Under another reader's token it has ended, as the owner's has under another token.
    const other = await setupApp(
      { XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: `${READ_TOKEN}.` },
      {},
      app.database,
    );
    expect((await other.json('/api/jobs', { headers: { cookie } })).status).toBe(401);
    expect((await app.post('/logout', {}, headers)).status).toBe(303);
    expect((await app.request('/', { headers })).status).toBe(303);
  });

  test('is wrong where there is none, and counts as a wrong token', async () => {
    const app = await setupApp({ XGPT_TOKEN: TOKEN });
    expect((await app.json('/api/jobs', { headers: READER })).status).toBe(401);
    expect((await signIn(READ_TOKEN, app)).status).toBe(401);
  });

  test('reveals no credentials', async () => {
    const app = await setupApp(
      { XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN },
      { addSources: (live) => [createHarbour(live).source] },
    );
    const fields = { method: 'password', name: 'ada-of-the-quay', password: 'tide-4711-gull' };
    const stored = await app.post('/api/sources/harbour/credentials', fields, OWNER);
    expect(stored.status).toBe(200);
    for (const path of ['/api/sources', '/sources', '/', '/api/jobs', '/metrics', '/healthz']) {
      for (const accept of ['application/json', 'text/plain', NAVIGATION.accept, '*/*']) {
        const answer = await app.request(path, { headers: { ...READER, accept } });
        const text = await answer.text();
        expect(answer.status).toBe(200);
        expect(text).not.toContain(fields.password);
      }
    }
  });
});

describe('markup for readers', () => {
  test('keeps what is around and within, byte for byte', () => {
    const html = `<main><p data-x='a &amp; "b"'>1 &lt; 2 — ü</p><form data-changes="unwrap" method="post"><i>kept</i></form></main>`;
    expect(readOnlyHtml(html)).toBe(
      `<main><p data-x='a &amp; "b"'>1 &lt; 2 — ü</p><i>kept</i></main>`,
    );
  });

  test('loses forms, whatever their class, but not the one that signs out or finds', () => {
    const kept = '<form class="sign-out" method="post"></form><form method="get"></form>';
    const html = `${kept}<form class="x" method="post"><button>Go</button></form><b data-changes="remove">no</b>`;
    expect(readOnlyHtml(html)).toBe(kept);
    expect(readOnlyHtml('<form method="post" data-changes="explain"></form>')).toContain(
      'read-only-note',
    );
  });
});

test('a reader sees the limits of types, and no control that would be refused', async () => {
  const owner = await setupApp({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN });
  await owner.tracker.setConcurrency('scrape', 7);
  await owner.webhooks.add({ url: 'https://hooks.example/in' });
  const page = async (path: string) =>
    (await owner.request(path, { headers: { ...READER, ...NAVIGATION } })).text();
  const workers = await page('/workers');
  expect(workers).toMatch(/<span data-changes="show"\s*>7 \(own: 2\)<\/span>/);
  for (const word of ['Change', 'Pause', 'name="concurrency"']) {
    expect([word, workers.includes(word)]).toEqual([word, false]);
  }
  const webhooks = await page('/webhooks');
  expect(webhooks).toContain('https://hooks.example/in');
  for (const word of ['New webhook', 'Remove', 'Send a test'])
    expect([word, webhooks.includes(word)]).toEqual([word, false]);
  expect((await owner.json('/api/workers', { headers: READER })).status).toBe(200);
  const mine = await (
    await owner.request('/workers', { headers: { ...OWNER, ...NAVIGATION } })
  ).text();
  expect(mine).toMatch(/<span data-changes="show" hidden[^>]*>7/);
});

test('a reader does not see the query of a webhook’s address, which may have a key', async () => {
  const app = await setupApp({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN });
  await app.post('/api/webhooks', { url: 'https://hooks.example/in?key=gull-4711' }, OWNER);
  const id = (await app.webhooks.store.list())[0]?.id;
  const read = async (path: string, headers: Record<string, string>) =>
    (await app.request(path, { headers })).text();
  const { accept } = NAVIGATION;
  for (const [path, type] of [
    ['/webhooks', accept],
    ['/audit', accept],
    ...['application/json', 'text/plain', '*/*'].flatMap((each) => [
      ['/api/webhooks', each],
      [`/api/webhooks/${id}`, each],
    ]),
  ] as [string, string][]) {
    const seen = await read(path, { ...READER, accept: type });
    const has = ['hooks.example/in', 'gull-4711'].map((text) => seen.includes(text));
    expect([path, type, ...has]).toEqual([path, type, true, false]);
  }
  expect(await read('/webhooks', { ...OWNER, accept })).toContain('gull-4711');
});
