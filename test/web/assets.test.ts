import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { brotliDecompressSync } from 'node:zlib';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;
/** As the page names them. */
let named: string[];
beforeAll(async () => {
  web = await setupApp();
  const page = await (await web.request('/')).text();
  named = [...new Set(page.match(/\/assets\/[^"]+/g))];
});

const nameOf = (name: string) =>
  named.find((path) => path.replace(/\.[0-9a-z]{16}\./, '.') === `/assets/${name}`) ?? '';

const get = (path: string, headers: Record<string, string> = {}) => web.request(path, { headers });

const DECODE: Record<string, (body: Uint8Array<ArrayBuffer>) => Uint8Array> = {
  br: (body) => brotliDecompressSync(body),
  gzip: (body) => Bun.gunzipSync(body),
  zstd: (body) => Bun.zstdDecompressSync(body),
};

test('a page names every asset with its hash, and browsers keep what it names for ever', async () => {
  expect(named.length).toBe(9);
  for (const path of named) {
    expect(path).toMatch(/^\/assets\/[a-z_-]+\.[0-9a-z]{16}\.(css|js|svg)$/);
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  }
});

test.each(['/assets/client.js', '/assets/app.css', '/assets/stream_worker.js', '/favicon.svg'])(
  'the plain name %s stays, and is asked about each time',
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    const etag = answer.headers.get('etag') ?? '';
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
  },
);

test('the hash of an older version leads to what there is now, and nobody keeps that', async () => {
  const answer = await get('/assets/app.0123456789abcdef.css');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  expect((await get('/assets/nothing.0123456789abcdef.css')).status).toBe(404);
});

describe('an asset', () => {
  test.each(['br', 'zstd', 'gzip'])('comes as %s, with the same content', async (encoding) => {
    for (const name of ['app.css', 'app.js', 'stream_worker.js', 'htmx.js', 'favicon.svg']) {
      const answer = await get(nameOf(name), { 'accept-encoding': encoding });
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(answer.headers.get('vary')).toContain('Accept-Encoding');
      const body = await answer.bytes();
      const plain = await (await get(nameOf(name))).text();
      expect(new TextDecoder().decode(DECODE[encoding]?.(body))).toBe(plain);
    }
  });

  test.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['GZIP', 'gzip'],
    ['br;q=0.1, gzip;q=0.9', 'gzip'],
    ['br;q=0, *;q=0.5', 'zstd'],
    ['*', 'br'],
    ['identity', null],
    ['identity, gzip;q=0.5', null],
    ['compress', null],
    ['', null],
  ])('to accept-encoding "%s" comes as %p', async (accepted, encoding) => {
    const answer = await get(nameOf('app.css'), { 'accept-encoding': accepted });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
  });

  test('has another tag in each form', async () => {
    const tags = await Promise.all(
      ['', 'gzip', 'br', 'zstd'].map(async (encoding) =>
        (await get(nameOf('app.css'), { 'accept-encoding': encoding })).headers.get('etag'),
      ),
    );
    expect(new Set(tags).size).toBe(4);
  });

  test('is known by its tag in any form, and as proxies hand it back', async () => {
    const plain = (await get(nameOf('app.css'))).headers.get('etag')?.slice(1, -1) ?? '';
    for (const tag of [
      `"${plain}"`,
      `W/"${plain}"`,
      `"${plain}-gzip"`,
      `"${plain}-br-gzip"`,
      `W/"${plain}-br"`,
      `"other", "${plain}-zstd"`,
      '*',
    ]) {
      const answer = await get(nameOf('app.css'), {
        'accept-encoding': 'br',
        'if-none-match': tag,
      });
      expect(answer.status, tag).toBe(304);
      expect(answer.headers.get('vary')).toContain('Accept-Encoding');
      expect(await answer.text()).toBe('');
    }
    for (const tag of ['"other"', `"${plain.slice(1)}"`, `"x${plain}"`, '']) {
      const answer = await get(nameOf('app.css'), { 'if-none-match': tag });
      expect(answer.status, tag).toBe(200);
    }
  });

  test('that scripts import stays readable', async () => {
    expect(await (await get('/assets/client.js')).text()).toMatch(/\n {2}\S/);
  });
});
