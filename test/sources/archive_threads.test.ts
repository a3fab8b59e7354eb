import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import type { Post } from '../../src/sources/post.ts';
import type { LeftOut, Page } from '../../src/sources/source.ts';
import {
  type ArchiveContent,
  accountFiles,
  manifest,
  manyTweets,
  part,
  temporaryFolder,
  tweet,
  writeFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { zipOf } from '../support/zip_writer.ts';
import { pagesOf, readContent, readTweets, whole } from './archive_reading.ts';

async function read(content: ArchiveContent, fields = {}): Promise<Page<Post>[]> {
  await using folder = await temporaryFolder();
  await writeZip(join(folder.path, 'x.zip'), { ...accountFiles(), ...content });
  return await pagesOf(folder.path, fields);
}

const idsOf = (pages: Page<Post>[]) => pages.flatMap((page) => page.items).map(({ id }) => id);

/** A reply to a post of `user`. */
const reply = (id: number, parent: number, user = '4711', fields = {}) =>
  tweet(id, {
    in_reply_to_status_id_str: `${parent}`,
    in_reply_to_user_id_str: user,
    in_reply_to_screen_name: user === '4711' ? 'aurora_lab' : 'bob',
    ...fields,
  });

describe('a thread of the author', () => {
  test('C1: is made of posts that name its first one, whatever their order', async () => {
    const posts = await readTweets(reply(12, 11), reply(13, 12), tweet(10), reply(11, 10));
    const part = { kind: 'post', threadId: '10', inReplyToAuthor: 'aurora_lab' };
    expect(posts).toMatchObject([
      { id: '12', inReplyToId: '11', ...part },
      { id: '13', inReplyToId: '12', ...part },
      { id: '10', kind: 'post', threadId: '10' },
      { id: '11', inReplyToId: '10', ...part },
    ]);
  });

  test('C1: may lie in several files, and be told by the name alone', async () => {
    const byName = { in_reply_to_user_id_str: undefined, in_reply_to_screen_name: 'Aurora_LAB' };
    const posts = await readContent({
      'data/tweets.js': part('t.part0', [reply(12, 11, '4711', byName)]),
      'data/tweets-part1.js': part('t.part1', [reply(11, 10)]),
      'data/community-tweet.js': part('c.part0', [tweet(10)]),
    });
    expect(posts.map(({ kind, threadId }) => [kind, threadId])).toEqual([
      ['post', '10'],
      ['post', '10'],
      ['post', '10'],
    ]);
  });

  test('C1: that goes back to a reply to somebody else is made of replies', async () => {
    const posts = await readTweets(reply(21, 9, '99'), reply(22, 21), reply(23, 22));
    expect(posts.map(({ kind }) => kind)).toEqual(['reply', 'reply', 'reply']);
    expect(posts.some((post) => 'threadId' in post)).toBe(false);
  });

  test('C1: whose first post is gone is made of posts, and names none', async () => {
    const posts = await readTweets(reply(31, 30), reply(32, 31), tweet(33));
    expect(posts.map(({ kind }) => kind)).toEqual(['post', 'post', 'post']);
    expect(posts.some((post) => 'threadId' in post)).toBe(false);
  });

  test('that leads in a circle ends', async () => {
    const posts = await readTweets(reply(41, 42), reply(42, 41), reply(43, 43));
    expect(posts.map(({ kind }) => kind)).toEqual(['post', 'post', 'post']);
  });

  test('of thousands of posts is found, also with ids beyond 2^53', async () => {
    const base = 1_800_000_000_000_000_000n;
    const ids = Array.from({ length: 5000 }, (_, index) => `${base + BigInt(index)}`);
    const replies = ids.slice(1).map((id, index) => ({
      ...reply(1, 1, '4711', { id_str: id, in_reply_to_status_id_str: ids[index] }),
    }));
    const posts = await readTweets(...replies.toReversed(), tweet(ids[0] ?? ''));
    expect(new Set(posts.map(({ threadId }) => threadId))).toEqual(new Set([ids[0]]));
    expect(new Set(posts.map(({ id }) => id)).size).toBe(5000);
  });
});

describe('what is left out', () => {
  /** The archive of the fault: 1 own, 2 in the author's own thread, 6 replies, 3 reposts. */
  const twelve = [
    ...[1, 2, 3].map((id) => tweet(id, { full_text: 'RT @bob: hello' })),
    ...[4, 5, 6, 7, 8, 9].map((id) => reply(id, 900 + id, '99')),
    tweet(10),
    reply(11, 10),
    reply(12, 11),
  ];

  test.each([
    [false, false, ['10', '11', '12'], { replies: 6, reposts: 3 }],
    [true, false, ['4', '5', '6', '7', '8', '9', '10', '11', '12'], { reposts: 3 }],
    [false, true, ['1', '2', '3', '10', '11', '12'], { replies: 6 }],
  ])('C1: with replies %p, reposts %p is counted', async (replies, reposts, ids, leftOut) => {
    const fields = { includeReplies: replies, includeReposts: reposts };
    const pages = await read({ 'data/tweets.js': part('t.part0', twelve) }, fields);
    expect(idsOf(pages)).toEqual(ids);
    expect(pages).toMatchObject([{ leftOut, total: ids.length }]);
  });

  test('C1: is nothing when all is asked for', async () => {
    const [page] = await read({ 'data/tweets.js': part('t.part0', twelve) });
    expect(page?.items).toHaveLength(12);
    expect(page).not.toHaveProperty('leftOut');
  });

  const sumOf = (pages: Page<Post>[]): LeftOut => {
    const sum = { replies: 0, reposts: 0, unreadable: 0 };
    for (const { leftOut = {} } of pages) {
      for (const key of ['replies', 'reposts', 'unreadable'] as const)
        sum[key] += leftOut[key] ?? 0;
    }
    return sum;
  };

  test('C1: is the same for a whole listing and for one that is resumed after any page', async () => {
    const entries = manyTweets(450).flatMap((entry, index) => [
      entry,
      ...(index % 3 === 0 ? [reply(10_000 + index, 5, '99')] : []),
      ...(index % 50 === 0 ? [null, tweet(20_000 + index, { full_text: 'RT @b: c' })] : []),
    ]);
    // A long run of replies ends a page that has no post yet.
    const run = Array.from({ length: 6000 }, (_, index) => reply(30_000 + index, 5, '99'));
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), {
      ...accountFiles(),
      'data/tweets.js': part('t.part0', entries.slice(0, 300)),
      'data/tweets-part1.js': part('t.part1', [...entries.slice(300), ...run]),
    });
    const fields = { includeReplies: false, includeReposts: false };
    const pages = await pagesOf(folder.path, fields);
    expect(sumOf(pages)).toEqual({ replies: 6150, reposts: 9, unreadable: 9 });
    expect(idsOf(pages)).toHaveLength(450);
    expect(pages.map(({ items }) => items.length)).toEqual([250, 200, 0]);
    for (const [index, { cursor }] of pages.slice(0, -1).entries()) {
      const rest = await pagesOf(folder.path, { ...fields, cursor });
      expect(sumOf(rest)).toEqual(sumOf(pages.slice(index + 1)));
      expect(idsOf(rest)).toEqual(idsOf(pages.slice(index + 1)));
      expect(rest.flatMap(({ notes = [] }) => notes)).toEqual(
        pages.slice(index + 1).flatMap(({ notes = [] }) => notes),
      );
    }
  });
});

describe('an edited post', () => {
  const first = (id: number, ids: number[], fields = {}) =>
    tweet(id, { edit_info: { initial: { editTweetIds: ids.map(String) } }, ...fields });
  const later = (id: number, ids: number[], fields = {}) =>
    tweet(id, {
      edit_info: {
        edit: {
          initialTweetId: `${ids[0]}`,
          editControlInitial: { editTweetIds: ids.map(String) },
        },
      },
      ...fields,
    });
  const edits = [
    { id: '101', text: 'Post 101', createdAt: new Date('2018-10-10T20:19:24Z') },
    { id: '102', text: 'Post 102', createdAt: new Date('2018-10-10T20:19:24Z') },
  ];

  test.each([
    ['in a row', [101, 102, 103]],
    ['newest first', [103, 102, 101]],
  ])('C13: is one post with its earlier versions, %s', async (_order, order) => {
    const versions = [101, 102, 103];
    const entries = order.map((id) => (id === 101 ? first : later)(id, versions));
    const [page] = await read({ 'data/tweets.js': part('t.part0', entries) });
    expect(page?.items).toMatchObject([{ id: '103', text: 'Post 103', edits }]);
    expect(page?.total).toBe(1);
    expect(page).not.toHaveProperty('leftOut');
  });

  test('C13: may lie far apart, and its first version may not know that it was edited', async () => {
    const pages = await read({
      'data/tweets.js': part('t.part0', [later(103, [101, 102, 103]), ...manyTweets(300, 1000)]),
      'data/tweets-part1.js': part('t.part1', [...manyTweets(300, 2000), first(101, [101])]),
      'data/tweets-part2.js': part('t.part2', [later(102, [101, 102])]),
    });
    const posts = pages.flatMap((page) => page.items);
    expect(posts.filter(({ id }) => id.startsWith('10') && id.length === 3)).toMatchObject([
      { id: '103', edits },
    ]);
    expect(posts).toHaveLength(601);
    expect(pages[0]?.total).toBe(601);
  });

  test('C13: names versions that are not in the archive by their ids', async () => {
    const [post] = await readTweets(later(103, [101, 102, 103]));
    expect(post?.edits).toEqual([{ id: '101' }, { id: '102' }]);
    const [only] = await readTweets(first(101, [101, 102]));
    expect(only).toMatchObject({ id: '101' });
    expect(only).not.toHaveProperty('edits');
  });

  test('C13: that begins a thread is named by its newest version', async () => {
    const posts = await readTweets(
      first(101, [101, 102]),
      reply(110, 101),
      later(102, [101, 102]),
      reply(111, 110),
    );
    expect(posts.map(({ id, threadId }) => [id, threadId])).toEqual([
      ['110', '102'],
      ['102', '102'],
      ['111', '102'],
    ]);
    expect(posts[0]?.inReplyToId).toBe('102');
  });

  test('C13: counts once among the replies, too', async () => {
    const fields = { in_reply_to_status_id_str: '9', in_reply_to_user_id_str: '99' };
    const entries = [first(101, [101, 102], fields), later(102, [101, 102], fields), tweet(1)];
    const content = { 'data/tweets.js': part('t.part0', entries) };
    expect(await read(content)).toMatchObject([{ total: 2 }]);
    expect(await read(content, { includeReplies: false })).toMatchObject([
      { total: 1, leftOut: { replies: 1 } },
    ]);
  });
});

describe('a quote', () => {
  const linking = (expanded_url: string, text = 'Look https://t.co/q', fields = {}) =>
    readTweets(
      tweet(50, {
        full_text: text,
        entities: { urls: [{ url: 'https://t.co/q', expanded_url }] },
        ...fields,
      }),
    ).then(([post]) => post?.quote);

  test.each([
    ['https://twitter.com/bob/status/77', { id: '77', author: 'bob' }],
    ['https://x.com/Bob_2/status/77?s=20', { id: '77', author: 'Bob_2' }],
    ['https://mobile.twitter.com/bob/status/77', { id: '77', author: 'bob' }],
    ['https://x.com/i/web/status/77', { id: '77' }],
    ['https://x.com/i/status/77', { id: '77' }],
    ['http://twitter.com/#!/bob/statuses/77', { id: '77', author: 'bob' }],
  ])('is a post that ends with a link to %s', async (url, quote) => {
    expect(await linking(url)).toEqual({ ...quote, url });
  });

  test('is none without such a link at its end', async () => {
    expect(await linking('https://x.com/bob')).toBeUndefined();
    expect(await linking('https://example.com/bob/status/77')).toBeUndefined();
    expect(await linking('https://x.com.example/bob/status/77')).toBeUndefined();
    const url = 'https://x.com/bob/status/77';
    expect(await linking(url, 'At https://t.co/q he says')).toBeUndefined();
    expect(await linking('https://x.com/i/web/status/50', 'Cut… https://t.co/q')).toBeUndefined();
    expect(await linking(url, 'RT @carol: Look https://t.co/q')).toBeUndefined();
  });

  test('has its pictures taken off before', async () => {
    const media = [{ url: 'https://t.co/p', media_url: 'https://pbs.twimg.com/1.jpg' }];
    const text = 'Look https://t.co/q https://t.co/p';
    const fields = { extended_entities: { media } };
    expect(await linking('https://x.com/bob/status/77', text, fields)).toMatchObject({ id: '77' });
  });
});

describe('the time of the archive', () => {
  const newest = new Date('2018-10-10T20:19:24Z');
  const content = { ...accountFiles(), 'data/tweets.js': part('t.part0', [tweet(1)]) };
  const generated = manifest(['data/tweets.js']).replace(
    '"archiveInfo":{}',
    '"archiveInfo":{"generationDate":"2024-01-02T03:04:05.678Z"}',
  );

  test.each([
    [
      'what its manifest says',
      { ...content, 'data/manifest.js': generated },
      '2024-02-02',
      '2024-01-02T03:04:05.678Z',
    ],
    ['that of its newest file', content, '2024-02-02T10:00:00Z', '2024-02-02T10:00:00Z'],
    [
      'that of its newest file, if its manifest is of the future',
      { ...content, 'data/manifest.js': generated.replace('2024', '2099') },
      '2024-02-02T10:00:00Z',
      '2024-02-02T10:00:00Z',
    ],
    ['that of its newest post, if the files are older', content, '1980-01-01', newest],
    ['that of its newest post, if the files are of the future', content, '2107-01-01', newest],
  ])('C11: is %s', async (_rule, files, modifiedAt, asOf) => {
    await using folder = await temporaryFolder();
    const zip = zipOf(files, { modifiedAt: new Date(modifiedAt) });
    await Bun.write(join(folder.path, 'x.zip'), zip);
    const [page] = await pagesOf(folder.path);
    expect(page?.items[0]?.asOf).toEqual(new Date(asOf));
    expect(page?.profile?.asOf).toEqual(new Date(asOf));
  });

  test('C11: of a folder is that of its newest file', async () => {
    await using folder = await temporaryFolder();
    const before = Date.now() - 2000;
    await writeFolder(join(folder.path, 'x.zip'), whole);
    const [page] = await pagesOf(folder.path);
    expect(page?.profile?.asOf?.getTime()).toBeGreaterThan(before);
  });
});
