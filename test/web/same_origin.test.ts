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
    '/assets/app.css',
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
