import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';

const TOKEN = 'correct-horse-battery';
const BEARER = { authorization: `Bearer ${TOKEN}` };

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp({ XGPT_TOKEN: TOKEN });
});

/** Cache-Control and Vary of an answer. */
async function cachingOf(path: string, headers: Record<string, string> = {}, app = web) {
  const response = await app.request(path, { headers });
  await response.body?.cancel();
  const { status } = response;
  return {
    status,
    cache: response.headers.get('cache-control'),
    vary: response.headers.get('vary')?.split(', ') ?? [],
  };
}

describe('F3: with a token', () => {
  test('every route but the public files says no-store, and varies by cookie', async () => {
    const { id } = await web.tracker.enqueue('scrape', { username: 'aurora_lab' });
    const routes = web.app.routes.filter(({ method }) => method === 'GET');
    expect(routes.length).toBeGreaterThan(20);
    for (const { path } of routes) {
      if (/^\/(?:assets|favicon)/.test(path)) continue;
      for (const headers of [BEARER, { ...BEARER, ...NAVIGATION }, NAVIGATION, {}]) {
        const { cache, vary } = await cachingOf(path.replace(/:\w+/, id), headers);
        expect([path, cache?.includes('no-store')]).toEqual([path, true]);
        expect(vary).toEqual(['Accept', 'Accept-Encoding', 'Cookie', 'HX-Request', 'HX-Target']);
      }
    }
  });

  test('compressed answers, refusals and redirects say so too', async () => {
    const zipped = { ...BEARER, ...NAVIGATION, 'accept-encoding': 'gzip' };
    expect(await cachingOf('/', zipped)).toMatchObject({ status: 200, cache: 'no-store' });
    expect(await cachingOf('/nothing', BEARER)).toMatchObject({ status: 404, cache: 'no-store' });
    expect(await cachingOf('/api/jobs')).toMatchObject({ status: 401, cache: 'no-store' });
    expect(await cachingOf('/jobs', NAVIGATION)).toMatchObject({ status: 303, cache: 'no-store' });
    const started = await web.post('/api/scrape', { username: 'aurora_lab' }, BEARER);
    expect(started.headers.get('cache-control')).toBe('no-store');
    const signedIn = await web.post('/login', { token: TOKEN });
    expect(signedIn.headers.get('cache-control')).toBe('no-store');
  });

  test('styles, scripts and icons may be stored, and vary by encoding only', async () => {
    for (const path of ['/assets/app.css', '/favicon.svg']) {
      expect(await cachingOf(path)).toEqual({
        status: 200,
        cache: 'no-cache',
        vary: ['Accept-Encoding'],
      });
    }
  });
});

test('F3: without a token, pages may be kept for Back, and streams are never stored', async () => {
  const open = await setupApp();
  expect((await cachingOf('/', NAVIGATION, open)).cache).toBeNull();
  expect((await cachingOf('/api/jobs/stream', {}, open)).cache).toContain('no-store');
});
