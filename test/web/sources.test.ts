import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import type { SourceState } from '../../src/sources/source_state.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { createHarbour, type Harbour } from '../support/harbour_source.ts';

afterAll(closeApps);

const PASSWORD = { method: 'password', name: 'ada.example', password: 'tide-4711-gull' };
const KEY = { method: 'key', key: 'KEY-9f3c-paid-0042' };
const JSON_ONLY = { accept: 'application/json' };

let harbour: Harbour;
const web: TestApp = await setupApp(
  {},
  {
    addSources(live) {
      harbour = createHarbour(live);
      return [harbour.source];
    },
  },
);

beforeEach(async () => {
  harbour.mood = 'well';
  web.database.run('DELETE FROM rate_limits');
  web.database.run('DELETE FROM source_budgets');
  await web.connections.credentials.remove('harbour');
});

const HARBOUR = '/api/sources/harbour';

async function change(path: string, fields: Record<string, string> = {}) {
  const response = await web.post(HARBOUR + path, fields, JSON_ONLY);
  expect(response.status).toBe(200);
  return ((await response.json()) as { source: SourceState }).source.connection;
}

describe('GET /api/sources', () => {
  test('says what each source gives, what works without credentials, and how it is connected', async () => {
    const { sources } = (await (await web.json('/api/sources')).json()) as {
      sources: SourceState[];
    };
    expect(sources.find(({ name }) => name === 'sample')).toEqual({
      name: 'sample',
      label: 'the synthetic sample',
      abilities: ['posts', 'search', 'discover'],
    });
    expect(sources.find(({ name }) => name === 'harbour')).toMatchObject({
      abilities: ['posts', 'search'],
      connection: {
        status: 'unconnected',
        without: 'Authors and profiles',
        missing: ['search'],
        limits: [],
        budget: { posts: 0, costPerPost: 0.005, currency: 'USD', inUse: false },
        methods: [{ name: 'password' }, { name: 'key', paid: { costPerPost: 0.005 } }],
      },
    });
  });
});

describe('a source', () => {
  test('is connected, tested, replaced and disconnected', async () => {
    expect(await change('/credentials', PASSWORD)).toMatchObject({
      status: 'connected',
      missing: [],
      method: 'password',
      test: { outcome: 'passed', message: 'Connected as @ada.example' },
    });
    harbour.mood = 'refuses';
    expect(await change('/test')).toMatchObject({ status: 'refused' });
    harbour.mood = 'is down';
    expect(await change('/test')).toMatchObject({
      status: 'untested',
      test: { outcome: 'failed' },
    });
    harbour.mood = 'well';
    expect(await change('/credentials', KEY)).toMatchObject({
      status: 'connected',
      method: 'key',
      budget: { inUse: true },
    });
    const removed = await change('/credentials/remove');
    expect(removed).toMatchObject({ status: 'unconnected', missing: ['search'] });
    expect(removed).not.toHaveProperty('test');
  });

  test('is disconnected by DELETE too', async () => {
    await change('/credentials', PASSWORD);
    const response = await web.json(`${HARBOUR}/credentials`, { method: 'DELETE' });
    expect(await response.json()).toMatchObject({
      source: { connection: { status: 'unconnected' } },
    });
  });

  test.each([
    ['refuses', /^Nothing was stored\. The harbour refused the secret \[secret\]\./],
    ['is down', /^Nothing was stored\. They could not be tested\. The harbour did not/],
  ] as const)('that %s when new credentials come keeps those that work', async (mood, words) => {
    await change('/credentials', PASSWORD);
    harbour.mood = mood;
    const response = await web.post(`${HARBOUR}/credentials`, KEY, JSON_ONLY);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect([response.status, error.code]).toEqual([422, 'credentials_not_accepted']);
    expect(error.message).toMatch(words);
    expect(error.message).toEndWith('The earlier credentials stay in use.');
    const stored = await web.connections.credentials.read('harbour');
    expect(stored).toMatchObject({ method: 'password', values: { password: PASSWORD.password } });
    expect(await (await web.json('/api/sources')).text()).toContain('Connected as @ada.example');
  });

  test('stores first credentials that are refused, and others in place of refused ones', async () => {
    harbour.mood = 'refuses';
    expect(await change('/credentials', PASSWORD)).toMatchObject({ status: 'refused' });
    expect(await change('/credentials', KEY)).toMatchObject({ status: 'refused', method: 'key' });
  });

  test('keeps its credentials when new ones are invalid, and says which field is', async () => {
    await change('/credentials', PASSWORD);
    const refused: [Record<string, string>, Record<string, string>][] = [
      [
        { ...PASSWORD, password: 'short' },
        { password: 'Password must have at least 8 characters.' },
      ],
      [{ ...PASSWORD, name: '  ' }, { name: 'Name is missing.' }],
      [{ ...PASSWORD, method: 'oauth' }, { method: 'Method must be one of: password, key.' }],
      [{}, { method: 'Method must be one of: password, key.' }],
      [{ ...PASSWORD, key: 'x', method: '' }, { method: 'Method must be one of: password, key.' }],
      [{ name: 'ada' }, { password: 'Password is missing.' }],
      [{ ...KEY, token: 'x' }, { body: 'The fields are: key.' }],
      [{ ...KEY, key: 'two\nlines' }, { key: 'Key must be one line.' }],
    ];
    for (const [fields, details] of refused) {
      const response = await web.post(`${HARBOUR}/credentials`, fields, JSON_ONLY);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ error: { details } });
    }
    expect(await change('/test')).toMatchObject({ status: 'connected', method: 'password' });
  });

  test('shows until when the service limits requests, and no longer', async () => {
    harbour.mood = 'limits';
    harbour.limitedUntil = new Date(Date.now() + 60_000);
    const until = harbour.limitedUntil.toISOString();
    expect(await change('/test')).toMatchObject({ limits: [{ name: 'harbour:all', until }] });
    web.database.run('UPDATE rate_limits SET held_until = 1');
    harbour.mood = 'well';
    expect(await change('/test')).toMatchObject({ limits: [] });
  });

  test('has a budget that is set and reset, and that stops a search to the post', async () => {
    await change('/credentials', KEY);
    expect(await change('/budget', { posts: '25' })).toMatchObject({ budget: { cap: 25 } });
    const search = { query: 'ships', maxTweets: '100', source: 'harbour' };
    const started = await web.post('/api/search', search, JSON_ONLY);
    const { job } = (await started.json()) as { job: { id: string } };
    await web.tracker.start();
    const ended = await web.ended(job.id);
    expect(ended).toMatchObject({ status: 'failed', failure: 'permanent' });
    expect(ended.errorMessage).toContain('The budget is used up: 25 of 25 posts.');
    expect(web.library.posts({ source: 'harbour' }).total).toBe(25);
    expect(await change('/test')).toMatchObject({ budget: { posts: 25, requests: 3 } });
    expect(await change('/budget', { reset: '1' })).toMatchObject({
      budget: { cap: 25, posts: 0, requests: 0 },
    });
    const refused: Record<string, string>[] = [{}, { posts: '-1' }, { posts: '1e3' }];
    for (const fields of refused) {
      const response = await web.post(`${HARBOUR}/budget`, fields, JSON_ONLY);
      expect(response.status).toBe(422);
    }
  });

  test('that takes no credentials or does not exist is a 404', async () => {
    for (const name of ['sample', 'nowhere']) {
      const response = await web.post(`/api/sources/${name}/test`, {}, JSON_ONLY);
      expect(response.status).toBe(404);
    }
  });

  test('without JavaScript leads back to its place on the page; as text it is a line', async () => {
    const response = await web.post(`${HARBOUR}/credentials`, PASSWORD, NAVIGATION);
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/sources#source-harbour',
    ]);
    const text = await (
      await web.request('/api/sources', { headers: { accept: 'text/plain' } })
    ).text();
    expect(text).toMatch(
      /harbour +Harbour +posts of a user and posts on a topic +\$0\.005 a post \(key\) +Connected as @ada/,
    );
  });

  test('without JavaScript shows the form again with what is wrong, and without the secret', async () => {
    const wrong = { ...PASSWORD, name: 'ida.example', password: 'short' };
    const response = await web.post(`${HARBOUR}/credentials`, wrong, NAVIGATION);
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain('<h1>Sources</h1>');
    expect(html.match(/<details class="connect" open/g)).toHaveLength(1);
    expect(html).toMatch(/<input type="text"[^>]*value="ida\.example"/);
    expect(html.match(/Password must have at least 8 characters\./g)).toHaveLength(1);
    expect(html).toMatch(
      /<input type="password" id="harbour-password-password"[^>]*aria-invalid="true"/,
    );
    expect(html).not.toContain('value="short"');
    expect(html).toContain('Correct this field and send the form again.');
  });

  test.each([
    ['-5', 'Posts must be a whole number from 0 to'],
    ['', 'Posts must be a whole number from 0 to'],
    ['many', 'Posts must be a whole number from 0 to'],
  ])('without JavaScript shows the form of the budget again: %j', async (posts, message) => {
    await change('/credentials', KEY);
    await change('/budget', { posts: '250' });
    const response = await web.post(`${HARBOUR}/budget`, { posts }, NAVIGATION);
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain('<h1>Sources</h1>');
    expect(html).toContain('The budget was not changed.');
    expect(html.split(message)).toHaveLength(2);
    const field = /<input type="number"[^>]*id="harbour-posts"[^>]*>/.exec(html)?.[0] ?? '';
    expect(field).toContain('aria-invalid="true"');
    expect(field).toContain('aria-describedby="harbour-posts-error"');
    expect(field).toContain(`value="${posts}"`);
    expect(html.match(/<details class="connect" open/g)).toBeNull();
    expect(await web.connections.budgets.read('harbour')).toMatchObject({ cap: 250 });
    const forScripts = await web.post(`${HARBOUR}/budget`, { posts }, JSON_ONLY);
    expect(forScripts.status).toBe(422);
    expect(await forScripts.json()).toHaveProperty('error.details.posts');
  });

  test('cannot be connected from another origin', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const response = await web.post(`${HARBOUR}/credentials`, PASSWORD, headers);
    expect(response.status).toBe(403);
    expect(await web.connections.credentials.read('harbour')).toBeUndefined();
  });
});

describe('the Sources page', () => {
  const page = async () => (await web.request('/sources', { headers: NAVIGATION })).text();

  test('asks for secrets in password fields, and fills none of them in', async () => {
    await change('/credentials', PASSWORD);
    const html = await page();
    expect(html).toContain('Connected as @ada.example');
    const inputs = html.match(/<input type="password"[^>]*>/g) ?? [];
    expect(inputs.length).toBeGreaterThanOrEqual(2);
    for (const input of inputs) expect(input).not.toContain('value=');
    expect(html).not.toContain(PASSWORD.password);
  });

  test('says what a budget has cost', async () => {
    await change('/credentials', KEY);
    await change('/budget', { posts: '250' });
    web.database.run('UPDATE source_budgets SET posts = 120');
    expect(await page()).toContain('120 of 250 posts = $0.60 of $1.25');
  });

  test('asks before credentials are removed, and offers no test of a source that gives nothing yet', async () => {
    await change('/credentials', PASSWORD);
    expect(await page()).toMatch(/<summary>Remove the credentials…<\/summary>/);
    const x = (await page()).split('id="source-x"')[1]?.split('<section class="panel')[0] ?? '';
    expect(x).toContain('Not connected');
    expect(x).not.toContain('Test the connection');
  });

  test('does not count a budget that is not in use as used up', async () => {
    await change('/credentials', KEY);
    await change('/budget', { posts: '37' });
    web.database.run('UPDATE source_budgets SET posts = 37');
    expect(await page()).toContain('Used up: 37 of 37 posts');
    await change('/credentials', PASSWORD);
    const html = await page();
    expect(html).toContain('Not in use: 37 of 37 posts');
    expect(html).not.toContain('budget-words spent');
    expect(html).toContain('Use instead · ');
  });

  test('shows what the test has said besides on a line of its own', async () => {
    await change('/credentials', PASSWORD);
    web.database.run(
      "UPDATE source_tests SET message = 'Connected to the harbour. It has counted 1,234 of 3,000,000.'",
    );
    const html = await page();
    expect(html).toContain('Connected to the harbour</');
    expect(html).toContain('<p class="source-detail">It has counted 1,234 of 3,000,000.</p>');
  });

  test('says until when a service refuses requests in the time zone of the reader', async () => {
    harbour.mood = 'limits';
    harbour.limitedUntil = new Date(Date.now() + 30_000);
    await change('/test');
    expect(await page()).toMatch(
      /Rate limited until.*<time [^>]*data-clock="local">\d\d:\d\d:\d\d UTC<\/time>/s,
    );
  });
});
