import { afterAll, beforeAll, expect, test } from 'bun:test';
import { resultSummary } from '../../../src/operations/words.ts';
import { createXSource } from '../../../src/sources/x/index.ts';
import { closeApps, setupApp, type TestApp } from '../../support/app.ts';
import { until } from '../../support/wait.ts';
import {
  addAccount,
  problem,
  startXApiDouble,
  type XApiDouble,
} from '../../support/x_api_double.ts';

let double: XApiDouble;
let web: TestApp;

beforeAll(async () => {
  double = startXApiDouble();
  const urls = { url: double.url, apiUrl: double.url };
  web = await setupApp(
    {},
    { addSources: (live) => [createXSource({ live, ...urls, gapMs: 0, patienceMs: 0 })] },
  );
  const { credentials, budgets } = web.connections;
  await credentials.replace('x', 'api', { bearer_token: double.token });
  await budgets.setCap('x', 100_000);
  await web.tracker.start();
});

afterAll(async () => {
  await closeApps();
  double.stop();
});

async function run(type: 'scrape' | 'search' | 'discover', input: object) {
  const { id } = await web.tracker.enqueue(type, { source: 'x', ...input });
  return web.ended(id);
}

test('a scrape reads no more posts than wanted, and tells what it has cost', async () => {
  addAccount(double, 'cost_example', 300, { words: 'prices' });
  const job = await run('scrape', { username: 'cost_example', maxTweets: 120 });
  expect(job.result).toEqual({ username: 'cost_example', posts: 120, newPosts: 120, cost: 0.61 });
  expect(double.served).toBe(120);
  expect(job.progress.message).toBe('Finishing, $0.61 so far');
  const log = await (await web.request(`/api/jobs/${job.id}/log`)).text();
  expect(log).toContain('X charges $0.50 for this page; $0.51 of $500.00 used.');
});

test('a run for what is new reads small pages', async () => {
  addAccount(double, 'new_example', 150, { words: 'news' });
  await run('scrape', { username: 'new_example', maxTweets: 150 });
  const before = double.served;
  const user = double.users.at(-1);
  const at = double.posts.findIndex(({ author_id }) => author_id === user?.id);
  const id = '1999999999999999999';
  double.posts.splice(at, 0, { ...(double.posts[at] as (typeof double.posts)[0]), id });
  const job = await run('scrape', { username: 'new_example', maxTweets: 1_000, onlyNew: true });
  expect(job.result).toMatchObject({ newPosts: 1, cost: 0.11 });
  // 10 with the new one, and then a whole page of known ones.
  expect(double.served - before).toBe(20);
});

test('a run for what is new buys no more posts than its maximum allows', async () => {
  addAccount(double, 'most_example', 200, { words: 'limits' });
  const before = double.served;
  const input = { username: 'most_example', maxTweets: 100, onlyNew: true };
  const job = await run('scrape', input);
  expect(job.result).toMatchObject({ posts: 100, newPosts: 100, cost: 0.51 });
  expect(double.served - before).toBe(100);

  addMore(150);
  const later = await run('scrape', input);
  expect(later.result).toMatchObject({ newPosts: 100, moreNew: true, cost: 0.51 });
  expect(double.served - before).toBe(200);
});

/** Newer posts of the last account. */
function addMore(count: number): void {
  const user = double.users.at(-1);
  const at = double.posts.findIndex(({ author_id }) => author_id === user?.id);
  const first = double.posts[at] as (typeof double.posts)[0];
  const newer = Array.from({ length: count }, (_, i) => ({
    ...first,
    id: String(1_999_999_999_999_000_000n - BigInt(i)),
    created_at: new Date(Date.parse(first.created_at ?? '') + (count - i) * 1000).toISOString(),
  }));
  double.posts.splice(at, 0, ...newer);
}

test('a search and a search for people tell what they have cost', async () => {
  addAccount(double, 'coach_example', 40, { words: 'climbing coach' });
  const search = await run('search', { query: 'climbing', maxTweets: 30 });
  expect(search.result).toEqual({ posts: 30, newPosts: 30, cost: 0.16 });
  const people = await run('discover', { query: 'climbing coach', maxResults: 1, scrape: true });
  // 10 posts and their author, then the look-up and the posts.
  expect(people.result).toMatchObject({ found: ['coach_example'], posts: 40, cost: 0.27 });
  expect(resultSummary(people)).toContain('for $0.27');
});

test('a job waits until the time that X names, and says so', async () => {
  addAccount(double, 'busy_example', 150, { words: 'queues' });
  const reset = Math.ceil(Date.now() / 1000) + 900;
  const first = double.requests.length;
  const headers = { 'x-rate-limit-reset': String(reset) };
  double.next('timeline', () => problem(429, { title: 'Too Many Requests' }, headers));
  const { id } = await web.tracker.enqueue('scrape', { username: 'busy_example', source: 'x' });
  const job = await until('it waits', () => {
    const current = web.tracker.getJob(id);
    return current?.status === 'retrying' ? current : undefined;
  });
  expect(job.retryAt).toEqual(new Date(reset * 1000));
  expect(job).toMatchObject({ errors: [], attemptsUsed: 0 });
  expect(job.errorMessage).toMatch(/^Rate limited by X, goes on at \d\d:\d\d UTC\.$/);
  expect(double.requests.length - first).toBe(2);
  await web.tracker.cancelJob(id);
  web.database.run('DELETE FROM rate_limits');
});

test('a job stops at the budget, keeps what it has, and is continued by a click', async () => {
  addAccount(double, 'spent_example', 250, { words: 'money' });
  const { posts } = await web.connections.budgets.read('x');
  await web.connections.budgets.setCap('x', posts + 2 + 100);
  const job = await run('scrape', { username: 'spent_example', maxTweets: 1_000 });
  expect(job).toMatchObject({ status: 'failed', failure: 'permanent' });
  expect(job.errorMessage).toContain('The budget for X is used up');
  expect(web.library.posts({ author: 'spent_example' }).total).toBe(100);
  await web.connections.budgets.setCap('x', 100_000);
  const served = double.served;
  await web.tracker.retryJob(job.id);
  const done = await until('it is completed', () => {
    const current = web.tracker.getJob(job.id);
    return current?.status === 'completed' ? current : undefined;
  });
  expect(done.result).toMatchObject({ posts: 250, newPosts: 250, cost: 1.26 });
  expect(double.served - served).toBe(150);
});
