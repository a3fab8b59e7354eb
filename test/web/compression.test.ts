import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { brotliDecompressSync } from 'node:zlib';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
  for (let i = 0; i < 12; i++) await web.post('/api/scrape', { username: `somebody_${i}` });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  web.request(path, { method, headers });

describe('an answer that is worth it', () => {
  test.each([
    ['/', 'text/html'],
    ['/jobs', 'text/html'],
    ['/api/jobs', 'application/json'],
    ['/api/jobs', 'text/plain'],
    ['/openapi.json', '*/*'],
  ])('of %s as %s is compressed in every way there is', async (path, accept) => {
    const plain = await get(path, { accept });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(plain.headers.get('vary')).toContain('Accept-Encoding');
    const length = (await plain.text()).length;
    const decoders: Record<string, (body: Uint8Array<ArrayBuffer>) => Uint8Array> = {
      br: (body) => brotliDecompressSync(body),
      gzip: (body) => Bun.gunzipSync(body),
      zstd: (body) => Bun.zstdDecompressSync(body),
    };
    for (const [encoding, decode] of Object.entries(decoders)) {
      const answer = await get(path, { accept, 'accept-encoding': encoding });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(answer.headers.get('content-type')).toBe(plain.headers.get('content-type') as string);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      const body = await answer.bytes();
      expect(body.length).toBeLessThan(length / 2);
      // Durations tick.
      expect(Math.abs(decode(body).length - length)).toBeLessThan(200);
    }
  });

  test('is compressed when it is an error too, and keeps its status', async () => {
    const headers = { accept: 'text/html', 'accept-encoding': 'gzip' };
    const answer = await get('/nothing', headers);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(new TextDecoder().decode(Bun.gunzipSync(await answer.bytes()))).toContain('</html>');
  });

  test('is left as it is for who wants it so', async () => {
    for (const accepted of ['identity', 'compress', 'gzip;q=0, br;q=0']) {
      const answer = await get('/', { 'accept-encoding': accepted });
      expect(answer.headers.get('content-encoding')).toBeNull();
      expect(await answer.text()).toContain('</html>');
    }
  });
});

test('a short answer is not compressed, nor one that is compressed already', async () => {
  const headers = { 'accept-encoding': 'gzip, br' };
  expect((await get('/healthz', headers)).headers.get('content-encoding')).toBeNull();
  const asset = await get('/assets/app.css', headers);
  expect(asset.headers.get('content-encoding')).toBe('br');
  expect(brotliDecompressSync(await asset.bytes()).toString()).toContain('{');
});

test('a redirect, and what came of it, keep their cookies and headers', async () => {
  const answer = await web.post('/api/scrape', { username: 'a_b' }, { 'accept-encoding': 'gzip' });
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toStartWith('/jobs/scrape-');
});

test('a stream is sent as it comes', async () => {
  for (const [path, accept] of [
    ['/api/jobs/stream', 'text/event-stream'],
    [`/api/jobs/${web.tracker.getAllJobs()[0]?.id}/stream`, 'text/event-stream'],
    [`/api/jobs/${web.tracker.getAllJobs()[0]?.id}/stream`, 'text/plain'],
  ] as const) {
    const answer = await get(path, { accept, 'accept-encoding': 'gzip, br, zstd' });
    expect(answer.headers.get('content-encoding')).toBeNull();
    await answer.body?.cancel();
  }
});
