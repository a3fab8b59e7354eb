import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { PROXIES, type ProxyName, replaceLines } from './documented.ts';
import { DOWNLOAD_TIMEOUT_MS, findPrograms } from './programs.ts';
import { HOST, startProxy, type TestProxy } from './proxy.ts';
import { type Answer, ask } from './request.ts';
import {
  cookieIn,
  portOf,
  press,
  proxyFor,
  serverFor,
  signIn,
  stopAll,
  VARIANTS,
  WITH_TOKEN,
} from './setup.ts';

// Proxies and servers are processes of their own, on a machine that may be busy.
setDefaultTimeout(120_000);
beforeAll(async () => void (await findPrograms()), DOWNLOAD_TIMEOUT_MS);
afterAll(stopAll);

describe.each(PROXIES)('FEATURES 51, B2, B4: behind %s', (name) => {
  describe.each(VARIANTS)('$name', (setup) => {
    let proxy: TestProxy;
    let cookie: string;

    beforeAll(async () => {
      proxy = await proxyFor(name, setup);
      cookie = await signIn(proxy);
    });
    afterAll(() => proxy.stop());

    const page = (path: string) =>
      ask(proxy, {
        path: proxy.base + path,
        headers: { cookie: cookieIn(cookie), accept: 'text/html' },
      });

    test('the sign-in cookie is Secure exactly with TLS, and belongs to the base path', () => {
      expect(/; *secure/i.test(cookie)).toBe(setup.tls);
      expect(cookie).toContain(setup.path ? `Path=${proxy.base}` : 'Path=/');
      expect(cookie).toMatch(/HttpOnly/i);
    });

    test('a visitor without a sign-in is redirected to the sign-in page', async () => {
      const answer = await ask(proxy, {
        path: `${proxy.base}/jobs`,
        headers: { accept: 'text/html' },
      });
      expect(answer.status).toBe(303);
      const { pathname } = new URL(answer.headers.get('location') ?? '', proxy.origin);
      expect(pathname).toBe(`${proxy.base}/login`);
      expect((await ask(proxy, { path: pathname })).status).toBe(200);
    });

    test('every local address of the pages leads somewhere', async () => {
      for (const path of ['/', '/scrape', '/jobs', '/find']) {
        const { status, text } = await page(path);
        expect(status).toBe(200);
        const addresses = localAddresses(text);
        expect(addresses.length).toBeGreaterThan(5);
        expect(addresses.filter((address) => !address.startsWith(`${proxy.base}/`))).toEqual([]);
      }
      for (const address of localAddresses((await page('/')).text)) {
        const { status } = await ask(proxy, {
          path: address,
          headers: { cookie: cookieIn(cookie) },
        });
        expect([address, status]).toEqual([address, 200]);
      }
    });

    test('a press of a button starts a job', async () => {
      const request = press(proxy, '/api/scrape', 'username=aurora_lab&maxTweets=20');
      const headers = { ...request.headers, cookie: cookieIn(cookie) };
      const answer = await ask(proxy, { ...request, headers });
      expect([answer.status, answer.text]).toEqual([202, expect.stringContaining('aurora_lab')]);
      const { pathname } = new URL(answer.headers.get('location') ?? '', proxy.origin);
      expect(pathname).toStartWith(`${proxy.base}/jobs/scrape-`);
      expect(
        (await ask(proxy, { path: pathname, headers: { cookie: cookieIn(cookie) } })).status,
      ).toBe(200);
    });

    test('a press on a page of another site or port is refused', async () => {
      const request = press(proxy, '/api/scrape', 'username=aurora_lab');
      const { 'sec-fetch-site': _, ...own } = request.headers ?? {};
      const attempts: Record<string, string>[] = [
        { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        { origin: 'https://evil.example' },
        { origin: `${setup.tls ? 'https' : 'http'}://${HOST}:1` },
        { origin: `${setup.tls ? 'https' : 'http'}://${HOST}:1`, 'sec-fetch-site': 'same-site' },
      ];
      for (const foreign of attempts) {
        const headers = { ...own, ...foreign, cookie: cookieIn(cookie) };
        const answer = await ask(proxy, { ...request, headers });
        expect(answer.status).toBe(403);
      }
    });

    test('a request with another host name gets nothing, whatever it claims', async () => {
      const other = { ...proxy, host: `evil.example:${proxy.port}` };
      const headers = { ...WITH_TOKEN, 'x-forwarded-host': HOST };
      const answer = await ask(other, { path: `${proxy.base}/api/jobs`, headers }).catch(
        () => undefined,
      );
      // Caddy answers an unknown name itself: without TLS with an empty 200, with TLS not at all.
      if (name === 'Caddy') expect(answer?.text ?? '').toBe('');
      else expect(answer?.status).toBe(403);
    });
  });
});

describe.each(PROXIES)('compression behind %s', (name) => {
  const setup = { tls: false, path: undefined, name: '' };
  let proxy: TestProxy;

  beforeAll(async () => {
    proxy = await proxyFor(name, setup);
  });
  afterAll(() => proxy.stop());

  test.each(['gzip', 'br', 'zstd', 'gzip, deflate, br, zstd', 'identity'])(
    'a page and a script are compressed once for %s',
    async (accepted) => {
      for (const path of ['/api/posts', '/assets/app.css', '/openapi.json']) {
        const headers = { ...WITH_TOKEN, 'accept-encoding': accepted };
        const answer = await ask(proxy, { path, headers });
        const direct = await ask(
          { port: portOf(await serverFor(setup)) },
          { path, headers: WITH_TOKEN },
        );
        expect(answer.status).toBe(200);
        expect(plain(answer)).toBe(direct.text);
      }
    },
  );

  test.each(['as it came', 'weak', 'with -gzip', 'weak with -gzip', 'with -br'])(
    'If-None-Match %s is recognised',
    async (form) => {
      const path = '/assets/app.css';
      const headers = { 'accept-encoding': 'gzip' };
      const tag = (await ask(proxy, { path, headers })).headers.get('etag') ?? '';
      expect(tag).not.toBe('');
      const inner = /"(.*)"/.exec(tag)?.[1];
      const forms: Record<string, string> = {
        'as it came': tag,
        weak: `W/"${inner}"`,
        'with -gzip': `"${inner}-gzip"`,
        'weak with -gzip': `W/"${inner}-gzip"`,
        'with -br': `"${inner}-br"`,
      };
      const again = { ...headers, 'if-none-match': forms[form] ?? '' };
      expect((await ask(proxy, { path, headers: again })).status).toBe(304);
    },
  );
});

test('with $host instead of $http_host, nginx makes a button fail without TLS', async () => {
  const upstream = portOf(await serverFor({ path: undefined }));
  const edit = (file: string) => file.replaceAll('$http_host', '$host');
  for (const [tls, status] of [
    [false, 403],
    [true, 202],
  ] as const) {
    const proxy = await startProxy('nginx', { tls, upstream, edit });
    const request = press(proxy, '/api/scrape', 'username=aurora_lab&maxTweets=20');
    const answer = await ask(proxy, { ...request, headers: { ...request.headers, ...WITH_TOKEN } });
    expect([tls, answer.status]).toEqual([tls, status]);
    await proxy.stop();
  }
});

/** Proxies that compress by themselves what xgpt did not. */
const COMPRESSING: { proxy: ProxyName; line: string; by: string; tag: RegExp }[] = [
  {
    proxy: 'nginx',
    line: 'proxy_buffering off;',
    by: 'gzip_types text/css;',
    tag: /^W\/"\w+"$/,
  },
  {
    proxy: 'Apache',
    line: 'ProxyPreserveHost On',
    by: 'ProxyPreserveHost On',
    tag: /^"\w+-gzip"$/,
  },
  {
    proxy: 'Caddy',
    line: 'handle {',
    by: 'encode gzip\nhandle {',
    tag: /^"\w+"$/,
  },
];

test.each(COMPRESSING)(
  'the ETag of $proxy that compresses by itself is recognised',
  async ({ proxy: name, line, by, tag }) => {
    const server = await serverFor({ path: undefined });
    const edit = (file: string) => replaceLines(file, [{ line, by }]);
    const proxy = await startProxy(name, { tls: false, upstream: portOf(server), edit });
    const path = '/assets/app.css';
    // xgpt takes what the client prefers, and proxies take gzip wherever it is accepted.
    const headers = { 'accept-encoding': 'identity, gzip;q=0.5' };
    const first = await ask(proxy, { path, headers });
    const etag = first.headers.get('etag') ?? '';
    expect([first.headers.get('content-encoding'), etag]).toEqual([
      'gzip',
      expect.stringMatching(tag),
    ]);
    const again = await ask(proxy, { path, headers: { ...headers, 'if-none-match': etag } });
    expect(again.status).toBe(304);
    await proxy.stop();
  },
);

/** Addresses of this server in `href`, `src` and `hx-get`, without those that change something. */
function localAddresses(text: string): string[] {
  const found = [...text.matchAll(/ (?:href|src|hx-get)="(\/[^"#]*)/g)].map(
    ([, path = '']) => path,
  );
  return [...new Set(found.map((path) => path.replaceAll('&amp;', '&')))];
}

/** The body decoded as its headers say; still compressed if it was compressed twice. */
function plain({ headers, body }: Answer): string {
  const encoding = headers.get('content-encoding');
  if (encoding === 'gzip') return gunzipSync(body).toString();
  if (encoding === 'br') return brotliDecompressSync(body).toString();
  if (encoding === 'zstd') return zstdDecompressSync(body).toString();
  expect(encoding).toBeNull();
  return body.toString();
}
