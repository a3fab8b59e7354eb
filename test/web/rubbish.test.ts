import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { seeded } from '../../src/sources/sample/random.ts';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import { closeBrowser, openPage } from '../support/browser.ts';
import { IS_LONG } from '../support/length.ts';
import {
  CANARIES,
  malformed,
  type Route,
  type RubbishRequest,
  rubbish,
} from '../support/rubbish.ts';
import { freshDataDir, startServer, stopServers, type TestServer } from '../support/server.ts';

afterAll(closeBrowser);
afterAll(stopServers);
afterAll(closeApps);

const REQUESTS = IS_LONG ? 20_000 : 5_000;
const AT_ONCE = 12;
const MALFORMED = 400;
/** What has not been answered by then never is, in ms. */
const PATIENCE_MS = 60_000;
/** What the process may grow by over all of it, in bytes: buffers, the JIT and SQLite's cache. */
const GROWTH = 150 * 1024 * 1024;

/** Some of the requests start jobs of networks. Nothing listens there. */
const NO_NETWORKS = {
  XGPT_BLUESKY_URL: 'http://127.0.0.1:9',
  XGPT_X_URL: 'http://127.0.0.1:9',
  XGPT_X_API_URL: 'http://127.0.0.1:9',
};

const SEED = Number(process.env.RUBBISH_SEED ?? Math.floor(Math.random() * 2 ** 32));
const JOB_ID =
  /\b(?:scrape|search|discover|embed|forget)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

let server: TestServer;
let routes: Route[];

/** HTML answers that contain something of a canary, one of each address and status. */
const echoes = new Map<string, { url: string; method: string; html: string }>();
/** Jobs that an answer has told of. */
const startedIds = new Set<string>();

beforeAll(async () => {
  const { app } = await setupApp();
  routes = app.routes.map(({ method, path }) => ({ method, path }));
  const models = freshDataDir();
  server = await startServer(undefined, {
    XGPT_MODEL_DIR: models,
    XGPT_MAX_WAITING: '200',
    XGPT_SAMPLE_PAGE_MS: '5',
    XGPT_LOG_LEVEL: 'error',
    ...NO_NETWORKS,
  });
  console.log(`The seed is ${SEED}; RUBBISH_SEED=${SEED} repeats it.`);
}, 600_000);

function residentBytes(): number {
  const { stdout } = Bun.spawnSync(['ps', '-o', 'rss=', '-p', String(server.child.pid)]);
  return Number(stdout.toString()) * 1024;
}

/** Sends it and says what is wrong with the answer, if anything. */
async function problemWith(request: RubbishRequest): Promise<string | undefined> {
  const { method, path, headers } = request;
  let response: Response;
  let text = '';
  try {
    response = await fetch(server.url + path, {
      method,
      headers,
      body: request.body as BodyInit,
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (isStream(response)) await response.body?.cancel();
    else text = await response.text();
  } catch (error) {
    return `no answer: ${error}`;
  }
  if (response.status < 400 && method !== 'GET') {
    const location = response.headers.get('location') ?? '';
    for (const [id] of `${location} ${text}`.matchAll(JOB_ID)) startedIds.add(id);
  }
  keepEcho(request, response, text);
  return (
    wrongStatus(request, response) ?? wrongShape(request, response, text) ?? echoed(response, text)
  );
}

function isStream(response: Response): boolean {
  return (
    response.headers.get('content-type')?.includes('event-stream') ||
    response.headers.get('x-accel-buffering') === 'no'
  );
}

function wrongStatus({ path }: RubbishRequest, { status, headers }: Response): string | undefined {
  if (status < 500) return undefined;
  const needsModel = status === 503 && path.includes('by=meaning');
  const saysWhen = status === 503 && headers.has('retry-after');
  return needsModel || saysWhen ? undefined : `status ${status}`;
}

function wrongShape(
  { method, path, headers }: RubbishRequest,
  response: Response,
  text: string,
): string | undefined {
  const { status } = response;
  if (status < 400 || method === 'HEAD') return undefined;
  // Bun's own, to a head that is too long to be read.
  if (status === 431 && text === '') return undefined;
  const accept = headers.accept ?? '';
  const type = response.headers.get('content-type') ?? '';
  // Agents get the errors of their protocol, or JSON, whatever they accept.
  const isOfAgent = /^\/+mcp\b/.test(path);
  if (isOfAgent && text.startsWith('{"jsonrpc":"2.0","error":')) return undefined;
  if (accept.includes('text/plain') && !/text\/html|application\/json/.test(accept)) {
    const isTold = type.startsWith('text/plain') && text.startsWith(`${response.status} `);
    return isTold ? undefined : `no sentence in plain text: ${type} ${text.slice(0, 100)}`;
  }
  const isJson = isOfAgent && type.startsWith('application/json');
  if (isJson || (accept.includes('application/json') && !accept.includes('text/html'))) {
    const answer = type.startsWith('application/json') ? JSON.parse(text) : undefined;
    // A list of starts answers for each of them.
    if (Array.isArray(answer?.results)) return undefined;
    const { code, message, timestamp } = answer?.error ?? {};
    const isRight = answer?.status === status && code && message && timestamp;
    return isRight ? undefined : `no error in JSON: ${type} ${text.slice(0, 200)}`;
  }
  const isPage = /^<!doctype html>/i.test(text);
  const isFragment = text.startsWith('<div class="result error" role="alert">');
  return type.startsWith('text/html') && (isPage || isFragment)
    ? undefined
    : `no error in HTML: ${type} ${text.slice(0, 200)}`;
}

/** The canaries as nobody may send them back: in markup, and `javascript:` in a link. */
const BARE = [
  ...CANARIES.slice(0, 6),
  'href="javascript:',
  'src="javascript:',
  'action="javascript:',
];

function echoed(response: Response, text: string): string | undefined {
  if (response.headers.get('set-cookie') !== null) return 'a cookie was injected';
  if (!response.headers.get('content-type')?.includes('text/html')) return undefined;
  const bare = BARE.find((canary) => text.includes(canary));
  return bare && `echoed ${bare}`;
}

function keepEcho({ method, path }: RubbishRequest, response: Response, html: string): void {
  if (!html.includes('__canary')) return;
  if (!response.headers.get('content-type')?.includes('text/html')) return;
  const key = `${method} ${path.split('?')[0]?.slice(0, 30)} ${response.status} ${html.length % 7}`;
  echoes.set(key, { url: server.url + path, method, html });
}

/**
 * Sends bytes and closes; resolves with what came back when the server has closed too, or has
 * opened a stream, which goes on.
 */
function exchange(text: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.end(Buffer.from(text, 'latin1')));
    socket.setTimeout(PATIENCE_MS, () => {
      socket.destroy();
      reject(new Error(`No end after ${JSON.stringify(text.slice(0, 120))}`));
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (answer.includes('event-stream')) socket.destroy();
    });
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
  });
}

/** `count` times, several at once. */
async function inParallel(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

describe('generated requests to every address there is', () => {
  test(`${REQUESTS} of them are each answered, in the form that was asked for, and never with a 5xx`, async () => {
    const random = seeded(SEED);
    const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '20' });
    startedIds.add(id);
    const problems: string[] = [];
    const send = async () => {
      const request = rubbish(random, routes, [...startedIds].slice(-20));
      const problem = await problemWith(request);
      if (problem) problems.push(`${describeRequest(request)} → ${problem}`);
    };
    await inParallel(REQUESTS / 4, send);
    const before = residentBytes();
    await inParallel((REQUESTS * 3) / 4, send);
    expect(problems.slice(0, 20)).toEqual([]);
    expect(residentBytes() - before).toBeLessThan(GROWTH);
  }, 600_000);

  test('start no job but those that an answer told of', async () => {
    let cursor = '';
    const ids: string[] = [];
    do {
      const page: { jobs: { id: string }[]; nextCursor?: string } = await server.json(
        `/api/jobs?limit=1000&cursor=${cursor}`,
      );
      ids.push(...page.jobs.map((job) => job.id));
      cursor = page.nextCursor ?? '';
    } while (cursor);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.filter((id) => !startedIds.has(id))).toEqual([]);
  });

  test('that are no HTTP at all get a refusal or a closed line, and leave the server well', async () => {
    const random = seeded(SEED + 1);
    const host = new URL(server.url).host;
    const wrong: string[] = [];
    await inParallel(MALFORMED, async (index) => {
      const text = malformed(random, routes[index % routes.length] as Route, host);
      const answer = await exchange(text).catch((error: Error) => error.message);
      const isFine = answer === '' || /^HTTP\/1\.1 ([1234]\d\d|505) /.test(answer);
      if (!isFine) wrong.push(`${JSON.stringify(text.slice(0, 150))} → ${answer.slice(0, 150)}`);
    });
    expect(wrong.slice(0, 10)).toEqual([]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  }, 600_000);

  test('leave no error in the log', () => {
    expect(server.log()).toEqual([]);
  });
});

function describeRequest({ method, path, headers, body }: RubbishRequest): string {
  const sent = typeof body === 'string' ? body.slice(0, 200) : body?.length;
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(headers).slice(0, 300)} ${sent}`;
}

const ranIn = (page: Page) => page.evaluate(() => '__canary' in window);

describe('markup that somebody sent, in Chromium', () => {
  test('does not run in any answer, not even without the Content-Security-Policy', async () => {
    const { page } = await openPage();
    const sample = [...echoes.values()].slice(0, 80);
    expect(sample.length).toBeGreaterThan(20);
    const ran: string[] = [];
    for (const { url, method, html } of sample) {
      await page.setContent(html, { waitUntil: 'domcontentloaded' });
      if (await ranIn(page)) ran.push(`${method} ${url}`);
    }
    expect(ran).toEqual([]);
    for (const { url } of sample.filter(({ method }) => method === 'GET').slice(0, 20)) {
      await page.goto(url, { waitUntil: 'domcontentloaded' });
      expect({ url, ran: await ranIn(page) }).toEqual({ url, ran: false });
    }
  }, 600_000);

  test('does not run where it was kept: jobs, posts, profiles, archives', async () => {
    await store();
    await resumeEverything();
    const { page } = await openPage();
    const ids: string[] = [];
    for (const canary of CANARIES) {
      ids.push((await server.start('search', { query: canary.replaceAll(',', ' ') })).id);
    }
    for (const id of ids) await server.ended(id, 60_000);
    const paths = ['/', '/jobs', '/find?author=canary', '/profiles?q=canary', '/scrape', '/search'];
    for (const path of [...paths, ...ids.map((id) => `/jobs/${id}`)]) {
      const html = await (await fetch(server.url + path, { headers: NAVIGATION })).text();
      expect(html).toContain('__canary');
      await page.setContent(html, { waitUntil: 'domcontentloaded' });
      expect({ path, ran: await ranIn(page) }).toEqual({ path, ran: false });
      expect(await page.locator('[href^="javascript:" i], [src^="javascript:" i]').count()).toBe(0);
      await page.goto(server.url + path, { waitUntil: 'domcontentloaded' });
      await page.locator('#taskbar').waitFor({ state: 'attached' });
      expect({ path, ran: await ranIn(page) }).toEqual({ path, ran: false });
    }
  }, 600_000);
});

/** What a hostile source or archive could have brought into the library. */
async function store(): Promise<void> {
  const db = openDatabase(join(server.dataDir, 'xgpt.sqlite'));
  const library = createLibrary(db);
  CANARIES.forEach((canary, index) => {
    library.saveProfiles([
      {
        source: 'sample',
        id: `canary-${index}`,
        username: `canary${index}`,
        name: canary,
        bio: canary,
        location: canary,
        website: canary,
        avatarUrl: canary,
      },
    ]);
    library.savePosts([
      {
        source: 'sample',
        id: `canary-${index}`,
        kind: 'reply',
        author: 'canary',
        authorName: canary,
        text: `${canary} https://example.com/${canary}`,
        createdAt: new Date(),
        language: canary,
        url: canary,
        inReplyToId: canary,
        inReplyToAuthor: canary,
        links: [{ text: canary, url: canary }],
        media: [{ type: 'photo', url: canary, alt: canary }],
      },
    ]);
  });
  for (const { id } of library.savedFinds.list()) await library.savedFinds.remove(id);
  for (const canary of CANARIES)
    await library.savedFinds.save({ name: canary, query: { q: canary } }, true);
  db.close();
  const archive = `${CANARIES[0]}.zip`;
  await Bun.write(join(server.dataDir, 'imports', archive), 'no zip');
}

/** Some of the requests have paused types and sources. */
async function resumeEverything(): Promise<void> {
  for (const path of ['types/search', 'sources/sample']) {
    await fetch(`${server.url}/api/${path}/resume`, { method: 'POST' });
  }
}
