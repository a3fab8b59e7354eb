import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Job } from '../../src/jobs/index.ts';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { FETCH_TIMEOUT_MS, fillModelCache } from '../support/model_cache.ts';
import { until } from '../support/wait.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  await fillModelCache();
  web = await setupApp();
  await web.tracker.start();
}, FETCH_TIMEOUT_MS);

async function run(
  type: 'scrape' | 'search' | 'discover' | 'embed',
  input: Record<string, unknown>,
): Promise<Job> {
  const { id } = await web.tracker.enqueue(type, input);
  return web.ended(id, 60_000);
}

describe('FEATURES 3: the four types', () => {
  test('scrape stores exactly as many of the author’s posts as were asked for, newest first', async () => {
    const job = await run('scrape', { username: '@Aurora_Lab', maxTweets: 130 });
    expect(job).toMatchObject({
      status: 'completed',
      progress: { current: 130, total: 130 },
      result: { username: 'aurora_lab', posts: 130, newPosts: 130 },
    });
    const { posts, total } = web.library.posts({ author: 'aurora_lab', limit: 100 });
    expect(total).toBe(130);
    expect(new Set(posts.map(({ kind }) => kind))).toEqual(new Set(['post']));
    expect(web.library.profiles({ q: 'aurora_lab' }).profiles).toMatchObject([{ postsHeld: 130 }]);
  });

  test('scrape again finds nothing new, and with replies and reposts something else', async () => {
    expect((await run('scrape', { username: 'aurora_lab', maxTweets: 100 })).result).toMatchObject({
      posts: 100,
      newPosts: 0,
    });
    await run('scrape', {
      username: 'aurora_lab',
      maxTweets: 200,
      includeReplies: true,
      includeRetweets: true,
    });
    const kinds = web.library
      .posts({ author: 'aurora_lab', limit: 100 })
      .posts.map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(['post', 'reply', 'repost']));
  });

  test('scrape of a user who is not there fails at once and says so', async () => {
    const job = await run('scrape', { username: 'nobody_at_all' });
    expect(job).toMatchObject({ status: 'failed', attempt: 1 });
    expect(job.errorMessage).toContain('nobody_at_all');
  });

  test('search stores posts with any of the terms', async () => {
    const job = await run('search', { query: 'jazz, telescope', maxTweets: 45 });
    expect(job).toMatchObject({ status: 'completed', result: { posts: 45 } });
    expect(job.result).not.toHaveProperty('embedded');
    expect(web.library.posts({ q: 'jazz' }).total).toBeGreaterThan(0);
  });

  test('search embeds what it found when asked, and only that', async () => {
    const before = web.library.counts().vectors;
    const job = await run('search', { query: 'bittern', maxTweets: 7, embed: true });
    const { posts, embedded } = job.result as { posts: number; embedded: number };
    expect(posts).toBeGreaterThan(0);
    expect(embedded).toBe(posts);
    expect(web.library.counts().vectors).toBe(before + posts);
    const again = await run('search', { query: 'bittern', maxTweets: 7, embed: true });
    expect(again.result).toMatchObject({ newPosts: 0, embedded: 0 });
  });

  test('search that finds nothing completes with nothing', async () => {
    const job = await run('search', { query: 'xyzzyplugh' });
    expect(job).toMatchObject({ status: 'completed', result: { posts: 0, newPosts: 0 } });
  });

  test('discover keeps profiles, or only names them', async () => {
    const kept = await run('discover', { query: 'climbing coach', maxResults: 2 });
    expect(kept.result).toMatchObject({ profiles: 2, saved: true });
    const { found } = kept.result as { found: string[] };
    for (const username of found) {
      expect(web.library.profiles({ q: username }).total).toBeGreaterThan(0);
    }
    const before = web.library.counts().profiles;
    const named = await run('discover', { query: 'jazz', save: false });
    expect(named.result).toMatchObject({ saved: false, newProfiles: 0 });
    expect((named.result as { found: string[] }).found.length).toBeGreaterThan(0);
    expect(web.library.counts().profiles).toBe(before);
  });

  test('discover with scrape starts a separate scrape job for each profile', async () => {
    const job = await run('discover', {
      query: 'climbing coach',
      maxResults: 3,
      scrape: true,
      maxTweets: 40,
    });
    expect(job).toMatchObject({ status: 'completed', result: { profiles: 3, scraped: 3 } });
    const { found, posts } = job.result as { found: string[]; posts: number };
    const { children, steps } = await web.tracker.reader.detailsOf(job.id);
    expect(children.map(({ metadata }) => metadata?.username)).toEqual(found);
    expect(children.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
    const sum = children.reduce((n, { result }) => n + (result as { posts: number }).posts, 0);
    expect(posts).toBe(sum);
    expect(steps.map(({ name, status }) => `${name}: ${status}`)).toEqual([
      'find profiles: completed',
      'scrape each of them: completed',
    ]);
    for (const author of found) expect(web.library.posts({ author }).total).toBeGreaterThan(0);
  }, 600_000);

  test('what takes several steps shows them, and says in its log what it does', async () => {
    const job = await run('search', { query: 'aurora', maxTweets: 25, embed: true });
    const { steps } = await web.tracker.reader.detailsOf(job.id);
    expect(steps.map(({ name, status }) => `${name}: ${status}`)).toEqual([
      'fetch the model: completed',
      'search for posts: completed',
      'embed what was found: completed',
    ]);
    expect((await web.tracker.reader.readLog(job.id)).text).toContain('20 posts (');
    const embed = await run('embed', {});
    expect((await web.tracker.reader.detailsOf(embed.id)).steps).toHaveLength(2);
  }, 600_000);

  test('embed gives every post one vector, and the second run finds nothing to do', async () => {
    const job = await run('embed', { batchSize: 50 });
    expect(job).toMatchObject({ status: 'completed', result: { model: 'all-MiniLM-L6-v2' } });
    expect(web.library.countWithoutVector('all-MiniLM-L6-v2')).toBe(0);
    expect(web.library.counts().vectors).toBe(web.library.counts().posts);
    expect((await run('embed', {})).result).toMatchObject({ embedded: 0 });

    const response = await web.json('/api/posts?q=a+bird+in+the+reeds&by=meaning&limit=5');
    const { posts } = (await response.json()) as { posts: { text: string; similarity: number }[] };
    expect(posts).toHaveLength(5);
    expect(posts[0]?.text.toLowerCase()).toMatch(/bittern|reed|heron|bird|warbler/);
    const similarities = posts.map(({ similarity }) => similarity);
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
  }, 600_000);
});

describe('failing and going on', () => {
  test('a source that breaks is tried again from where it was, and nothing is twice', async () => {
    const job = await run('scrape', { username: 'flaky_feed', maxTweets: 80 });
    expect(job).toMatchObject({
      status: 'completed',
      attempt: 2,
      result: { posts: 80, newPosts: 80 },
    });
    expect(job.errors).toHaveLength(1);
    expect(web.library.posts({ author: 'flaky_feed' }).total).toBe(80);
  }, 600_000);

  test('refused credentials fail at once', async () => {
    const job = await run('scrape', { username: 'locked_diary' });
    expect(job).toMatchObject({ status: 'failed', attempt: 1 });
  });

  test('a rate limit waits until the time that the source named', async () => {
    const { id } = await web.tracker.enqueue('scrape', { username: 'busy_signal' });
    const job = await until('it waits', () => {
      const current = web.tracker.getJob(id);
      return current?.status === 'retrying' ? current : undefined;
    });
    expect(job.retryAt?.getTime()).toBeGreaterThan(job.createdAt.getTime() + 3_000);
    expect(await web.tracker.cancelJob(id)).toBe(true);
    expect(web.tracker.getJob(id)?.status).toBe('cancelled');
  });

  test('a cancelled scrape keeps what it had, and its retry goes on from there', async () => {
    const slow = await setupApp({ XGPT_SAMPLE_PAGE_MS: '20' });
    await slow.tracker.start();
    const { id } = await slow.tracker.enqueue('scrape', { username: 'aurora_lab', maxTweets: 400 });
    await until('it has begun', () => (slow.tracker.getJob(id)?.progress.current ?? 0) > 0);
    await slow.tracker.cancelJob(id);
    await slow.ended(id);
    const kept = slow.library.counts().posts;
    expect(kept).toBe(slow.tracker.getJob(id)?.progress.current as number);
    expect(kept).toBeLessThan(400);

    await slow.tracker.retryJob(id);
    expect(await slow.ended(id)).toMatchObject({
      status: 'completed',
      result: { posts: 400, newPosts: 400 },
    });
    expect(slow.library.counts().posts).toBe(400);
  }, 600_000);
});
