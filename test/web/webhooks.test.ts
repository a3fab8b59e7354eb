import { afterAll, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import { errand } from '../support/jobs.ts';
import { attributesOf, elements } from '../views/pages/fixtures.ts';

afterAll(closeApps);

const URL = 'https://hooks.example/xgpt';

test('FEATURES 43: a form without a script makes a webhook, and shows its secret once', async () => {
  const web = await setupApp();
  const form = new URLSearchParams([
    ['url', URL],
    ['events', ''],
    ['events', 'exhausted'],
    ['events', 'cancelled'],
    ['types', 'scrape, search'],
  ]);
  const headers = { ...NAVIGATION, 'sec-fetch-mode': 'navigate' };
  const answer = await web.request('/api/webhooks', { method: 'POST', body: form, headers });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('cache-control')).toContain('no-store');
  const [secret = ''] = /whsec_[A-Za-z0-9+/=]+/.exec(await answer.text()) ?? [];
  expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
  const [webhook] = await web.webhooks.store.list();
  expect(webhook).toMatchObject({
    events: ['exhausted', 'cancelled'],
    types: ['scrape', 'search'],
  });
  for (const path of ['/webhooks', '/api/webhooks']) {
    expect(await (await web.request(path)).text()).not.toContain('whsec_');
  }
  const stored = JSON.stringify(web.database.query('SELECT * FROM webhooks').all());
  expect(stored).not.toContain(secret.slice(6, 20));
  const test = await web.request(`/api/webhooks/${webhook?.id}/test`, { method: 'POST', headers });
  expect([test.status, test.headers.get('location')]).toEqual([
    303,
    expect.stringMatching(/^\/jobs\/deliver-/),
  ]);
  const removal = await web.request(`/api/webhooks/${webhook?.id}/remove`, {
    method: 'POST',
    headers,
  });
  const after = await web.request(removal.headers.get('location') ?? '');
  expect(await after.text()).toContain('The webhook was removed');
  expect(await (await web.request('/webhooks')).text()).toContain('No webhooks yet.');
});

test('FEATURES 43: a form that is refused comes back with what was typed', async () => {
  const web = await setupApp();
  const answer = await web.request('/api/webhooks', {
    method: 'POST',
    body: new URLSearchParams({ url: 'http://10.0.0.4/hook', events: '' }),
    headers: { ...NAVIGATION, 'sec-fetch-mode': 'navigate' },
  });
  expect(answer.status).toBe(422);
  const html = await answer.text();
  expect(attributesOf(html, '#url').value).toBe('http://10.0.0.4/hook');
  expect(elements(html, '.webhook-events input[checked]')).toHaveLength(0);
  expect(html).toContain('Events must be among: completed, failed, exhausted, cancelled.');
  expect(await web.webhooks.store.list()).toEqual([]);
});

test('FEATURES 43: types that do not exist are refused, with the names of those that do', async () => {
  const web = await setupApp();
  web.tracker.define(errand(async () => 'done'));
  const refused = await web.post('/api/webhooks', { url: URL, types: 'scrape,crawl, deliver' });
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain(
    'Types must be among: discover, embed, errand, forget, scrape, search. Unknown: "crawl", "deliver".'.replaceAll(
      '"',
      '&quot;',
    ),
  );
  expect((await web.post('/api/webhooks', { url: URL, types: 'errand' })).status).toBe(201);
});

test('FEATURES 43: only private addresses that are written as such are refused at once, unless the setting allows them', async () => {
  const status = async (web: Awaited<ReturnType<typeof setupApp>>, url: string) =>
    (await web.post('/api/webhooks', { url })).status;
  const strict = await setupApp();
  for (const host of ['127.0.0.1', 'localhost:9', 'LOCALHOST', '[::1]', '0x7f.1', '2130706433'])
    expect([host, await status(strict, `http://${host}/`)]).toEqual([host, 422]);
  expect(await status(strict, 'https://user:pass@hooks.example/')).toBe(422);
  expect(await status(strict, 'https://hooks.example/')).toBe(201);
  const open = await setupApp({ XGPT_PRIVATE_WEBHOOKS: 'on' });
  expect(await status(open, 'http://127.0.0.1:9/')).toBe(201);
});

test.each([
  ['http://10.0.0.8/', '10.0.0.8 is not on the public internet'],
  ['http://[fd00::8]/', 'fd00::8 is not on the public internet'],
  ['http://2130706433/', '127.0.0.1 is not on the public internet'],
  ['http://localhost:9/', 'localhost is at 127.0.0.1, which is not on the public internet'],
])('FEATURES 43: %s is refused in one sentence that has each address once', async (url, place) => {
  const web = await setupApp();
  const answer = await web.post('/api/webhooks', { url }, { accept: 'application/json' });
  const { error } = (await answer.json()) as { error: { details: Record<string, string> } };
  expect(error.details).toEqual({
    url: `${place}; to allow it, set XGPT_PRIVATE_WEBHOOKS to on for every process.`,
  });
});

test('FEATURES 43: fields that are no texts are refused', async () => {
  const web = await setupApp();
  const headers = { 'content-type': 'application/json' };
  for (const body of [
    '{"url":{"toString":1}}',
    '{"url":"https://hooks.example/","types":{"join":1}}',
    '{"mode":{"toString":1}}',
  ]) {
    const answer = await web.json('/api/webhooks', { method: 'POST', body, headers });
    expect([body, answer.status]).toEqual([body, 422]);
    const page = await web.request('/api/webhooks', {
      method: 'POST',
      body,
      headers: { ...headers, accept: 'text/html' },
    });
    expect([body, page.status]).toEqual([body, 422]);
  }
});

test('FEATURES 43: nobody can start a delivery: it has no address, form or command', async () => {
  const web = await setupApp();
  const input = { webhook: 'wh_x', payload: { type: 'x', timestamp: 'x', data: {} } };
  expect((await web.post('/api/deliver', {})).status).toBe(404);
  expect((await web.request('/deliver')).status).toBe(404);
  const body = JSON.stringify({ type: 'deliver', input });
  const headers = { 'content-type': 'application/json' };
  expect((await web.json('/api/jobs', { method: 'POST', body, headers })).status).toBe(422);
  expect(web.tracker.types).not.toContain('deliver' as never);
  expect(await (await web.request('/openapi.json')).text()).not.toContain('"const":"deliver"');
});

test('FEATURES 43: everything that is wrong with a new webhook is named at once', async () => {
  const web = await setupApp();
  const body = JSON.stringify({ url: 'nowhere', events: ['over'], types: ['crawl'] });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await web.request('/api/webhooks', { method: 'POST', body, headers });
  const { error } = (await answer.json()) as { error: { details: Record<string, string> } };
  expect(Object.keys(error.details).sort()).toEqual(['events', 'types', 'url']);
});

const BROWSER = { ...NAVIGATION, 'sec-fetch-mode': 'navigate' };

test('FEATURES 43: the page that answers a form begins with the secret, which has the focus', async () => {
  const web = await setupApp();
  for (const name of ['a', 'b', 'c']) await web.webhooks.add({ url: `${URL}/${name}` });
  const added = await web.post('/api/webhooks', { url: URL, events: 'failed' }, BROWSER);
  const html = await added.text();
  const main = html.slice(html.indexOf('<main'));
  const secret = main.search(/whsec_/);
  expect(secret).toBeGreaterThan(0);
  expect(secret).toBeLessThan(main.indexOf('class="webhooks"'));
  expect(attributesOf(html, '.webhook-note')).toMatchObject({ tabindex: '-1', autofocus: '' });
  expect(html.match(/whsec_/g)).toHaveLength(1);
});

test('FEATURES 43: a webhook that is equal to another is refused, also when its page is loaded again', async () => {
  const web = await setupApp();
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    web.post('/api/webhooks', fields, headers);
  expect((await post({ url: URL }, BROWSER)).status).toBe(201);
  const form = new URLSearchParams([
    ['url', URL],
    ['events', 'failed'],
    ['events', 'completed'],
  ]);
  const again = await web.request('/api/webhooks', {
    method: 'POST',
    body: form,
    headers: BROWSER,
  });
  expect(again.status).toBe(409);
  const page = await again.text();
  const [first] = await web.webhooks.store.list();
  expect(page).toContain('Nothing was added: there is an equal webhook.');
  expect(page).toContain(`href="#${first?.id}"`);
  expect(page).not.toContain('whsec_');
  const answer = await post(
    { url: 'HTTPS://hooks.EXAMPLE:443/xgpt#x' },
    { accept: 'application/json' },
  );
  expect(answer.status).toBe(409);
  const { error } = (await answer.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe('webhook_exists');
  expect(error.message).toStartWith(`Nothing was added. ${first?.id} has this address`);
  expect(await web.webhooks.store.list()).toHaveLength(1);
  // Two requests at once add one.
  const twice = { url: `${URL}/twice` };
  const statuses = (await Promise.all([post(twice), post(twice)])).map(({ status }) => status);
  expect(statuses.sort()).toEqual([201, 409]);
});

test('FEATURES 43: the same address is told of other events or types, and again when it has ended', async () => {
  const web = await setupApp();
  const status = async (fields: Record<string, string>) =>
    (await web.post('/api/webhooks', fields)).status;
  expect(await status({ url: URL })).toBe(201);
  expect(await status({ url: URL, events: 'cancelled' })).toBe(201);
  expect(await status({ url: URL, types: 'scrape' })).toBe(201);
  expect(await status({ url: `${URL}?for=me` })).toBe(201);
  const [first] = await web.webhooks.store.list();
  await web.webhooks.store.end(first?.id ?? '', 'gone');
  expect(await status({ url: URL })).toBe(201);
});

test('FEATURES 43: a webhook is removed only after the page has said what is lost', async () => {
  const web = await setupApp();
  const { webhook } = await web.webhooks.add({ url: URL });
  await web.webhooks.test(webhook.id);
  const html = await (await web.request('/webhooks')).text();
  expect(elements(html, 'details.remove-webhook:not([open]) form[action$="/remove"]')).toHaveLength(
    1,
  );
  expect(elements(html, 'form[action$="/remove"]')).toHaveLength(1);
  expect(html).toContain(
    'Its 1 waiting event is cancelled, and its secret is deleted. If the address is added again, it gets another secret.',
  );
});
