import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createBlueskySource } from '../../../src/sources/bluesky/index.ts';
import { closeApps, setupApp, type TestApp } from '../../support/app.ts';
import {
  type BlueskyDouble,
  type Fault,
  startBlueskyDouble,
} from '../../support/bluesky_double.ts';
import { startServer, stopServers } from '../../support/server.ts';
import { until } from '../../support/wait.ts';
import { connect, TIMING } from './reading.ts';

let double: BlueskyDouble;
let web: TestApp;
beforeAll(async () => {
  double = await startBlueskyDouble();
  web = await setupApp(
    {},
    { addSources: (live) => [createBlueskySource({ live, url: double.url, timing: TIMING })] },
  );
  await web.tracker.start();
});
afterAll(async () => {
  await stopServers();
  await closeApps();
  await double.stop();
});
beforeEach(() => double.behave());

/** An author with so many posts. */
function author(handle: string, posts: number) {
  const account = double.world.account(handle);
  double.world.postMany(account, posts);
  return account;
}

async function start(type: 'scrape' | 'search' | 'discover', input: object): Promise<string> {
  return (await web.tracker.enqueue(type, { source: 'bluesky', ...input })).id;
}

const scrape = async (username: string, input: object = {}) =>
  web.ended(await start('scrape', { username, maxTweets: 1_000, ...input }), 60_000);

const feedRequests = () => double.requests.filter(({ method }) => method.endsWith('AuthorFeed'));

describe('FEATURES 38: a scrape of Bluesky', () => {
  test('stores an author to the end, and once', async () => {
    const { world } = double;
    const ada = author('ada.example', 240);
    const question = world.post(author('lev.example', 0), { text: 'When?' });
    world.post(ada, { text: 'At six', replyTo: question });
    world.repost(ada, question);
    expect(await scrape('@ada.example')).toMatchObject({
      status: 'completed',
      attempt: 1,
      result: { username: 'ada.example', posts: 240, newPosts: 240 },
    });
    expect(web.library.posts({ author: 'ada.example' }).total).toBe(240);
    expect(web.library.profiles({ q: 'ada.example' }).profiles).toMatchObject([
      { source: 'bluesky', postsHeld: 240 },
    ]);
    world.postMany(ada, 3, (n) => `News ${n}`);
    const again = await scrape('ada.example', { includeReplies: true, includeRetweets: true });
    expect(again.result).toMatchObject({ newPosts: 5 });
  });

  test('makes no request for posts that it does not need', async () => {
    author('long.example', 700);
    expect((await scrape('long.example', { maxTweets: 500 })).result).toMatchObject({ posts: 500 });
    expect(feedRequests()).toHaveLength(5);
  });

  test('goes on where it was after outages on three pages, and repeats only those', async () => {
    author('storms.example', 450);
    const faults: Fault[] = [{ status: 503 }, 'html', 'cut'];
    double.behave(({ method, params }) =>
      method.endsWith('AuthorFeed') && params.has('cursor') && feedRequests().length % 2 === 0
        ? faults.shift()
        : undefined,
    );
    const job = await scrape('storms.example');
    expect(job).toMatchObject({ status: 'completed', result: { posts: 450, newPosts: 450 } });
    expect(job.errors).toHaveLength(3);
    const cursors = feedRequests().map(({ params }) => params.get('cursor'));
    expect(cursors).toHaveLength(6 + 3);
    expect(new Set(cursors).size).toBe(6);
  });

  test('waits until the time that Bluesky names', async () => {
    author('busy.example', 150);
    double.behave(({ params }) =>
      params.has('cursor') ? { status: 429, headers: { 'retry-after': '1800' } } : undefined,
    );
    const id = await start('scrape', { username: 'busy.example', maxTweets: 1_000 });
    const job = await until('it waits', () => {
      const current = web.tracker.getJob(id);
      return current?.status === 'retrying' ? current : undefined;
    });
    const waitMs = (job.retryAt?.getTime() ?? 0) - Date.now();
    expect(waitMs).toBeWithin(1_700_000, 1_800_000);
    expect(job).toMatchObject({ errors: [], attemptsUsed: 0 });
    expect(job.errorMessage).toStartWith('Rate limited by Bluesky, goes on at ');
    expect(job.progress.current).toBe(100);
    await web.tracker.cancelJob(id);
    web.database.run('DELETE FROM rate_limits');
  });

  test('that is cancelled in the middle of a page ends at once and keeps the pages before', async () => {
    author('slow.example', 250);
    double.behave(({ params }) => (params.has('cursor') ? 'silence' : undefined));
    const id = await start('scrape', { username: 'slow.example', maxTweets: 1_000 });
    await until('the second page is asked for', () => feedRequests().length === 2);
    const begin = performance.now();
    await web.tracker.cancelJob(id);
    expect((await web.ended(id)).status).toBe('cancelled');
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(web.library.posts({ author: 'slow.example' }).total).toBe(100);
    double.behave();
    await web.tracker.retryJob(id);
    expect((await web.ended(id)).result).toMatchObject({ posts: 250, newPosts: 250 });
  });

  test('of an account that is not there, or for signed-in people only, fails once and says why', async () => {
    double.world.account('sealed.example', { labels: [{ val: '!no-unauthenticated' }] });
    for (const [username, message] of [
      ['nobody.example', 'Bluesky has no account @nobody.example.'],
      [
        'sealed.example',
        '@sealed.example shows its posts to signed-in people only, so reading them needs a Bluesky account. Connect one with an app password on the Sources page, or with "xgpt sources set bluesky".',
      ],
    ] as const) {
      const job = await scrape(username);
      expect(job).toMatchObject({ status: 'failed', failure: 'permanent', attempt: 1 });
      expect(job.errorMessage).toContain(message);
    }
  });

  test('of only what is new stops below what is known, and a full one finds backdated posts', async () => {
    const account = author('daily.example', 450);
    await scrape('daily.example', { onlyNew: true });
    double.world.postMany(account, 3, (n) => `News ${n}`);
    double.world.post(account, { text: 'Imported', createdAt: '2019-05-06T07:08:09.000Z' });
    double.behave();
    const news = await scrape('daily.example', { onlyNew: true });
    expect(news).toMatchObject({ status: 'completed', result: { newPosts: 3 } });
    expect(feedRequests().length).toBeLessThan(5);
    expect((await scrape('daily.example')).result).toMatchObject({ posts: 454, newPosts: 1 });
  });

  test('counts pages only when they are full', async () => {
    const posts = double.world.postMany(author('sparse.example', 0), 250);
    for (const post of posts.slice(50, 150)) post.isHidden = true;
    double.behave(({ params }) => (params.get('cursor') ? 'silence' : undefined));
    const id = await start('scrape', { username: 'sparse.example', maxTweets: 1_000 });
    await until('the first page is stored', () => feedRequests().length === 2);
    expect(web.tracker.getJob(id)?.progress).toMatchObject({
      current: 100,
      total: 250,
      message: 'Reading page 2 of 3',
    });
    const requested = () => feedRequests().length;
    double.behave(({ params }) =>
      params.get('cursor') && requested() === 2 ? 'silence' : undefined,
    );
    await web.tracker.cancelJob(id);
    await web.ended(id);
    await web.tracker.retryJob(id);
    await until('the empty page is stored', () => requested() === 2);
    expect(web.tracker.getJob(id)?.progress.message).toBe('Reading the next page');
    await web.tracker.cancelJob(id);
    await web.ended(id);
  });

  test('of an edited post keeps one post with the new text', async () => {
    const account = author('editor.example', 0);
    const post = double.world.post(account, { text: 'Draft' });
    await scrape('editor.example');
    double.world.edit(post, 'Final');
    expect((await scrape('editor.example')).result).toMatchObject({ posts: 1, newPosts: 0 });
    expect(web.library.posts({ author: 'editor.example' })).toMatchObject({
      total: 1,
      posts: [{ id: post.uri, text: 'Final' }],
    });
  });

  test('resumes after kill -9 from the cursor of the last page it stored', async () => {
    author('crash.example', 450);
    let isDown = true;
    double.behave(() => (isDown && feedRequests().length === 4 ? 'silence' : undefined));
    const env = { XGPT_BLUESKY_URL: double.url };
    const first = await startServer(undefined, env);
    const job = await first.start('scrape', {
      username: 'crash.example',
      maxTweets: '1000',
      source: 'bluesky',
    });
    await until('the fourth page is asked for', () => feedRequests().length === 4);
    await first.end('SIGKILL');
    isDown = false;
    const second = await startServer(first.dataDir, env);
    expect(await second.ended(job.id)).toMatchObject({
      status: 'completed',
      result: { posts: 450, newPosts: 450 },
    });
    const cursors = feedRequests().map(({ params }) => params.get('cursor'));
    expect(cursors[4]).toBe(cursors[3] as string);
    expect(new Set(cursors).size).toBe(cursors.length - 1);
  });
});

describe('a search', () => {
  test('without an account fails once and says what to do; with one it stores what it finds', async () => {
    const refused = await web.ended(await start('search', { query: 'quiet harbour' }));
    expect(refused).toMatchObject({ status: 'failed', failure: 'permanent', attempt: 1 });
    expect(refused.errorMessage).toContain('Connect one with an app password');
    author('searcher.example', 0);
    await connect(web.connections, double, 'searcher.example');
    const found = await web.ended(
      await start('search', { query: 'quiet harbour', maxTweets: 130 }),
    );
    expect(found).toMatchObject({ status: 'completed', result: { posts: 130 } });
  });
});

describe('a discovery', () => {
  test('finds people and scrapes each of them', async () => {
    for (const handle of ['one.example', 'two.example']) {
      Object.assign(author(handle, 30), { description: 'A keeper of bees' });
    }
    const input = { query: 'bees', maxResults: 5, scrape: true, maxTweets: 20 };
    expect(await web.ended(await start('discover', input), 60_000)).toMatchObject({
      status: 'completed',
      result: { found: ['one.example', 'two.example'], scraped: 2, posts: 40 },
    });
  });
});
