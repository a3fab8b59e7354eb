import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { createConnections } from '../../src/connections/index.ts';
import type { Job } from '../../src/jobs/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { freshDataDir, startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { addAccount, startXApiDouble, type XApiDouble } from '../support/x_api_double.ts';

setDefaultTimeout(60_000);

const KEY = Buffer.alloc(32, 7);

const doubles: XApiDouble[] = [];
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(async () => {
  await stopServers();
  for (const double of doubles) double.stop();
});

/** A data folder connected to the double, with a budget. */
async function connected(cap: number) {
  const double = startXApiDouble();
  doubles.push(double);
  const dataDir = freshDataDir();
  const env = {
    XGPT_SECRET_KEY: KEY.toString('base64'),
    XGPT_X_API_URL: double.url,
    XGPT_LEASE_MS: '1000',
  };
  const start = () => startServer(dataDir, env);
  const first = await start();
  const db = openDatabase(loadConfig({ XGPT_DATA_DIR: dataDir }).databasePath);
  closing.push(() => db.close());
  const { budgets, credentials } = createConnections({ db, secretKey: KEY });
  await credentials.replace('x', 'api', { bearer_token: double.token });
  await budgets.setCap('x', cap);
  const stored = () =>
    db
      .query<{ id: string }, []>("SELECT id FROM posts WHERE source = 'x' ORDER BY id DESC")
      .all()
      .map(({ id }) => id);
  return { double, start, first, budgets, stored };
}

const RUNAWAY = { query: 'sea', maxTweets: '10000', source: 'x' };

describe('the budget of a paid source', () => {
  test('stops a runaway search at its cap, across kill -9 and a restart, and is raised by a click', async () => {
    const { double, start, first, budgets, stored } = await connected(400);
    addAccount(double, 'sea_example', 1_000);
    let isRequested = false;
    const job = await first.start('search', RUNAWAY);
    // The third page never comes: the process dies while it waits.
    await until('two pages were read', () => double.requests.length >= 2 || undefined);
    double.next('search', () => {
      isRequested = true;
      return new Promise<Response>(() => {});
    });
    await until('a request is under way', () => isRequested || undefined);
    await first.end('SIGKILL');
    const before = await budgets.read('x');
    const kept = stored();
    expect(before.posts).toBeGreaterThan(double.billed());

    const second = await start();
    const stopped = await second.ended(job.id);
    expect(stopped.status).toBe('failed');
    expect(stopped.errorMessage).toContain('The budget for X is used up');
    const after = await budgets.read('x');
    expect(after.posts).toBeLessThanOrEqual(400);
    // A request for 10 posts and their authors may cost 30.
    expect(after.posts).toBeGreaterThan(400 - 30);
    // What the lost request would have returned stays counted, because X may have charged for it.
    expect(double.billed()).toBeLessThan(after.posts);
    expect(new Set(stored()).size).toBe(double.served);
    expect(stored()).toEqual(expect.arrayContaining(kept));

    await budgets.setCap('x', 5_000);
    const retried = await fetch(`${second.url}/api/jobs/${job.id}/retry`, { method: 'POST' });
    expect(retried.status).toBe(202);
    const completed = await second.ended(job.id);
    expect(completed.status).toBe('completed');
    expect(completed.result).toMatchObject({ posts: 1_000, newPosts: 1_000 });
    expect(stored()).toHaveLength(1_000);
    expect(double.billed()).toBe(1_000 + 2);
    // It has not begun again: each post was requested once.
    expect(double.served).toBe(1_000);
    await second.end('SIGTERM');
  });

  test('is met to the post by two processes on one database', async () => {
    const { double, start, first, budgets, stored } = await connected(503);
    const names = ['sea_example', 'bay_example'];
    for (const name of names) addAccount(double, name, 1_000);
    const second = await start();
    const fields = { maxTweets: '10000', source: 'x', includeReplies: 'true' };
    const jobs = await Promise.all([
      first.start('scrape', { username: 'sea_example', ...fields }),
      second.start('scrape', { username: 'bay_example', ...fields }),
    ]);
    const ended = await Promise.all(jobs.map(({ id }) => first.ended(id)));
    expect(ended.map(({ status }: Job) => status)).toEqual(['failed', 'failed']);
    const { posts } = await budgets.read('x');
    expect(posts).toBe(double.billed());
    expect(posts).toBeLessThanOrEqual(503);
    expect(posts).toBeGreaterThan(503 - 5);
    expect(stored()).toHaveLength(double.served);
    const read = names.map((name) => stored().filter((id) => idsOf(double, name).has(id)).length);
    expect(Math.min(...read)).toBeGreaterThan(0);
    await Promise.all([first.end('SIGTERM'), second.end('SIGTERM')]);
  });
});

function idsOf({ users, posts }: XApiDouble, name: string): Set<string> {
  const id = users.find(({ username }) => username === name)?.id;
  return new Set(posts.filter(({ author_id }) => author_id === id).map((post) => post.id));
}
