import { below, pick, type Random } from '../../src/sources/sample/random.ts';

/** Each sets `window.__canary` in a page that uses it as markup or as a link. */
export const CANARIES = [
  '<img src=x onerror=window.__canary=1>',
  '"><script>window.__canary=1</script>',
  "'><svg onload=window.__canary=1>",
  '" autofocus onfocus=window.__canary=1 x="',
  '</title><script>window.__canary=1</script>',
  '</textarea><img src=x onerror=window.__canary=1>',
  '&lt;img src=x onerror=window.__canary=1&gt;',
  'javascript:window.__canary=1',
] as const;

export interface Route {
  method: string;
  path: string;
}

export interface RubbishRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

const WORDS = [
  ...CANARIES,
  '',
  ' ',
  '0',
  '-1',
  '1',
  '7.5',
  '1e400',
  'NaN',
  '9007199254740993',
  '9'.repeat(400),
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  'aurora_lab',
  'sample',
  'archive',
  'latest',
  'words',
  'meaning',
  'queued',
  '2026-01-31T12:00:00Z',
  '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '0_x',
  '999999999999999_scrape-1',
  '../../etc/passwd',
  '..\\..\\windows',
  '/etc/passwd',
  '\u0000',
  'a\u0000b',
  'a\r\nset-cookie: x=1',
  '\u202egnp.exe',
  '\ufeff\u2028\u2029',
  '\ud83e',
  '🪐'.repeat(50),
  'é'.normalize('NFD').repeat(40),
  "' OR 1=1 --",
  '"; DROP TABLE jobs; --',
  'NEAR(a b) AND (',
  '*',
  '%',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'x'.repeat(10_000),
];

const FIELDS = [
  'username',
  'maxTweets',
  'includeReplies',
  'includeRetweets',
  'source',
  'archive',
  'sessionId',
  'query',
  'days',
  'mode',
  'embed',
  'maxResults',
  'save',
  'model',
  'batchSize',
  'type',
  'input',
  'force',
  '__proto__',
  'constructor',
  'toString',
  'username[]',
  'a.b[c]',
];

const PARAMETERS = [
  'q',
  'author',
  'by',
  'source',
  'limit',
  'cursor',
  'status',
  'type',
  'session',
  'since',
  'until',
  'force',
  'position',
  'sort',
  '__proto__',
  'q[]',
];

const ACCEPTS = [
  'application/json',
  'application/json',
  'text/html',
  '*/*',
  'text/plain',
  'text/event-stream',
  'application/json;q=0, text/html',
  'image/avif,;;;q=2,,/',
  'é',
  'x/'.repeat(2_000),
];

const HEADERS: [name: string, values: string[]][] = [
  ['range', ['bytes=0-0', 'bytes=-1', 'bytes=9999999999999999999-', 'lines=1-2', 'bytes=5-1,,']],
  ['last-event-id', ['-1', 'ffffffffffff-999999999999', 'x'.repeat(5_000), 'é', '0-NaN']],
  ['if-none-match', ['*', '"x"', 'W/"x"', '"'.repeat(1_000)]],
  ['cookie', ['theme=dark', 'theme=<b>; taskbar=collapsed', '=;=;%', 'a='.repeat(1_500), 'é=é']],
  ['hx-request', ['true', 'false', '']],
  ['referer', ['javascript:window.__canary=1', '//evil.example/', 'http://[', '/\\evil']],
  ['sec-fetch-site', ['cross-site', 'same-origin', 'nonsense']],
  ['origin', ['null', 'https://evil.example', 'http://[', 'http://localhost']],
  ['x-forwarded-for', ['127.0.0.1', '999.1.1.1, x']],
  ['x-http-method-override', ['DELETE']],
  ['content-encoding', ['gzip', 'br, nonsense']],
  ['expect', ['nonsense']],
  ['if-modified-since', ['yesterday']],
];

const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'multipart/form-data; boundary="b',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  `multipart/form-data; boundary=${'b'.repeat(500)}`,
  'text/plain',
  'application/xml',
  'nonsense',
  ';;;',
];

const METHODS = ['GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

/** A request to one of `routes`, or to a similar path, any part of which may be invalid. `ids` exist. */
export function rubbish(random: Random, routes: Route[], ids: string[]): RubbishRequest {
  const route = pick(random, routes);
  // Mostly the route's own method: a request that is refused before the route tests little.
  const method = chance(random, 0.8) ? route.method : pick(random, METHODS);
  const path = addressOf(random, route, ids) + (chance(random, 0.5) ? queryOf(random) : '');
  const headers: Record<string, string> = { accept: pick(random, ACCEPTS) };
  for (const [name, values] of HEADERS) {
    if (chance(random, 0.06)) headers[name] = pick(random, values);
  }
  if (method === 'GET' || method === 'HEAD') return { method, path, headers, body: undefined };
  const { type, body } = bodyOf(random);
  if (type !== undefined) headers['content-type'] = type;
  return { method, path, headers, body };
}

function chance(random: Random, share: number): boolean {
  return random() < share;
}

function addressOf(random: Random, { path }: Route, ids: string[]): string {
  const filled = path.replaceAll(/:\w+/g, () => segmentOf(random, ids));
  if (chance(random, 0.95)) return filled;
  return pick(random, [`/${filled}`, `${filled}/`, `${filled}/..`, `${filled}%00`, `${filled};a`]);
}

function segmentOf(random: Random, ids: string[]): string {
  if (ids.length > 0 && chance(random, 0.3)) return pick(random, ids);
  if (chance(random, 0.2)) {
    return pick(random, ['%00', '%', '%ff', '%E0%A4%A', '..%2f..%2fetc', '%252e', '.', '%2e%2e']);
  }
  return encoded(pick(random, WORDS)) || 'x';
}

/** As a part of a URL; lone surrogates, which have no UTF-8, are replaced as browsers do. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function queryOf(random: Random): string {
  const pairs = Array.from({ length: below(random, 4) }, () => {
    const value = pick(random, WORDS);
    return `${encoded(pick(random, PARAMETERS))}=${chance(random, 0.9) ? encoded(value) : '%zz&&=='}`;
  });
  return `?${pairs.join('&')}`;
}

function bodyOf(random: Random): { type?: string; body: string | Uint8Array | undefined } {
  const kind = random();
  if (kind < 0.35) {
    return { type: 'application/x-www-form-urlencoded', body: formOf(random) };
  }
  if (kind < 0.7) return { type: 'application/json', body: jsonOf(random) };
  if (kind < 0.85) return { type: pick(random, TYPES), body: multipartOf(random) };
  const type = chance(random, 0.9) ? pick(random, TYPES) : undefined;
  const body = pick(random, [undefined, '', bytesOf(random), jsonOf(random), formOf(random)]);
  return { ...(type !== undefined && { type }), body };
}

function formOf(random: Random): string {
  const pairs = Array.from({ length: below(random, 6) }, () => {
    const value = chance(random, 0.9) ? encoded(pick(random, WORDS)) : '%ff%zz';
    return `${encoded(pick(random, FIELDS))}=${value}`;
  });
  return pairs.join('&');
}

function jsonOf(random: Random): string {
  const odd = random();
  if (odd < 0.05) return '['.repeat(50_000);
  if (odd < 0.1) return `{"username":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`;
  if (odd < 0.15) return '{"username": "aurora_lab"';
  if (odd < 0.2) return '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const value = jsonValue(random, 0);
  return JSON.stringify(chance(random, 0.3) ? [value, jsonValue(random, 0)] : value) ?? 'undefined';
}

function jsonValue(random: Random, depth: number): unknown {
  const kind = random();
  if (depth === 0 || kind < 0.2) {
    const count = below(random, 5);
    if (depth > 3) return {};
    const pairs = Array.from({ length: count }, () => [
      pick(random, FIELDS),
      jsonValue(random, depth + 1),
    ]);
    return Object.fromEntries(pairs);
  }
  if (kind < 0.3) return depth > 3 ? [] : [jsonValue(random, depth + 1)];
  if (kind < 0.5) return pick(random, [0, -1, 1e308, 2 ** 53, 0.1, true, false, null, -0]);
  return pick(random, WORDS);
}

function multipartOf(random: Random): string {
  const part = (disposition: string, content: string) =>
    `--b\r\ncontent-disposition: ${disposition}\r\n\r\n${content}\r\n`;
  const name = pick(random, FIELDS);
  const whole = [
    part(`form-data; name="${name}"`, pick(random, WORDS)),
    part(`form-data; name="file"; filename="${pick(random, WORDS)}"`, 'PK\u0003\u0004 no zip'),
    part('form-data', 'nameless'),
    part('attachment; name', ''),
    '--b\r\n\r\n',
    '--b--\r\n',
  ].filter(() => chance(random, 0.6));
  const text = whole.join('');
  return chance(random, 0.5) ? text : text.slice(0, below(random, text.length + 1));
}

function bytesOf(random: Random): Uint8Array {
  return Uint8Array.from({ length: below(random, 2_000) }, () => below(random, 256));
}

/** The bytes of a whole connection that no HTTP client would send. */
export function malformed(random: Random, { method, path }: Route, host: string): string {
  const head = `host: ${host}\r\n`;
  return pick(random, [
    `${method} ${path}\r\n\r\n`,
    `${method} ${path} HTTP/9.9\r\n${head}\r\n`,
    `${method.toLowerCase()} ${path} HTTP/1.1\r\n${head}\r\n`,
    `BREW ${path} HTTP/1.1\r\n${head}\r\n`,
    `TRACE ${path} HTTP/1.1\r\n${head}\r\n`,
    `CONNECT ${host} HTTP/1.1\r\n${head}\r\n`,
    `${method} ${path} HTTP/1.1\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\nhost: evil.example\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${head}${head}\r\n`,
    `${method} ${path} HTTP/1.1\r\n${head}content-length: -1\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${head}content-length: 99999999999999999999\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${head}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`,
    `${method} ${path} HTTP/1.1\r\n${head}content-length: 500\r\n\r\ntoo short`,
    `${method} ${path} HTTP/1.1\r\n${head}transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n`,
    `${method} ${path} HTTP/1.1\r\n${head}transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${head}transfer-encoding: nonsense\r\n\r\nhello`,
    `${method} ${path} HTTP/1.1\r\n${head}a b: c\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${head}x: a\u0000b\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${head}x: ${'y'.repeat(100_000)}\r\n\r\n`,
    `${method} ${path} HTTP/1.1\r\n${head}${'x: y\r\n'.repeat(3_000)}\r\n`,
    `${method} ${path}${'a'.repeat(100_000)} HTTP/1.1\r\n${head}\r\n`,
    `${method} http://evil.example${path} HTTP/1.1\r\n${head}\r\n`,
    `${method} *\u0000 HTTP/1.1\r\n${head}\r\n`,
    `${method} ${path}`,
    '\r\n\r\n\r\n',
    '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ]);
}
