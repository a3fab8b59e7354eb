import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { InvalidConfig } from '../../src/platform/config.ts';
import { setBasePath } from '../../src/text/urls.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';

const TOKEN = 'correct-horse-battery';
const BEARER = { authorization: `Bearer ${TOKEN}` };

afterAll(closeApps);
afterAll(() => setBasePath(''));

let web: TestApp;
beforeAll(async () => {
  web = await setupApp({ XGPT_TOKEN: TOKEN, XGPT_BASE_PATH: '/xgpt' });
});

describe('B4: under a base path', () => {
  test.each(['/api/jobs', '/xgpt/api/jobs', '/xgpt/api/jobs?limit=1', '/xgpt/openapi.json'])(
    '%s is found, with the prefix or where a proxy has removed it',
    async (path) => {
      expect((await web.json(path, { headers: BEARER })).status).toBe(200);
      expect((await web.json(path)).status).toBe(401);
    },
  );

  test('the dashboard is at the base path itself, with a slash and without', async () => {
    for (const path of ['/', '/xgpt', '/xgpt/', '/xgpt?x=1']) {
      const page = await web.request(path, { headers: { ...NAVIGATION, ...BEARER } });
      expect([path, page.status]).toEqual([path, 200]);
      expect(await page.text()).toContain('data-base-path="/xgpt"');
    }
  });

  test.each(['/xgpt-2/api/jobs', '/XGPT/api/jobs', '/xgpt/xgpt/api/jobs', '/xgpt//api/jobs'])(
    '%s is not found',
    async (path) => {
      expect((await web.json(path, { headers: BEARER })).status).toBe(404);
    },
  );

  test('what needs no token is the same with the prefix, and nothing else', async () => {
    for (const path of ['/xgpt/healthz', '/xgpt/login', '/xgpt/assets/app.css']) {
      expect((await web.json(path)).status).toBe(200);
    }
    expect((await web.json('/xgpt/login/../api/jobs')).status).toBe(401);
  });

  test('a browser is sent to the login page and back to the page that it asked for', async () => {
    const asked = await web.request('/xgpt/jobs?q=a', { headers: NAVIGATION });
    const login = asked.headers.get('location');
    expect(login).toBe('/xgpt/login?next=%2Fxgpt%2Fjobs%3Fq%3Da');
    const form = await (await web.request(login ?? '', { headers: NAVIGATION })).text();
    expect(form).toContain('name="next" value="/xgpt/jobs?q=a"');
    const signedIn = await web.post('/xgpt/login', { token: TOKEN, next: '/xgpt/jobs?q=a' });
    expect(signedIn.headers.get('location')).toBe('/xgpt/jobs?q=a');
    expect(signedIn.headers.get('set-cookie')).toContain('; Path=/xgpt;');
  });

  test.each(['/jobs', '/xgpt-2/jobs', '//evil.example', '/xgpt//evil.example', '/xgpt/..//evil'])(
    'signing in never leads to %s',
    async (next) => {
      const answer = await web.post('/xgpt/login', { token: TOKEN, next });
      expect(answer.headers.get('location')).toBe('/xgpt/');
    },
  );

  test('the OpenAPI document names it, and its commands use it', async () => {
    const document = await (await web.json('/xgpt/openapi.json', { headers: BEARER })).json();
    expect((document as { servers: unknown }).servers).toEqual([{ url: '/xgpt' }]);
    const page = await web.request('/xgpt/docs/api', { headers: { ...NAVIGATION, ...BEARER } });
    expect(await page.text()).toContain('http://localhost:3000/xgpt/api/scrape');
  });

  test('a path of the program cannot be the base path', async () => {
    for (const XGPT_BASE_PATH of ['/jobs', '/api', '/assets/x', '/scrape']) {
      const failed = await setupApp({ XGPT_BASE_PATH }).catch((error: Error) => error);
      expect(failed).toBeInstanceOf(InvalidConfig);
      expect(`${failed}`).toContain(`XGPT_BASE_PATH: must not begin like a page`);
    }
    setBasePath('/xgpt');
  });
});
