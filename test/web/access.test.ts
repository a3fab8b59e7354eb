import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';

const TOKEN = 'correct-horse-battery';
const BEARER = { authorization: `Bearer ${TOKEN}` };

/** What has to be reached before anybody has signed in. */
const OPEN = ['/login', '/healthz', '/assets/:name', '/favicon'];

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp({ XGPT_TOKEN: TOKEN });
});

/** A fresh server, for tests that guess: wrong tokens of one slow those of the next. */
const fresh = () => setupApp({ XGPT_TOKEN: TOKEN });

const signIn = (app: TestApp, fields: Record<string, string> = {}, headers = {}) =>
  app.post('/login', { token: TOKEN, ...fields }, { ...NAVIGATION, ...headers });

const cookieFrom = (answer: Response) =>
  (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

/** The cookie of a browser that has just signed in. */
const signInCookie = async (app: TestApp) => cookieFrom(await signIn(app));

describe('without a token in the settings', () => {
  test('everybody may come in, and there is no login page', async () => {
    const open = await setupApp();
    expect((await open.json('/api/jobs')).status).toBe(200);
    expect((await open.request('/login')).status).toBe(404);
    expect((await open.post('/login', { token: TOKEN })).status).toBe(404);
    expect((await open.post('/logout')).status).toBe(404);
    const page = await (await open.request('/', { headers: NAVIGATION })).text();
    expect(page).not.toContain('/logout');
  });
});

describe('somebody who shows nothing', () => {
  test('reaches none of the addresses but those that sign them in', async () => {
    const routes = web.app.routes.filter(({ path }) => !OPEN.some((open) => path.startsWith(open)));
    expect(routes.length).toBeGreaterThan(25);
    for (const { method, path } of routes) {
      const answer = await web.json(path.replaceAll(/:\w+/g, 'x'), { method });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await web.json('/no/such/address')).status).toBe(401);
    expect(web.tracker.getAllJobs()).toEqual([]);
  });

  test('is told what to do, as JSON or as a fragment', async () => {
    const { error } = (await (await web.json('/api/jobs')).json()) as {
      error: { code: string; message: string };
    };
    expect(error.code).toBe('unauthorised');
    expect(error.message).toContain('Authorization: Bearer');
    expect(error.message).toContain('/login');
    const fragment = await (await web.request('/api/jobs')).text();
    expect(fragment).toStartWith('<div class="result error" role="alert">');
  });

  test('is sent to the form when it is a browser, which then leads back', async () => {
    const answer = await web.request('/find?q=a%26b', { headers: NAVIGATION });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/login?next=%2Ffind%3Fq%3Da%2526b');
    const form = await web.post('/api/scrape', { username: 'aurora_lab' }, NAVIGATION);
    expect([form.status, form.headers.get('location')]).toEqual([303, '/login']);
    expect(web.tracker.getAllJobs()).toEqual([]);
  });

  test('is sent there by htmx too, which follows no redirect to another page', async () => {
    const answer = await web.post('/api/scrape', {}, { 'hx-request': 'true' });
    expect([answer.status, answer.headers.get('hx-redirect')]).toEqual([401, '/login']);
  });

  test.each([
    ['http://127.0.0.1/find?q=a%26b#p1', '/find?q=a%26b'],
    ['https://other.example/jobs', '/jobs'],
    ['http://127.0.0.1//other.example/', '/'],
    ['javascript:alert(1)', '/'],
  ])('F3: is led back by the form to the page that htmx names: %s', async (page, next) => {
    const headers = { 'hx-request': 'true', 'hx-current-url': page };
    const answer = await web.post('/api/scrape', {}, headers);
    const login = `/login?next=${encodeURIComponent(next)}`;
    expect([answer.status, answer.headers.get('hx-redirect')]).toEqual([401, login]);
  });

  test('gets styles, icons and the form, and from the health address only that it is up', async () => {
    for (const path of ['/assets/app.css', '/assets/app.js', '/favicon.svg', '/login']) {
      expect((await web.request(path)).status).toBe(200);
    }
    expect(await (await web.json('/healthz')).json()).toEqual({ status: 'ok' });
    const all = await (await web.json('/healthz', { headers: BEARER })).json();
    expect(all).toHaveProperty('activeJobs');
  });

  test('sees no job anywhere: not on the form, nor on the page of an error', async () => {
    const app = await fresh();
    await app.tracker.createJob('scrape', { username: 'somebody_secret' });
    const refusals = [
      app.request('/login', { headers: NAVIGATION }),
      app.request('/', { headers: { ...NAVIGATION, host: 'evil.example' } }),
      app.request('/login', { headers: { ...NAVIGATION, host: 'evil.example' } }),
      app.request('/%E0%A4%A', { headers: NAVIGATION }),
      app.request('/assets/nothing', { headers: NAVIGATION }),
      app.post('/login', {}, { ...NAVIGATION, origin: 'https://evil.example' }),
      signIn(app, { token: 'wrong' }),
    ];
    for (const refusal of refusals) {
      const page = await (await refusal).text();
      expect(page).toStartWith('<!doctype html>');
      expect(page).not.toContain('somebody_secret');
      expect(page).not.toContain('taskbar');
    }
  });
});

test('a page that a rebound name asks for shows no job either, with or without a token', async () => {
  const open = await setupApp();
  await open.tracker.createJob('scrape', { username: 'somebody_secret' });
  const headers = { ...NAVIGATION, host: 'evil.example' };
  const answer = await open.request('/', { headers });
  expect(answer.status).toBe(403);
  expect(await answer.text()).not.toContain('somebody_secret');
});

describe('a program', () => {
  test('comes in with the token, and starts what it wants', async () => {
    expect((await web.json('/api/jobs', { headers: BEARER })).status).toBe(200);
    const lower = { authorization: `bearer ${TOKEN}` };
    expect((await web.json('/api/jobs', { headers: lower })).status).toBe(200);
    const started = await web.post('/api/scrape', { username: 'aurora_lab' }, BEARER);
    expect(started.status).toBe(202);
  });

  test.each([
    ['a wrong token', 'Bearer wrong-horse-battery'],
    ['the beginning of the token', `Bearer ${TOKEN.slice(0, -1)}`],
    ['the token and more', `Bearer ${TOKEN}x`],
    ['nothing', 'Bearer'],
    ['the token twice', `Bearer ${TOKEN} ${TOKEN}`],
    ['a password', `Basic ${btoa(`xgpt:${TOKEN}`)}`],
    ['another scheme', `Token ${TOKEN}`],
    ['no scheme', TOKEN],
  ])('is refused with %s', async (_, authorization) => {
    const app = await fresh();
    expect((await app.json('/api/jobs', { headers: { authorization } })).status).toBe(401);
  });

  test('is refused with the token in the address or in a cookie', async () => {
    const app = await fresh();
    for (const name of ['token', 'access_token', 'xgpt_token', 'key']) {
      expect((await app.json(`/api/jobs?${name}=${TOKEN}`)).status).toBe(401);
    }
    const headers = { cookie: `xgpt_session=${TOKEN}` };
    expect((await app.json('/api/jobs', { headers })).status).toBe(401);
  });
});

describe('a browser that signs in', () => {
  test('gets a cookie that scripts and other sites cannot use, and that is not the token', async () => {
    const answer = await signIn(web);
    expect(answer.status).toBe(303);
    const [pair = '', ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
    expect(pair).toMatch(/^xgpt_session=[\w-]{43}$/);
    expect(attributes.toSorted()).toEqual([
      'HttpOnly',
      'Max-Age=2592000',
      'Path=/',
      'SameSite=Strict',
    ]);
  });

  test('gets one for TLS only when its page came by TLS, whatever a header claims', async () => {
    const secure = async (headers: Record<string, string>) =>
      (await signIn(web, {}, headers)).headers.get('set-cookie')?.includes('; Secure');
    expect(await secure({ origin: 'https://localhost:3000', host: 'localhost:3000' })).toBe(true);
    expect(await secure({ 'x-forwarded-proto': 'https' })).toBe(false);
  });

  test('comes in with it, to what it wanted', async () => {
    const answer = await signIn(web, { next: '/find?q=a%26b' });
    expect(answer.headers.get('location')).toBe('/find?q=a%26b');
    const headers = { ...NAVIGATION, cookie: cookieFrom(answer) };
    const page = await web.request('/find?q=a%26b', { headers });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<form class="sign-out" method="post" action="/logout">');
    const again = await web.request('/login?next=%2Fjobs', { headers });
    expect([again.status, again.headers.get('location')]).toEqual([303, '/jobs']);
  });

  test('stays signed in when the server starts again, and not when the token is another', async () => {
    const cookie = await signInCookie(web);
    const restarted = await setupApp({ XGPT_TOKEN: TOKEN }, {}, web.database);
    const changed = await setupApp({ XGPT_TOKEN: `${TOKEN}-2` }, {}, web.database);
    expect((await restarted.json('/api/jobs', { headers: { cookie } })).status).toBe(200);
    expect((await changed.json('/api/jobs', { headers: { cookie } })).status).toBe(401);
  });

  test('is out again when its time is over, or with a cookie that nobody gave it', async () => {
    const app = await fresh();
    const cookie = await signInCookie(app);
    const status = async (sent: string) =>
      (await app.json('/api/jobs', { headers: { cookie: sent } })).status;
    expect(await status(cookie)).toBe(200);
    for (const forged of [`${cookie}x`, cookie.slice(0, -1), 'xgpt_session=', 'xgpt_session=%%']) {
      expect(await status(forged)).toBe(401);
    }
    app.database.run('UPDATE sessions SET expires_at = ?', [Date.now()]);
    expect(await status(cookie)).toBe(401);
  });

  test('is out again when it signs out, with everything it followed, and nobody else is', async () => {
    const app = await fresh();
    const [cookie, other] = [await signInCookie(app), await signInCookie(app)];
    const follow = async (headers: Record<string, string>) => {
      const answer = await app.request('/api/jobs/stream', { headers });
      const reader = answer.body?.getReader();
      expect((await reader?.read())?.done).toBe(false);
      return reader;
    };
    const [mine, others] = [await follow({ cookie }), await follow({ cookie: other })];
    const answer = await app.post('/logout', {}, { ...NAVIGATION, cookie });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login']);
    expect(answer.headers.get('set-cookie')).toStartWith('xgpt_session=; Max-Age=0; Path=/;');
    expect((await app.json('/api/jobs', { headers: { cookie } })).status).toBe(401);
    expect((await mine?.read())?.done).toBe(true);

    expect((await app.json('/api/jobs', { headers: { cookie: other } })).status).toBe(200);
    await app.tracker.createJob('scrape', { username: 'aurora_lab' });
    expect((await others?.read())?.done).toBe(false);
    void others?.cancel();
  });

  test('is asked again when the token is wrong, with the reason next to the field', async () => {
    const app = await fresh();
    const answer = await signIn(app, { token: 'wrong-horse-battery', next: '/jobs' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
    const page = await answer.text();
    expect(page).toMatch(/id="token-error">Wrong token\./);
    expect(page).toContain('name="next" value="/jobs"');
    expect(page).not.toContain('wrong-horse-battery');
  });

  test('cannot be signed in or out by another site’s page', async () => {
    const headers = { origin: 'https://evil.example' };
    const answer = await signIn(web, {}, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('set-cookie')).toBeNull();
    const cookie = await signInCookie(web);
    expect((await web.post('/logout', {}, { ...headers, cookie })).status).toBe(403);
    expect((await web.json('/api/jobs', { headers: { cookie } })).status).toBe(200);
    const form = { ...headers, cookie };
    expect((await web.post('/api/scrape', { username: 'aurora_lab' }, form)).status).toBe(403);
  });
});

test.each([
  ['//evil.example'],
  ['/\\evil.example'],
  ['\\\\evil.example'],
  ['/\t/evil.example'],
  ['/.//evil.example'],
  ['/a/..//evil.example'],
  ['https://evil.example/'],
  ['https:evil.example'],
  ['javascript:alert(1)'],
  ['evil.example'],
  ['http://localhost:3000/jobs'],
])('signing in never leads to %s', async (next) => {
  expect((await signIn(web, { next })).headers.get('location')).toBe('/');
  const form = await (await web.request(`/login?next=${encodeURIComponent(next)}`)).text();
  expect(form).toContain('name="next" value="/"');
});

describe('wrong tokens', () => {
  const wrong = { authorization: 'Bearer wrong-horse-battery' };
  const guess = (app: TestApp) => app.json('/api/jobs', { headers: wrong });

  test('F4: by header and by form count together, and a hundred may wait for their answer', async () => {
    const app = await fresh();
    for (let count = 0; count < 3; count++) expect((await guess(app)).status).toBe(401);
    expect((await signIn(app, { token: 'wrong' })).status).toBe(401);
    const waiting = Array.from({ length: 100 }, () => guess(app));
    const right = [app.json('/api/jobs', { headers: BEARER }), signIn(app)] as const;
    const [refused, form] = await Promise.all(right);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(form.status).toBe(429);
    expect(await form.text()).toContain('id="token-error">Too many wrong tokens');
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect((await app.json('/api/jobs', { headers: BEARER })).status).toBe(200);
  });

  test('F4: of four connections that guess are slowed down, and the right one is not', async () => {
    const app = await fresh();
    const until = performance.now() + 2_000;
    let attempts = 0;
    const guessing = Array.from({ length: 4 }, async () => {
      for (; performance.now() < until; attempts++) expect((await guess(app)).status).toBe(401);
    });
    for (let count = 0; count < 40; count++) {
      expect((await app.json('/api/jobs', { headers: BEARER })).status).toBe(200);
      await Bun.sleep(20);
    }
    // Four at once, and then after 250, 500, 1,000, 2,000 and 4,000 ms.
    expect(attempts).toBeLessThan(16);
    await Promise.all(guessing);
  });

  test('do not disturb those who are signed in, and wait also where no token is needed', async () => {
    const app = await fresh();
    const cookie = await signInCookie(app);
    for (let count = 0; count < 4; count++) await guess(app);
    const health = app.json('/healthz', { headers: wrong });
    const first = Promise.race([health.then(() => 'health'), Bun.sleep(100).then(() => 'nothing')]);
    expect((await app.json('/api/jobs', { headers: { cookie } })).status).toBe(200);
    expect(await first).toBe('nothing');
    expect(await (await health).json()).toEqual({ status: 'ok' });
  });
});

describe('the server’s names', () => {
  const status = async (app: TestApp, host: string) =>
    (await app.json('/healthz', { headers: { host } })).status;

  test('are those in the settings, besides this machine’s own', async () => {
    const app = await setupApp({ XGPT_HOSTS: 'nas, xgpt.lan' });
    for (const host of [
      'nas',
      'NAS:3000',
      'xgpt.lan:443',
      'xgpt.lan.',
      'NAS.:3000',
      'localhost:3000',
    ]) {
      expect(await status(app, host)).toBe(200);
    }
    for (const host of ['evil.example', 'xgpt.lan.evil.example', 'nas.lan', '192.168.1.2:3000']) {
      expect(await status(app, host)).toBe(403);
    }
  });

  test('include every address when others can reach it, and still no other name', async () => {
    const app = await setupApp({ XGPT_TOKEN: TOKEN, HOST: '0.0.0.0' });
    for (const host of ['192.168.1.2:3000', '[fe80::1]:3000', '0.0.0.0:3000', 'localhost']) {
      expect(await status(app, host)).toBe(200);
    }
    for (const host of ['evil.example', '192.168.1.2.nip.io', 'nas', '1.2.3', '[evil]']) {
      expect(await status(app, host)).toBe(403);
    }
  });
});
