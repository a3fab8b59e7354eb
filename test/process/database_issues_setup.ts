import { Database } from 'bun:sqlite';
import { expect } from 'bun:test';
import { join } from 'node:path';
import { NAVIGATION } from '../support/app.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

export const PAGES = [
  '/',
  '/jobs',
  '/find',
  '/profiles',
  '/scrape',
  '/search',
  '/discover',
  '/embed',
];

/** Of 12 pages of `WHOLE`, so that it is still under way when what a test does to it is noticed. */
export const SLOW_PAGES = { XGPT_SAMPLE_PAGE_MS: '150' };

const WHOLE_POSTS = 240;

export const WHOLE = { username: 'aurora_lab', maxTweets: String(WHOLE_POSTS) };

export const databaseOf = (dataDir: string) => join(dataDir, 'xgpt.sqlite');

/** Works on the server's database from outside. */
export function elsewhere(dataDir: string, run: (db: Database) => void): void {
  const db = new Database(databaseOf(dataDir), { strict: true });
  db.run('PRAGMA busy_timeout = 10000');
  try {
    run(db);
  } finally {
    db.close();
  }
}

export async function started(env: Record<string, string> = SLOW_PAGES, dataDir?: string) {
  const server = await startServer(dataDir, env);
  const job = await server.start('scrape', WHOLE);
  await until('it moves', async () => (await server.job(job.id)).progress.current >= 40);
  return { server, id: job.id };
}

export const get = (server: TestServer, path: string, accept: string) =>
  fetch(server.url + path, { headers: { accept } });

export const post = (server: TestServer, path: string, fields = {}, headers = {}) =>
  fetch(server.url + path, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
    redirect: 'manual',
  });

export const health = async (server: TestServer) => {
  const response = await fetch(`${server.url}/healthz`);
  const { problems } = (await response.json()) as { problems: { code: string; message: string }[] };
  return { status: response.status, codes: problems.map(({ code }) => code), problems };
};

export const told = (server: TestServer, code: string) =>
  until(`/healthz tells ${code}`, async () => {
    const { status, codes } = await health(server);
    return status === 503 && codes.includes(code);
  });

export const well = (server: TestServer) =>
  until('/healthz is ok', async () => (await health(server)).status === 200);

/** As a page, as a fragment and as JSON: 503, when to come back, and what is the matter. */
export async function refusesStarts(server: TestServer, code: string, title: string) {
  for (const accept of ['application/json', '*/*', NAVIGATION.accept]) {
    const response = await post(server, '/api/search', { query: 'jazz' }, { accept });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    const text = await response.text();
    expect(text).toContain(title);
    if (accept === 'application/json') expect(JSON.parse(text).error.code).toBe(code);
    else if (accept === '*/*') expect(text).toStartWith('<div class="result error" role="alert">');
    else expect(text).toStartWith('<!doctype html>');
  }
}

/** Pages and the stream are answered, and every page says what is the matter. */
export async function servesReads(server: TestServer, title: string) {
  for (const path of PAGES) {
    const response = await get(server, path, NAVIGATION.accept);
    expect({ path, status: response.status }).toEqual({ path, status: 200 });
    expect(await response.text()).toContain(`<strong>${title}</strong>`);
  }
  for (const path of ['/api/posts?author=aurora_lab', '/api/jobs', '/api/profiles'])
    expect((await get(server, path, 'application/json')).status).toBe(200);
  const stream = await get(server, '/api/jobs/stream', 'text/event-stream');
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain('event: jobs');
  await reader?.cancel();
}

/** The log has one line about it, however long it lasts. */
export function warnsOnce(server: TestServer, title: string) {
  expect(server.log().filter((line) => line.includes(title))).toHaveLength(1);
  const warnings = server.log().filter((line) => / (warn |error) /.test(line));
  expect(warnings.length).toBeLessThanOrEqual(3);
  expect(server.log().join('\n')).not.toContain('trying again');
}

export async function endsWhole(server: TestServer, id: string) {
  const job = await server.ended(id, 60_000);
  expect(job).toMatchObject({
    status: 'completed',
    result: { posts: WHOLE_POSTS, newPosts: WHOLE_POSTS },
  });
  const answer = await server.json<{ total: number }>('/api/posts?author=aurora_lab');
  expect(answer.total).toBe(WHOLE_POSTS);
}

/** Long enough for what repeats every second to have repeated. */
export const stays = () => Bun.sleep(2_500);
