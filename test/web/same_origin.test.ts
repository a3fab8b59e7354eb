import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
});

test('every answer carries a policy without inline script or style', async () => {
  for (const path of [
    '/',
    '/api/jobs',
    '/healthz',
    '/assets/favicon.svg',
    '/nothing',
    '/api/jobs/stream',
  ]) {
    const response = await web.request(path);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    await response.body?.cancel();
  }
});

test('styles and scripts, for which browsers read no policy, do without one', async () => {
  for (const path of ['/assets/app.css', '/assets/app.js']) {
    const { headers } = await web.request(path);
    expect(headers.get('content-security-policy')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
  const worker = await web.request('/assets/stream_worker.js');
  expect(worker.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('no page has a script, style or handler of its own inside', async () => {
  for (const path of [
    '/',
    '/scrape',
    '/search',
    '/discover',
    '/embed',
    '/find',
    '/profiles',
    '/jobs',
  ]) {
    const page = await (await web.request(path)).text();
    expect(page).not.toMatch(
      /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|https?:\/\/(?!localhost)[^"]*\.(js|css)/,
    );
  }
});

describe('a request under another name', () => {
  test('is refused, so that a rebound DNS name reaches nothing', async () => {
    for (const host of ['evil.example', 'localhost.evil.example:3000', '127.0.0.1.nip.io', '']) {
      const response = await web.json('/api/jobs', { headers: { host } });
      expect(response.status).toBe(403);
    }
    for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST']) {
      expect((await web.json('/api/jobs', { headers: { host } })).status).toBe(200);
    }
  });
});

describe('a change that another site’s page sends', () => {
  const send = (headers: Record<string, string>) =>
    web.post('/api/scrape', { username: 'aurora_lab' }, headers);

  test('is refused, and nothing is created', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost:4000',
      'http://localhost',
    ]) {
      expect((await send({ origin, host: 'localhost:3000' })).status).toBe(403);
    }
    expect((await send({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(web.tracker.getAllJobs()).toEqual([]);
  });

  test('is let through from our own pages, and from clients without a page', async () => {
    expect((await send({ origin: 'http://localhost:3000', host: 'localhost:3000' })).status).toBe(
      202,
    );
    expect((await send({ 'sec-fetch-site': 'same-origin' })).status).toBe(202);
    expect((await send({})).status).toBe(202);
  });
});

/** The status of a start that a browser sends to this host, from a page of this origin. */
async function pressed(
  host: string,
  origin: string,
  headers: Record<string, string> = {},
  app = web,
) {
  const response = await app.post('/api/scrape', { username: 'x' }, { host, origin, ...headers });
  return response.status;
}

describe('a press of a button behind a proxy', () => {
  test('B2: is accepted when the browser says that it comes from the same origin', async () => {
    const fromOwn = { 'sec-fetch-site': 'same-origin' };
    expect(await pressed('localhost', 'http://localhost:8102', fromOwn)).toBe(202);
    expect(await pressed('localhost', 'https://localhost:8443', fromOwn)).toBe(202);
    expect(await pressed('127.0.0.1:3000', 'null', fromOwn)).toBe(202);
  });

  test('B2: is refused when the browser says otherwise, or says nothing of another origin', async () => {
    for (const site of ['same-site', 'cross-site', 'else']) {
      const headers = { 'sec-fetch-site': site };
      expect(await pressed('localhost:3000', 'http://localhost:3000', headers)).toBe(403);
    }
    expect(await pressed('localhost', 'http://localhost:8102')).toBe(403);
    const direct = { 'sec-fetch-site': 'none' };
    expect(await pressed('localhost:3000', 'http://evil.example', direct)).toBe(403);
    expect(await pressed('localhost:3000', 'http://localhost:3000', direct)).toBe(202);
    const rebound = { 'sec-fetch-site': 'same-origin' };
    expect(await pressed('evil.example', 'http://evil.example', rebound)).toBe(403);
  });

  const named = () => setupApp({ XGPT_HOSTS: 'xgpt.test' });

  test.each([
    ['xgpt.test:443', 'https://xgpt.test'],
    ['xgpt.test', 'https://xgpt.test'],
    ['xgpt.test', 'https://xgpt.test:443'],
    ['xgpt.test:80', 'http://xgpt.test'],
    ['xgpt.test', 'http://xgpt.test'],
    ['xgpt.test', 'http://xgpt.test:80'],
    ['XGPT.test:8102', 'http://xgpt.test:8102'],
    ['[::1]:443', 'https://[::1]'],
  ])('B3: with the host %s and the origin %s is accepted', async (host, origin) => {
    expect(await pressed(host, origin, {}, await named())).toBe(202);
  });

  test.each([
    ['xgpt.test:443', 'http://xgpt.test'],
    ['xgpt.test:80', 'https://xgpt.test'],
    ['xgpt.test:8102', 'http://xgpt.test'],
    ['xgpt.test', 'http://xgpt.test:8102'],
    ['xgpt.test', 'https://other.test'],
    ['xgpt.test', 'https://xgpt.test.evil.example'],
    ['xgpt.test', 'file://'],
    ['xgpt.test', 'xgpt.test'],
  ])('B3: with the host %s and the origin %s is refused', async (host, origin) => {
    expect(await pressed(host, origin, {}, await named())).toBe(403);
  });
});
