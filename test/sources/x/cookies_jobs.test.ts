import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { createConnections, createSecretKey } from '../../../src/connections/index.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { createXSource } from '../../../src/sources/x/index.ts';
import { closeApps, setupApp, type TestApp } from '../../support/app.ts';
import { freshDataDir, startServer, stopServers } from '../../support/server.ts';
import { until } from '../../support/wait.ts';
import {
  COOKIES,
  someAccount,
  startXDouble,
  type XAccount,
  type XDouble,
} from '../../support/x_double.ts';
import { tweetJson, type XPost } from '../../support/x_json.ts';

let double: XDouble;
let web: TestApp;
const accounts: XAccount[] = [];
let lastId = 5_000;

beforeAll(async () => {
  const searched = someAccount(0, { id: '4900', username: 'searched_example' });
  const results = Array.from({ length: 70 }, (_, index) => ({
    ...((someAccount(70).posts[index] as XPost) ?? {}),
    author: searched,
  }));
  double = startXDouble({ accounts, results });
  web = await setupApp(
    {},
    {
      addSources: (live) => [
        createXSource({ live, url: double.url, apiUrl: 'http://127.0.0.1:1', gapMs: 0 }),
      ],
    },
  );
  await web.connections.credentials.replace('x', 'cookies', COOKIES);
  await web.tracker.start();
});
afterAll(async () => {
  await stopServers();
  await closeApps();
  await double.stop();
});
beforeEach(() => double.reset());

function account(username: string, count: number, more: Partial<XAccount> = {}): XAccount {
  const made = someAccount(count, { id: String(++lastId), username, ...more });
  made.posts = made.posts.map((post) =>
    'entryId' in post ? post : { ...post, id: `${made.id}${post.id.slice(4)}` },
  );
  accounts.push(made);
  return made;
}

async function start(type: 'scrape' | 'search' | 'discover', input: object): Promise<string> {
  return (await web.tracker.enqueue(type, { source: 'x', ...input })).id;
}

const scrape = async (username: string, input: object = {}) =>
  web.ended(await start('scrape', { username, maxTweets: 1_000, ...input }), 60_000);

const pagesAsked = () => double.asked.filter(({ operation }) => operation.startsWith('UserTweets'));

describe('FEATURES 38: a scrape of X with cookies', () => {
  test('stores an author to the end, and again only what was not there', async () => {
    const ada = account('ada_jobs', 65);
    expect(await scrape('@ada_jobs')).toMatchObject({
      status: 'completed',
      attempt: 1,
      result: { username: 'ada_jobs', posts: 65, newPosts: 65 },
    });
    expect(web.library.posts({ author: 'ada_jobs' }).total).toBe(65);
    expect(web.library.profiles({ q: 'ada_jobs' }).profiles).toMatchObject([
      { source: 'x', postsHeld: 65 },
    ]);
    ada.posts.unshift({ id: '1999999999999999991', text: 'News' });
    expect((await scrape('ada_jobs')).result).toMatchObject({ posts: 66, newPosts: 1 });
  });

  test('goes on where it was after a burst of outages, and repeats only that page', async () => {
    account('storms_jobs', 90);
    double.script('UserTweets', 'answer', { status: 503, body: 'busy' }, { cut: true });
    const job = await scrape('storms_jobs');
    expect(job).toMatchObject({ status: 'completed', result: { posts: 90, newPosts: 90 } });
    expect(job.errors).toHaveLength(2);
    const cursors = pagesAsked().map(({ variables }) => variables.cursor);
    expect(cursors).toHaveLength(6 + 2);
    expect(new Set(cursors).size).toBe(6);
    const users = double.asked.filter(({ operation }) => operation === 'UserByScreenName');
    expect(users).toHaveLength(1);
  }, 60_000);

  test('waits until the time that X names', async () => {
    account('busy_jobs', 60);
    const reset = Math.ceil(Date.now() / 1000) + 600;
    double.script('UserTweets', 'answer', {
      status: 429,
      headers: { 'x-rate-limit-reset': String(reset) },
    });
    const id = await start('scrape', { username: 'busy_jobs', maxTweets: 1_000 });
    const job = await until('it waits', () => {
      const current = web.tracker.getJob(id);
      return current?.status === 'retrying' ? current : undefined;
    });
    expect(job.retryAt?.getTime()).toBe(reset * 1000);
    expect(job).toMatchObject({ errors: [], attemptsUsed: 0 });
    expect(job.errorMessage).toStartWith('Rate limited by X, goes on at ');
    expect(job.progress.current).toBe(20);
    await web.tracker.cancelJob(id);
    web.database.run('DELETE FROM rate_limits');
  });

  test('that is cancelled in the middle of a page ends at once and keeps the pages before', async () => {
    account('slow_jobs', 60);
    double.script('UserTweets', 'answer', { hang: true });
    const id = await start('scrape', { username: 'slow_jobs', maxTweets: 1_000 });
    await until('the second page is asked for', () => pagesAsked().length === 2);
    const begin = performance.now();
    await web.tracker.cancelJob(id);
    expect((await web.ended(id)).status).toBe('cancelled');
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(web.library.posts({ author: 'slow_jobs' }).total).toBe(20);
    await web.tracker.retryJob(id);
    expect((await web.ended(id)).result).toMatchObject({ posts: 60, newPosts: 60 });
  });

  test.each([
    ['nobody_jobs', {}, 'X has no user @nobody_jobs.'],
    ['gone_jobs', { suspended: true }, 'X has suspended @gone_jobs.'],
    ['shy_jobs', { isProtected: true }, 'approved followers only'],
  ])('of %s fails once and says why', async (username, more, words) => {
    if (username !== 'nobody_jobs') account(username, 3, more);
    const job = await scrape(username);
    expect(job).toMatchObject({ status: 'failed', failure: 'permanent', attempt: 1 });
    expect(job.errorMessage).toContain(words);
  });

  test('with cookies that have expired fails once and says what to do', async () => {
    account('late_jobs', 40);
    double.script('UserTweets', 'answer');
    double.cookies.auth_token = 'e'.repeat(40);
    const job = await scrape('late_jobs');
    expect(job).toMatchObject({ status: 'failed', failure: 'permanent', attempt: 1 });
    expect(job.errorMessage).toContain('replace the cookies on the Sources page');
    double.reset();
    await web.tracker.retryJob(job.id);
    expect((await web.ended(job.id)).result).toMatchObject({ posts: 40 });
  });

  test('of an edited post keeps one post with its history', async () => {
    const editor = account('editor_jobs', 0);
    editor.posts = [{ id: '777001', text: 'Draft', versions: ['777001'] }];
    await scrape('editor_jobs');
    editor.posts = [{ id: '777002', text: 'Final', versions: ['777001', '777002'] }];
    await scrape('editor_jobs');
    expect(web.library.posts({ author: 'editor_jobs' })).toMatchObject({
      total: 1,
      posts: [{ id: '777002', text: 'Final', edits: [{ id: '777001', text: 'Draft' }] }],
    });
  });

  test('of only what is new asks for one page, though an old post is pinned', async () => {
    const ada = account('news_jobs', 90);
    ada.pinned = ada.posts.at(-1) as XPost;
    expect((await scrape('news_jobs', { onlyNew: true })).result).toMatchObject({ newPosts: 90 });
    double.reset();
    ada.posts.unshift(
      { id: '1999999999999999983', text: 'News 3', createdAt: new Date('2026-06-03T08:00:00Z') },
      { id: '1999999999999999982', text: 'News 2', createdAt: new Date('2026-06-02T08:00:00Z') },
      { id: '1999999999999999981', text: 'News 1', createdAt: new Date('2026-06-01T08:00:00Z') },
    );
    expect((await scrape('news_jobs', { onlyNew: true })).result).toMatchObject({ newPosts: 3 });
    expect(pagesAsked().length).toBeLessThanOrEqual(2);
    const { total } = web.library.posts({ author: 'news_jobs' });
    expect(total).toBe(93);
  });

  test('with replies and reposts stores those of the author, whole', async () => {
    const ben = account('ben_jobs', 1);
    const ada = account('replier_jobs', 2);
    const original = tweetJson({ id: '888001', text: 'All of it, to the end', author: ben });
    ada.withReplies = [
      ...ada.posts,
      { id: '888002', text: 'RT @ben_jobs: All of it…', repost: original },
      { id: '888003', text: '@ben_jobs Yes', replyTo: { postId: '888001', user: ben } },
    ];
    const job = await scrape('replier_jobs', { includeReplies: true, includeRetweets: true });
    expect(job.result).toMatchObject({ posts: 4 });
    expect(pagesAsked()[0]?.operation).toBe('UserTweetsAndReplies');
    const { posts } = web.library.posts({ author: 'replier_jobs', limit: 10 });
    expect(posts.find(({ kind }) => kind === 'repost')?.text).toBe(
      'RT @ben_jobs: All of it, to the end',
    );
  });

  test('resumes after kill -9 from the cursor of the last page it stored', async () => {
    account('crash_jobs', 90);
    const dataDir = await connectedDataDir();
    const env = { XGPT_X_URL: double.url, XGPT_X_GAP_MS: '0' };
    double.script('UserTweets', 'answer', 'answer', { hang: true });
    const first = await startServer(dataDir, env);
    const job = await first.start('scrape', {
      username: 'crash_jobs',
      maxTweets: '1000',
      source: 'x',
    });
    await until('the third page is asked for', () => pagesAsked().length === 3);
    await first.end('SIGKILL');
    const second = await startServer(dataDir, env);
    expect(await second.ended(job.id)).toMatchObject({
      status: 'completed',
      result: { posts: 90, newPosts: 90 },
    });
    const cursors = pagesAsked().map(({ variables }) => variables.cursor);
    expect(cursors[3]).toBe(cursors[2]);
    expect(new Set(cursors).size).toBe(cursors.length - 1);
  }, 120_000);
});

/** A data folder in which X is connected. */
async function connectedDataDir(): Promise<string> {
  const dataDir = freshDataDir();
  const db = openDatabase(join(dataDir, 'xgpt.sqlite'));
  const secretKey = createSecretKey({
    secretKey: undefined,
    secretKeyPath: join(dataDir, 'secret.key'),
  });
  await createConnections({ db, secretKey }).credentials.replace('x', 'cookies', COOKIES);
  db.close();
  return dataDir;
}

test('a search stores what it finds', async () => {
  const found = await web.ended(await start('search', { query: 'tide pools', maxTweets: 50 }));
  expect(found).toMatchObject({ status: 'completed', result: { posts: 50 } });
});

test('a discovery finds people and scrapes each of them', async () => {
  accounts.length = 0;
  account('one_found', 30, { bio: 'Keeps bees' });
  account('two_found', 30, { bio: 'Keeps bees too' });
  const input = { query: 'bees', maxResults: 5, scrape: true, maxTweets: 20 };
  expect(await web.ended(await start('discover', input), 60_000)).toMatchObject({
    status: 'completed',
    result: { found: ['one_found', 'two_found'], scraped: 2, posts: 40 },
  });
});
