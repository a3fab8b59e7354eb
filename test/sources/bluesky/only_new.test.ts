import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createBlueskySource } from '../../../src/sources/bluesky/index.ts';
import { closeApps, setupApp, type TestApp } from '../../support/app.ts';
import { type BlueskyDouble, startBlueskyDouble } from '../../support/bluesky_double.ts';
import { TIMING } from './reading.ts';

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
  await closeApps();
  await double.stop();
});
beforeEach(() => double.behave());

async function scrape(username: string, input: object = {}) {
  const { id } = await web.tracker.enqueue('scrape', { username, maxTweets: 1_000, ...input });
  return web.ended(id, 60_000);
}

const feedRequests = () => double.requests.filter(({ method }) => method.endsWith('AuthorFeed'));

describe('FEATURES 40: only what is new of an author on Bluesky', () => {
  test('stops at the posts of the last run, under a new name too, and a pinned post changes nothing', async () => {
    const { world } = double;
    const ada = world.account('ada.example');
    [ada.pinned] = world.postMany(ada, 350);
    await scrape('https://bsky.app/profile/ada.example');
    world.postMany(ada, 3);
    ada.handle = 'ada-l.example';
    const before = feedRequests().length;
    const job = await scrape('bsky.app/profile/ada-l.example', { onlyNew: true });
    expect(job).toMatchObject({
      status: 'completed',
      result: { username: 'ada-l.example', newPosts: 3 },
    });
    expect(feedRequests().length - before).toBe(2);
    expect(web.library.posts({ author: 'ada-l.example' }).total).toBe(353);
  });

  test.each([
    ['with 3 new', 100, 3, { posts: 103, newPosts: 3 }, 2],
    ['with nothing new', 20, 0, { posts: 20, newPosts: 0 }, 1],
  ])(
    'stops though the older posts have never been read, %s',
    async (_, first, added, result, pages) => {
      const { world } = double;
      const handle = `older-${first}.example`;
      const account = world.account(handle);
      world.postMany(account, 250);
      await scrape(handle, { maxTweets: first });
      world.postMany(account, added);
      const before = feedRequests().length;
      const job = await scrape(handle, { maxTweets: 100, onlyNew: true });
      expect(job.result).toEqual({ username: handle, ...result });
      expect(feedRequests().length - before).toBe(pages);
      const again = await scrape(handle, { maxTweets: 100, onlyNew: true });
      expect(again.result).toMatchObject({ newPosts: 0 });
    },
  );

  test('more than the maximum is read by two runs, without a gap', async () => {
    const { world } = double;
    const mia = world.account('mia.example');
    world.postMany(mia, 250);
    await scrape('mia.example', { maxTweets: 250 });
    world.postMany(mia, 150);
    const limited = { maxTweets: 100, onlyNew: true };
    const job = await scrape('mia.example', limited);
    expect(job.result).toMatchObject({ newPosts: 100, moreNew: true });
    expect((await scrape('mia.example', limited)).result).toMatchObject({ newPosts: 50 });
    expect(web.library.posts({ author: 'mia.example' }).total).toBe(400);
  });

  test('a run that failed leaves no post out, and backdated ones need a full one', async () => {
    const { world } = double;
    const lev = world.account('lev.example');
    world.postMany(lev, 120);
    await scrape('lev.example');
    world.postMany(lev, 300);
    double.behave(({ method, params }) =>
      method.endsWith('AuthorFeed') && params.has('cursor') ? { status: 403 } : undefined,
    );
    expect((await scrape('lev.example', { onlyNew: true })).status).toBe('failed');
    double.behave();
    await scrape('lev.example', { onlyNew: true });
    expect(web.library.posts({ author: 'lev.example' }).total).toBe(420);
    world.post(lev, { text: 'Copied from elsewhere', createdAt: '2015-01-01T00:00:00.000Z' });
    expect((await scrape('lev.example', { onlyNew: true })).result).toMatchObject({ newPosts: 0 });
    expect((await scrape('lev.example')).result).toMatchObject({ newPosts: 1 });
  }, 60_000);
});
