import { afterAll, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';

afterAll(closeApps);

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/** Bodies that no route takes, or few. */
const BODIES = ['{', '[]', '{}', '{"type":"crawl","url":7,"concurrency":[],"name":"","input":3}'];

const STARTS = [
  ['/api/scrape', {}],
  ['/api/jobs', { type: 'crawl' }],
  ['/api/jobs', [{ type: 'scrape', input: {} }]],
] as const;

interface RouteOf {
  method: string;
  path: string;
  hooks?: { response?: Record<string, unknown> };
}

test('only what starts a job says that nothing was started', async () => {
  const { app, request } = await setupApp();
  const routes = (app.routes as RouteOf[]).filter(
    ({ method, path, hooks }) =>
      ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method) &&
      path.startsWith('/api/') &&
      !hooks?.response?.['202'],
  );
  const refused = new Set<string>();
  for (const { method, path } of routes) {
    const address = path.replace(':type', 'scrape').replace(':name', 'x').replace(/:\w+/g, '1');
    for (const body of BODIES) {
      const answer = await request(address, { method, body, headers: JSON_HEADERS });
      const text = await answer.text();
      if (answer.status === 422) refused.add(path);
      expect(`${method} ${path} ${body}: ${text}`).not.toContain('Nothing was started');
    }
  }
  expect([...refused]).toEqual(
    expect.arrayContaining(['/api/schedules', '/api/webhooks', '/api/types/:type/concurrency']),
  );
});

test('what starts a job still says so', async () => {
  const { json } = await setupApp();
  for (const [path, body] of STARTS) {
    const init = { method: 'POST', body: JSON.stringify(body), headers: JSON_HEADERS };
    const answer = await json(path, init);
    expect([path, answer.status]).toEqual([path, 422]);
    expect(await answer.text()).toContain('Nothing was started');
  }
});

test('a find, a saved find and an export that are refused say what they are', async () => {
  const { request } = await setupApp();
  for (const [path, accept] of [
    ['/api/find?like=sample:none', 'application/json'],
    ['/api/find?like=sample:none', 'text/csv'],
    ['/api/find?like=sample:none&format=jsonl', 'text/html'],
  ] as const) {
    const answer = await request(path, { headers: { ...NAVIGATION, accept } });
    expect([path, answer.status]).toEqual([path, 422]);
    const text = await answer.text();
    expect(text).toContain('Invalid query.');
    expect(text).not.toContain('started');
  }
});
