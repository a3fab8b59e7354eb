import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import type { Post } from '../../src/sources/post.ts';
import type { Page } from '../../src/sources/source.ts';
import {
  type ArchiveContent,
  accountFiles,
  manyTweets,
  part,
  temporaryFolder,
  tweet,
  writeFolder,
  writeZip,
} from '../support/archive_fixture.ts';
import { pagesOf, readContent, readTweets, refusal, whole } from './archive_reading.ts';

const BOM = '\uFEFF';

const note = (text: string, createdAt = '2018-10-10T20:19:24.000Z') => ({
  noteTweet: { noteTweetId: '777', createdAt, core: { text, urls: [] } },
});

async function read(content: ArchiveContent, fields = {}): Promise<Page<Post>[]> {
  await using folder = await temporaryFolder();
  await writeZip(join(folder.path, 'x.zip'), content);
  return await pagesOf(folder.path, fields);
}

function manifestOf(dataTypes: Record<string, string[]>, fields = {}, count = '3'): string {
  const types = Object.entries(dataTypes).map(([type, names]) => [
    type,
    { files: names.map((fileName) => ({ fileName, globalName: 'YTD.x.part0', count })) },
  ]);
  const manifest = { userInfo: {}, archiveInfo: {}, dataTypes: Object.fromEntries(types) };
  return `window.__THAR_CONFIG = ${JSON.stringify({ ...manifest, ...fields }, null, 2)}`;
}

describe('encodings', () => {
  const content: ArchiveContent = {
    ...whole,
    'data/manifest.js': manifestOf({ tweets: ['data/tweets.js'] }),
    'data/note-tweet.js': part('note_tweet.part0', []),
    'data/community-tweet.js': part('community_tweet.part0', [tweet(900)]),
  };

  test.each(Object.keys(content))('C3: a byte order mark in %s is read', async (name) => {
    const marked = { ...content, [name]: BOM + content[name] };
    expect((await read(marked)).flatMap((page) => page.items)).toHaveLength(31);
  });

  test('C3: a byte order mark in every file of an archive of 2016 is read', async () => {
    const month = JSON.stringify([tweet(1).tweet]);
    const pages = await read({
      'data/js/user_details.js': `${BOM}var user_details = { "screen_name": "a", "id": "1" }`,
      'data/js/payload_details.js': `${BOM}var payload_details = { "tweets": 1 }`,
      'data/js/tweet_index.js': `${BOM}var tweet_index = [{ "file_name": "data/js/tweets/2016_01.js" }]`,
      'data/js/tweets/2016_01.js': `${BOM}Grailbird.data.tweets_2016_01 = ${month}`,
    });
    expect(pages).toMatchObject([{ items: [{ id: '1', author: 'a' }] }]);
  });

  test.each(['data/manifest.js', 'data/account.js', 'data/profile.js', 'data/tweets.js'])(
    'C3: UTF-16 in %s is named, with and without a mark',
    async (name) => {
      await using folder = await temporaryFolder();
      await writeFolder(join(folder.path, 'x.zip'), content);
      for (const mark of ['', BOM]) {
        const utf16 = Buffer.from(mark + content[name], 'utf16le');
        for (const bytes of [utf16, Buffer.from(utf16).swap16()]) {
          await Bun.write(join(folder.path, 'x.zip', name), bytes);
          await expect(pagesOf(folder.path)).rejects.toThrow(`${name} is in UTF-16`);
        }
      }
    },
  );
});

describe('the manifest', () => {
  const parts: ArchiveContent = {
    ...whole,
    'data/note-tweet.js': part('note_tweet.part0', []),
    'data/community-tweet.js': part('community_tweet.part0', []),
  };

  test.each([
    ['tweets', 'data/tweets-part1.js'],
    ['noteTweet', 'data/note-tweet-part1.js'],
    ['communityTweet', 'data/community-tweet-part1.js'],
  ])('C7: lists a part of %s that is missing, and the archive is refused', async (type, name) => {
    const first = name.replace('-part1', '');
    const failure = await refusal({
      ...parts,
      'data/manifest.js': manifestOf({ tweets: ['data/tweets.js'], [type]: [first, name] }),
    });
    expect(failure.message).toBe(
      `The archive is incomplete: its manifest lists ${name}, which is missing. ` +
        'Download or copy it again.',
    );
  });

  test('C7: names the other zips of an archive that X has split', async () => {
    const tweets = ['data/tweets.js', 'data/tweets-part1.js'];
    const archiveInfo = { isPartialArchive: true };
    const manifest = manifestOf({ tweets }, { archiveInfo });
    expect((await refusal({ ...parts, 'data/manifest.js': manifest })).message).toContain(
      'X has split it into several zips: unpack all of them into one folder',
    );
  });

  test('C7: tells how many posts it counts that the files do not have', async () => {
    const tweets = ['data/tweets.js'];
    const [page] = await read({ ...whole, 'data/manifest.js': manifestOf({ tweets }, {}, '500') });
    expect(page).toMatchObject({ total: 30, leftOut: { missing: 470 } });
  });

  test.each([
    [['tweets', 'tweets-part2'], 'data/tweets-part2.js, but no data/tweets-part1.js'],
    [['tweets', 'tweets-part1', 'tweets-part4'], 'tweets-part4.js, but no data/tweets-part2.js'],
    [['tweet-part2'], 'data/tweet-part2.js, but no data/tweet-part1.js'],
  ])('C7: without it, %j is not all', async (names, problem) => {
    const files = names.map((name) => [`data/${name}.js`, part('tweets.part0', manyTweets(1))]);
    const { message } = await refusal({ ...accountFiles(), ...Object.fromEntries(files) });
    expect(message).toContain(problem);
  });

  test('C7: may list a file without entries that is not there', async () => {
    const listed = { tweets: ['data/tweets.js'], noteTweet: ['data/note-tweet.js'] };
    const empty = manifestOf(listed, {}, '0');
    const [page] = await read({ ...whole, 'data/manifest.js': empty });
    expect(page?.items).toHaveLength(30);
  });
});

describe('an empty file', () => {
  test.each([
    'data/profile.js',
    'data/note-tweet.js',
    'data/community-tweet.js',
    'data/manifest.js',
  ])('C8: %s is passed over, and said', async (name) => {
    const [page] = await read({ ...whole, [name]: '' });
    expect(page?.items).toHaveLength(30);
    expect(page?.notes).toEqual([`${name} is empty (0 bytes) and was passed over`]);
    expect(page?.leftOut).toEqual({ emptyFiles: 1 });
  });

  test('C8: account.js is replaced by the manifest, where that names the account', async () => {
    const userInfo = { accountId: '4711', userName: 'aurora_lab', displayName: 'Aurora' };
    const manifest = manifestOf({ tweets: ['data/tweets.js'] }, { userInfo });
    const [page] = await read({ ...whole, 'data/account.js': '', 'data/manifest.js': manifest });
    expect(page?.profile).toMatchObject({ id: '4711', username: 'aurora_lab', name: 'Aurora' });
    expect((await refusal({ ...whole, 'data/account.js': '' })).message).toContain('no account');
  });

  test('C8: of posts is refused, by its size', async () => {
    expect((await refusal({ ...whole, 'data/tweets.js': '' })).message).toContain(
      'data/tweets.js is empty (0 bytes)',
    );
  });
});

describe('an entry that cannot be read', () => {
  test.each([
    ['null', null, 'it is not a post'],
    ['a number', 7, 'it is not a post'],
    ['a list', [], 'it has no id'],
    ['an empty object', {}, 'it has no id'],
    ['an empty wrapper', { tweet: {} }, 'it has no id'],
    ['without an id', tweet(9, { id: undefined, id_str: undefined }), 'it has no id'],
    ['with an id of words', tweet(9, { id: 'nine', id_str: 'nine' }), 'it has no id'],
    ['without a date', tweet(9, { created_at: undefined }), 'it has no date'],
    ['of yesterday', tweet(9, { created_at: 'yesterday' }), 'it has no date'],
    ['without a text', tweet(9, { full_text: null }), 'it has no text'],
    ['with a text of numbers', tweet(9, { full_text: 12 }), 'it has no text'],
  ])('C9: %s is left out and said, and the rest is imported', async (_case, entry, problem) => {
    const tweets = part('tweets.part0', [tweet(1), entry, tweet(2)]);
    const [page] = await read({ ...accountFiles(), 'data/tweets.js': tweets });
    expect(page?.items.map(({ id }) => id)).toEqual(['1', '2']);
    expect(page).toMatchObject({
      total: 2,
      leftOut: { unreadable: 1 },
      notes: [`entry 1 of data/tweets.js could not be read: ${problem}`],
    });
  });

  test('C9: ids that are numbers are read with all their digits', async () => {
    const posts = [1, 2].map((id) => JSON.stringify(tweet(id, { id_str: undefined, id: 7.5 })));
    const ids = ['1234567890123456789', '42'];
    const tweets = posts.map((text, index) => text.replace('7.5', ids[index] ?? ''));
    const file = `window.YTD.tweets.part0 = [${tweets}]`;
    expect(await readContent({ 'data/tweets.js': file })).toMatchObject(ids.map((id) => ({ id })));
  });

  test('C9: of community posts and long posts are said by their files', async () => {
    const [page] = await read({
      ...whole,
      'data/community-tweet.js': part('community_tweet.part0', [null]),
      'data/note-tweet.js': part('note_tweet.part0', [note('x', 'never'), {}, note(1 as never)]),
    });
    expect(page?.items).toHaveLength(30);
    expect(page?.leftOut).toEqual({ unreadable: 1 });
    expect(page?.notes).toEqual([
      'entry 0 of data/note-tweet.js could not be read: it has no date',
      'entry 1 of data/note-tweet.js could not be read: it has no date',
      'entry 2 of data/note-tweet.js could not be read: it has no text',
      'entry 0 of data/community-tweet.js could not be read: it is not a post',
    ]);
  });

  test('C9: and nothing else is no archive of posts', async () => {
    const tweets = part('tweets.part0', [null, tweet(9, { full_text: 12 })]);
    const { message } = await refusal({ ...accountFiles(), 'data/tweets.js': tweets });
    expect(message).toStartWith(
      'None of the 2 entries could be read as a post. The first: it is not',
    );
  });

  test('C9: many of them do not fill the log', async () => {
    const entries = [...manyTweets(1), ...Array.from({ length: 12_000 }, () => null)];
    const pages = await read({ ...accountFiles(), 'data/tweets.js': part('t.part0', entries) });
    const unreadable = pages.map(({ leftOut }) => leftOut?.unreadable ?? 0);
    expect(unreadable.reduce((sum, count) => sum + count)).toBe(12_000);
    expect(pages.flatMap(({ notes = [] }) => notes).length).toBeLessThan(100);
    expect(pages[0]?.notes?.at(-1)).toBe('and 4980 more like these');
  });
});

test.each(['en-12', 'e', 'en_US', 'x-private', 'en-a', 'zz-zzzzzzzzzzz', 5, null])(
  'C10: a post whose language is %p has none',
  async (lang) => {
    const [post] = await readTweets(tweet(1, { lang }));
    expect(post).toMatchObject({ id: '1' });
    expect(post).not.toHaveProperty('language');
  },
);

test('C14: posts of communities are imported, of every part', async () => {
  const pages = await read({
    ...whole,
    'data/community-tweet.js': part('community_tweet.part0', [tweet(901)]),
    'data/community-tweet-part1.js': part('community_tweet.part1', [
      tweet(902, { community_id_str: '5' }),
    ]),
  });
  const ids = pages.flatMap((page) => page.items).map(({ id }) => id);
  expect(ids.slice(-2)).toEqual(['901', '902']);
  expect(pages.at(-1)?.total).toBe(32);
});

describe('links', () => {
  const urls = (entities: unknown[]) => ({ entities: { urls: entities } });

  test.each([
    ['without a target', urls([{ url: 'https://t.co/a' }])],
    ['with an empty target', urls([{ url: 'https://t.co/a', expanded_url: '' }])],
    ['that is not listed', urls([])],
    ['without entities', { entities: undefined }],
    ['with a list that is none', { entities: { urls: 'none' } }],
    ['to a script', urls([{ url: 'https://t.co/a', expanded_url: 'javascript:alert(1)' }])],
  ])('C15: an address %s is a link to itself', async (_case, fields) => {
    const [post] = await readTweets(tweet(1, { full_text: 'See (https://t.co/a).', ...fields }));
    expect(post?.links).toEqual([{ text: 'https://t.co/a', url: 'https://t.co/a' }]);
  });

  test('C15: an address as it was typed is a link, in the order of the text', async () => {
    const [post] = await readTweets(
      tweet(1, {
        full_text: 'http://example.com/a?b=1, then https://t.co/b',
        ...urls([{ url: 'https://t.co/b', expanded_url: 'https://example.com/b' }]),
      }),
    );
    expect(post?.links).toEqual([
      { text: 'http://example.com/a?b=1', url: 'http://example.com/a?b=1' },
      { text: 'https://t.co/b', url: 'https://example.com/b' },
    ]);
  });

  test('C15: of a long post, too', async () => {
    const long = `${'A text of many words '.repeat(5)}with https://t.co/z at its end`;
    const [post] = await readContent({
      'data/tweets.js': part('t.part0', [tweet(1, { full_text: `${long.slice(0, 80)}…` })]),
      'data/note-tweet.js': part('n.part0', [note(long)]),
    });
    expect(post?.links).toEqual([{ text: 'https://t.co/z', url: 'https://t.co/z' }]);
  });
});

test.each([
  [{ media_url: 'http://pbs.twimg.com/1.jpg' }, 'https://pbs.twimg.com/1.jpg'],
  [{ media_url: 'https://example.com/1.jpg' }, 'https://example.com/1.jpg'],
  [{ media_url: 'http://example.com/1.jpg' }, 'http://example.com/1.jpg'],
  [
    { media_url: 'http://pbs.twimg.com/1.jpg', media_url_https: 'https://pbs.twimg.com/2.jpg' },
    'https://pbs.twimg.com/2.jpg',
  ],
  [{ media_url: 'http://pbs.twimg.com/1.jpg', media_url_https: '' }, 'https://pbs.twimg.com/1.jpg'],
])('C16: a picture with %p is kept', async (fields, url) => {
  const media = [{ url: 'https://t.co/p', type: 'photo', ...fields }];
  for (const place of [{ entities: { media } }, { extended_entities: { media } }]) {
    const [post] = await readTweets(tweet(1, { full_text: 'Look https://t.co/p', ...place }));
    expect(post).toMatchObject({ text: 'Look', media: [{ type: 'photo', url }] });
  }
});
