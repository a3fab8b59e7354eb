import { afterAll, describe, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';

const TOKEN = 'correct-horse-battery';
const BEARER = { authorization: `Bearer ${TOKEN}` };
const WRONG = { authorization: 'Bearer wrong-horse-battery' };

const servers: { stop(closeConnections: boolean): unknown }[] = [];

afterAll(async () => {
  for (const server of servers.splice(0)) await server.stop(true);
});
afterAll(closeApps);

/** A server whose clients are all behind this machine's proxy, which it believes or not. */
async function serverBehind(XGPT_PROXIES: string, env: Record<string, string> = {}) {
  const web = await setupApp({ XGPT_PROXIES, XGPT_HOSTS: 'xgpt.test', ...env });
  const { server } = web.app.listen({ port: 0, hostname: '127.0.0.1' });
  if (!server) throw new Error('The app does not listen.');
  servers.push(server);
  const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { redirect: 'manual', ...init, headers });
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string>) =>
    ask(path, headers, { method: 'POST', body: new URLSearchParams(fields) });
  return { ...web, ask, post };
}

describe('B3: behind a proxy in the settings', () => {
  const forwarded = {
    host: '127.0.0.1:3000',
    'x-forwarded-host': 'xgpt.test:8443',
    'x-forwarded-proto': 'https',
  };

  test('a press of a button counts as one of the forwarded origin, and of no other', async () => {
    const { post } = await serverBehind('127.0.0.1');
    const press = async (headers: Record<string, string>) =>
      (await post('/api/scrape', { username: 'x' }, headers)).status;
    expect(await press({ ...forwarded, origin: 'https://xgpt.test:8443' })).toBe(202);
    for (const origin of [
      'http://xgpt.test:8443',
      'https://xgpt.test',
      'https://127.0.0.1:3000',
      'https://evil.example:8443',
    ]) {
      expect([origin, await press({ ...forwarded, origin })]).toEqual([origin, 403]);
    }
    const other = { ...forwarded, 'x-forwarded-host': 'evil.example' };
    expect(await press({ ...other, origin: 'https://evil.example' })).toBe(403);
    expect((await serverBehind('127.0.0.1').then(({ ask }) => ask('/', other))).status).toBe(403);
  });

  test('commands to copy have the origin that the browser shows', async () => {
    const { ask, post } = await serverBehind('127.0.0.0/8', { XGPT_BASE_PATH: '/xgpt' });
    const page = await (await ask('/xgpt/docs/api', { ...NAVIGATION, ...forwarded })).text();
    expect(page).toContain('https://xgpt.test:8443/xgpt/api/scrape');
    const text = await post(
      '/api/scrape',
      { username: 'x' },
      { ...forwarded, accept: 'text/plain' },
    );
    expect(await text.text()).toContain(' https://xgpt.test:8443/xgpt/api/jobs/scrape-');
    // `createApp` has set it for all apps of this process.
    await serverBehind('127.0.0.1');
  });

  test('the sign-in cookie is Secure when the browser uses https', async () => {
    const { post } = await serverBehind('127.0.0.1', { XGPT_TOKEN: TOKEN });
    const cookie = async (headers: Record<string, string>) =>
      (await post('/login', { token: TOKEN }, headers)).headers.get('set-cookie');
    expect(await cookie(forwarded)).toEndWith('; Secure');
    expect(await cookie({ 'x-forwarded-proto': 'http' })).not.toContain('Secure');
    expect(await cookie({})).not.toContain('Secure');
  });

  test('the opener policy is sent exactly where a browser obeys it', async () => {
    const { ask } = await serverBehind('127.0.0.1', {
      XGPT_TOKEN: TOKEN,
      XGPT_HOSTS: 'xgpt.test,xgpt.localhost',
    });
    const plain = { ...forwarded, 'x-forwarded-proto': 'http' };
    const { 'x-forwarded-host': _, ...unnamed } = plain;
    const cases: [sent: string | null, headers: Record<string, string>][] = [
      ['same-origin', forwarded],
      [null, plain],
      [null, { host: 'xgpt.test' }],
      ['same-origin', { ...plain, origin: 'https://xgpt.test:8443' }],
      // Browsers send it to trustworthy origins only.
      ['same-origin', { ...plain, 'sec-fetch-site': 'none' }],
      ['same-origin', unnamed],
      ['same-origin', {}],
      ...['localhost:3000', '[::1]:3000', 'xgpt.localhost'].map(
        (host): [string, Record<string, string>] => ['same-origin', { host }],
      ),
    ];
    for (const [sent, headers] of cases) {
      for (const path of ['/login', '/jobs', '/nothing']) {
        for (const how of [BEARER, NAVIGATION, { accept: 'application/json' }]) {
          const answer = await ask(path, { ...how, ...headers });
          const policy = answer.headers.get('cross-origin-opener-policy');
          expect({ path, how, headers, policy }).toEqual({ path, how, headers, policy: sent });
        }
      }
    }
  });

  test('F4: wrong tokens slow down the client that sends them, and nobody else behind the proxy', async () => {
    const { ask } = await serverBehind('127.0.0.1', { XGPT_TOKEN: TOKEN });
    const from = (address: string, token: Record<string, string>) =>
      ask('/api/jobs', { ...token, 'x-forwarded-for': `127.0.0.9, ${address}` });
    for (let count = 0; count < 7; count++) {
      expect((await from('203.0.113.7', WRONG)).status).toBe(401);
    }
    let isDelayed = true;
    const again = from('203.0.113.7', WRONG).finally(() => {
      isDelayed = false;
    });
    expect((await from('198.51.100.1', WRONG)).status).toBe(401);
    expect((await from('198.51.100.1', BEARER)).status).toBe(200);
    expect(isDelayed).toBe(true);
    expect((await again).status).toBe(401);
  });

  test('limits of waiting jobs are those of the real client', async () => {
    const { ask, post } = await serverBehind('127.0.0.1', { XGPT_MAX_WAITING_PER_CLIENT: '1' });
    const start = async (address: string, username: string) =>
      (await post('/api/scrape', { username }, { 'x-forwarded-for': address })).status;
    expect(await start('203.0.113.7', 'one')).toBe(202);
    expect(await start('203.0.113.7', 'two')).toBe(429);
    expect(await start('198.51.100.1', 'three')).toBe(202);
    expect((await ask('/healthz')).status).toBe(200);
  });
});

describe('B3: behind a proxy that no setting names', () => {
  test('nothing that is forwarded is believed', async () => {
    const { post, ask } = await serverBehind('192.0.2.1', { XGPT_TOKEN: TOKEN });
    const headers = {
      'x-forwarded-host': 'xgpt.test',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
    };
    const signedIn = await post('/login', { token: TOKEN }, headers);
    expect(signedIn.headers.get('set-cookie')).not.toContain('Secure');
    const origin = 'https://xgpt.test';
    const pressed = await post('/api/scrape', { username: 'x' }, { ...BEARER, ...headers, origin });
    expect(pressed.status).toBe(403);
    const evil = { 'x-forwarded-host': 'evil.example' };
    expect((await ask('/api/jobs', { ...BEARER, ...evil })).status).toBe(200);
  });
});
