import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import type { Job } from '../../src/jobs/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { accountFiles, part, tweet, writeZip } from '../support/archive_fixture.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp({});
  await web.tracker.start();
  // 1 post, 2 posts of a thread that follows it, 6 replies to others and 3 reposts.
  const own = [
    tweet(100),
    tweet(101, { in_reply_to_status_id_str: '100', in_reply_to_user_id_str: '4711' }),
    tweet(102, { in_reply_to_status_id_str: '101', in_reply_to_user_id_str: '4711' }),
  ];
  const replies = Array.from({ length: 6 }, (_, n) =>
    tweet(200 + n, {
      full_text: '@ben_b Yes.',
      in_reply_to_status_id_str: '900',
      in_reply_to_user_id_str: '42',
      in_reply_to_screen_name: 'ben_b',
    }),
  );
  const reposts = Array.from({ length: 3 }, (_, n) =>
    tweet(300 + n, { full_text: `RT @ben_b: Number ${n}` }),
  );
  await Bun.write(join(web.config.importsDir, '.keep'), '');
  await writeZip(join(web.config.importsDir, 'twelve.zip'), {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', [...own, ...replies, ...reposts]),
  });
});

const ARCHIVE = { source: 'archive', archive: 'twelve.zip' };

/** Starts an import as a form or as JSON, and waits for its end. */
async function imported(fields: Record<string, unknown>, how: 'form' | 'json'): Promise<Job> {
  const body =
    how === 'json'
      ? JSON.stringify(fields)
      : new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  const headers: Record<string, string> = { accept: 'application/json' };
  if (how === 'json') headers['content-type'] = 'application/json';
  const response = await web.request('/api/scrape', { method: 'POST', body, headers });
  expect(response.status).toBe(202);
  const { job } = (await response.json()) as { job: Job };
  return web.ended(job.id);
}

describe('C1: an archive of one post, a thread, replies and reposts', () => {
  test('says what was left out, in the result, on its page, in its text and in its log', async () => {
    const job = await imported(ARCHIVE, 'form');
    expect(job.result).toEqual({
      username: 'ida_k',
      posts: 3,
      newPosts: 3,
      leftOut: { replies: 6, reposts: 3 },
    });
    const page = await (await web.request(`/jobs/${job.id}`, { headers: NAVIGATION })).text();
    expect(page).toContain('Completed: 3 posts of @ida_k, 3 new, 9 left out');
    expect(page).toContain(
      '6 replies and 3 reposts were left out. Tick “Include replies” and “Include reposts” to read them too.',
    );
    const text = await web.request(`/api/jobs/${job.id}`, { headers: { accept: 'text/plain' } });
    expect(await text.text()).toContain('Send includeReplies=true and includeRetweets=true');
    const log = await web.request(`/api/jobs/${job.id}/log`);
    expect(await log.text()).toContain('6 replies and 3 reposts were left out.');
  });

  test.each([
    ['all of it', { includeReplies: true, includeRetweets: true }, { posts: 12 }],
    ['the replies', { includeReplies: true }, { posts: 9, leftOut: { reposts: 3 } }],
    ['the reposts', { includeRetweets: true }, { posts: 6, leftOut: { replies: 6 } }],
    ['a number of it', { includeReplies: true, includeRetweets: true, maxTweets: 5 }, { posts: 5 }],
  ])('is read as a form and as JSON asks for it: %s', async (_, options, result) => {
    for (const how of ['form', 'json'] as const) {
      expect((await imported({ ...ARCHIVE, ...options }, how)).result).toMatchObject(result);
    }
  });

  test('of which a number was asked for says how much was not read', async () => {
    const { result } = await imported({ ...ARCHIVE, maxTweets: 2 }, 'json');
    expect(result).toMatchObject({ posts: 2, notRead: 1 });
  });
});

describe('C2: a start with the source archive', () => {
  test.each(['form', 'json'] as const)('needs no username as %s, absent or empty', async (how) => {
    expect((await imported({ ...ARCHIVE, username: '' }, how)).status).toBe('completed');
    expect((await imported({ ...ARCHIVE, username: '@Ida_K' }, how)).status).toBe('completed');
  });

  test('names another account at the field, and without an archive asks for one', async () => {
    const refused = async (fields: Record<string, string>) => {
      const response = await web.json('/api/scrape', {
        method: 'POST',
        body: new URLSearchParams(fields),
      });
      expect(response.status).toBe(422);
      return ((await response.json()) as { error: { details: object } }).error.details;
    };
    expect(await refused({ ...ARCHIVE, username: 'aurora_lab' })).toEqual({
      username: 'The archive belongs to @ida_k, not to @aurora_lab. Leave the username empty.',
    });
    expect(
      await refused({ source: 'archive', archive: 'ida.car', username: 'aurora_lab' }),
    ).toMatchObject({ username: expect.stringContaining('the handle of the export') });
    expect(await refused({ source: 'archive', username: '' })).toEqual({
      archive: 'Choose an archive, or upload one first.',
    });
  });
});
