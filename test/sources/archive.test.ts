import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createArchiveSource } from '../../src/sources/archive/index.ts';
import type { Post } from '../../src/sources/post.ts';
import { NotFound, type Page, type PostsRequest, Unreadable } from '../../src/sources/source.ts';
import {
  type ArchiveContent,
  accountFiles,
  forge,
  forgeEntry,
  manifest,
  manyTweets,
  part,
  temporaryFolder,
  tweet,
  writeFolder,
  writeZip,
} from '../support/archive_fixture.ts';

const never = new AbortController().signal;

function request(fields: Partial<PostsRequest> = {}): PostsRequest {
  return {
    archive: 'x.zip',
    includeReplies: true,
    includeReposts: true,
    signal: never,
    ...fields,
  };
}

async function pagesOf(importsDir: string, fields: Partial<PostsRequest> = {}, limits = {}) {
  const source = createArchiveSource({ importsDir, ...limits });
  return Array.fromAsync<Page<Post>>(source.posts(request(fields)));
}

async function postsOf(importsDir: string, fields: Partial<PostsRequest> = {}) {
  return (await pagesOf(importsDir, fields)).flatMap((page) => page.items);
}

/** Reads the posts of an archive that holds just these tweets. */
async function readTweets(...entries: unknown[]): Promise<Post[]> {
  return readContent({ 'data/tweets.js': part('tweets.part0', entries) });
}

async function readContent(content: ArchiveContent): Promise<Post[]> {
  await using folder = await temporaryFolder();
  await writeZip(join(folder.path, 'x.zip'), { ...accountFiles(), ...content });
  return await postsOf(folder.path);
}

/** What reading a zip fails with, after `damage` was done to it. */
async function refusal(
  content: ArchiveContent,
  damage: (path: string) => Promise<unknown> = async () => {},
  limits = {},
): Promise<Error> {
  await using folder = await temporaryFolder();
  await damage(await writeZip(join(folder.path, 'x.zip'), content));
  const failure = await pagesOf(folder.path, {}, limits).then(
    () => new Error('The archive was read.'),
    (error: Error) => error,
  );
  expect(failure).toBeInstanceOf(Unreadable);
  expect(failure.message).not.toContain(folder.path);
  return failure;
}

const whole = { ...accountFiles(), 'data/tweets.js': part('tweets.part0', manyTweets(30)) };

describe('a post', () => {
  test('has all fields of an archive', async () => {
    const [post] = await readTweets(
      tweet('1050118621198921728', {
        created_at: 'Wed Oct 10 20:19:24 +0000 2018',
        full_text: 'Ice &amp; fire 🔥 https://t.co/abc https://t.co/pic1 https://t.co/pic2',
        favorite_count: '12',
        retweet_count: '3',
        entities: {
          urls: [
            {
              url: 'https://t.co/abc',
              expanded_url: 'https://example.com/a?b=1&c=2',
              display_url: 'example.com/a…',
              indices: ['18', '34'],
            },
          ],
          media: [
            {
              url: 'https://t.co/pic1',
              media_url_https: 'https://pbs.twimg.com/1.jpg',
              type: 'photo',
            },
          ],
        },
        extended_entities: {
          media: [
            {
              url: 'https://t.co/pic1',
              media_url_https: 'https://pbs.twimg.com/1.jpg',
              type: 'photo',
              ext_alt_text: 'A candle',
            },
            {
              url: 'https://t.co/pic2',
              media_url_https: 'https://pbs.twimg.com/2.jpg',
              type: 'video',
              video_info: {
                variants: [
                  { content_type: 'application/x-mpegURL', url: 'https://video.twimg.com/2.m3u8' },
                  {
                    bitrate: '288000',
                    content_type: 'video/mp4',
                    url: 'https://video.twimg.com/s.mp4',
                  },
                  {
                    bitrate: '2176000',
                    content_type: 'video/mp4',
                    url: 'https://video.twimg.com/l.mp4',
                  },
                ],
              },
            },
          ],
        },
      }),
    );
    expect(post).toEqual({
      source: 'archive',
      id: '1050118621198921728',
      kind: 'post',
      author: 'aurora_lab',
      authorName: 'Aurora & Lab',
      text: 'Ice & fire 🔥 https://t.co/abc',
      createdAt: new Date('2018-10-10T20:19:24Z'),
      language: 'en',
      url: 'https://x.com/aurora_lab/status/1050118621198921728',
      links: [{ text: 'https://t.co/abc', url: 'https://example.com/a?b=1&c=2' }],
      media: [
        { type: 'photo', url: 'https://pbs.twimg.com/1.jpg', alt: 'A candle' },
        { type: 'video', url: 'https://video.twimg.com/l.mp4' },
      ],
      likes: 12,
      reposts: 3,
    });
  });

  test.each([
    ['a &lt;b&gt; &amp;&amp; c', 'a <b> && c'],
    ['written as &amp;lt; and &amp;copy;', 'written as &lt; and &copy;'],
    ['&copy; &nbsp; AT&T &quot;&#39;', '&copy; &nbsp; AT&T "\''],
  ])('decodes what X encodes, once: %p', async (full_text, text) => {
    expect((await readTweets(tweet(1, { full_text })))[0]?.text).toBe(text);
  });

  test('is a repost when its text starts with RT @', async () => {
    const [repost, quoting] = await readTweets(
      tweet(1, { full_text: 'RT @bob: What a nig…', retweeted: false }),
      tweet(2, { full_text: 'He wrote RT @bob: hello' }),
    );
    expect(repost).toMatchObject({ kind: 'repost', author: 'aurora_lab' });
    expect(quoting?.kind).toBe('post');
  });

  test('is a reply when it has a parent, also of the same author', async () => {
    const [reply, old, own, mention] = await readTweets(
      tweet(1, { in_reply_to_status_id_str: '99', in_reply_to_screen_name: 'bob' }),
      tweet(2, { in_reply_to_status_id: '98' }),
      tweet(3, { in_reply_to_status_id_str: '1', in_reply_to_screen_name: 'aurora_lab' }),
      tweet(4, { full_text: '@bob hello', in_reply_to_screen_name: 'bob' }),
    );
    expect(reply).toMatchObject({ kind: 'reply', inReplyToId: '99', inReplyToAuthor: 'bob' });
    expect(old).toMatchObject({ kind: 'reply', inReplyToId: '98' });
    expect(own).toMatchObject({ kind: 'reply', inReplyToId: '1', inReplyToAuthor: 'aurora_lab' });
    expect(mention).toMatchObject({ kind: 'post' });
    expect(own).not.toHaveProperty('threadId');
    expect(mention).not.toHaveProperty('inReplyToAuthor');
  });

  test.each([
    ['en', 'en'],
    ['in', 'id'],
    ['iw', 'he'],
    ['zh-cn', 'zh-CN'],
    ['und', undefined],
    ['zxx', undefined],
    ['qme', undefined],
    ['art', undefined],
    ['???', undefined],
  ])('has a language when X names one: %p', async (lang, language) => {
    expect((await readTweets(tweet(1, { lang })))[0]?.language).toBe(language);
  });

  test('keeps picture links that are not at the end, and links only http(s) URLs', async () => {
    const [post] = await readTweets(
      tweet(1, {
        full_text: 'See https://t.co/pic and https://t.co/bad now',
        entities: {
          urls: [
            { url: 'https://t.co/bad', expanded_url: 'javascript:alert(1)' },
            { url: 'https://t.co/gone', expanded_url: 'https://example.com' },
            null,
          ],
        },
        extended_entities: {
          media: [
            {
              url: 'https://t.co/pic',
              expanded_url: 'https://x.com/a/status/1/photo/1',
              media_url_https: 'https://pbs.twimg.com/1.jpg',
              type: 'photo',
            },
            { url: 'https://t.co/odd', media_url_https: 'ftp://example.com/1', type: 'photo' },
          ],
        },
      }),
    );
    expect(post?.text).toBe('See https://t.co/pic and https://t.co/bad now');
    expect(post?.links).toEqual([
      { text: 'https://t.co/pic', url: 'https://x.com/a/status/1/photo/1' },
    ]);
    expect(post?.media).toEqual([{ type: 'photo', url: 'https://pbs.twimg.com/1.jpg' }]);
  });

  test('of 2019 has no wrapper, and may have only id and text', async () => {
    const { tweet: bare } = tweet(7, { full_text: 'Old & plain' });
    const { id_str: _, full_text: __, ...older } = bare;
    const posts = await readTweets(bare, { ...older, text: 'Older' });
    expect(posts.map(({ id, text }) => ({ id, text }))).toEqual([
      { id: '7', text: 'Old & plain' },
      { id: '7', text: 'Older' },
    ]);
  });

  test.each([
    ['id', { id: undefined, id_str: undefined }],
    ['date', { created_at: 'yesterday' }],
    ['text', { full_text: null }],
  ])('without %s is refused, by its place in the archive', async (_field, fields) => {
    const entries = [...manyTweets(3), tweet(9, fields)];
    const failure = await refusal({ ...whole, 'data/tweets.js': part('tweets.part0', entries) });
    expect(failure.message).toContain('Entry 3 of data/tweets.js');
  });
});

describe('a long post', () => {
  const beginning = 'It began in the morning, when nobody was awake &amp; the ice was quiet';
  const long = `${beginning}, and so it went on. https://t.co/more`.replace('&amp;', '&');
  const note = (createdAt: string, text: string) => ({
    noteTweet: {
      noteTweetId: '777',
      createdAt,
      core: {
        text,
        urls: [{ shortUrl: 'https://t.co/more', expandedUrl: 'https://example.com/more' }],
      },
    },
  });
  const read = (fullText: string, notes: unknown[]) =>
    readContent({
      'data/tweets.js': part('tweets.part0', [tweet(1, { full_text: fullText })]),
      'data/note-tweet.js': part('note_tweet.part0', notes),
    }).then(([post]) => post);

  test('has its full text and all links', async () => {
    const post = await read(`${beginning}… https://t.co/self`, [
      note('2018-10-10T20:19:24.000Z', 'Another of that second'),
      note('2018-10-10T20:19:24.731Z', long),
    ]);
    expect(post?.text).toBe(long);
    expect(post?.links).toEqual([{ text: 'https://t.co/more', url: 'https://example.com/more' }]);
  });

  test('is found although leading mentions and links differ', async () => {
    const post = await read(`@bob ${beginning}… https://t.co/self`, [
      note('2018-10-10T20:19:24.000Z', long),
    ]);
    expect(post?.text).toBe(long);
  });

  test.each([
    ['of another second', `${beginning}…`, note('2018-10-10T20:19:25.000Z', long)],
    ['that begins otherwise', 'It began late…', note('2018-10-10T20:19:24.000Z', long)],
    ['that a short post begins by chance', 'It', note('2018-10-10T20:19:24.000Z', long)],
  ])('does not take the place of a post %s', async (_case, fullText, entry) => {
    expect((await read(fullText, [entry]))?.text).toBe(fullText.replace('&amp;', '&'));
  });

  test('without a date is refused', async () => {
    const failure = await refusal({
      ...whole,
      'data/note-tweet.js': part('note_tweet.part0', [note('never', long)]),
    });
    expect(failure.message).toContain('Entry 0 of data/note-tweet.js');
  });

  test('counts against the limit of memory', async () => {
    const notes = part('note_tweet.part0', [note('2018-10-10T20:19:24.000Z', long)]);
    const content = { ...whole, 'data/note-tweet.js': notes };
    expect((await refusal(content, undefined, { maxNoteBytes: 10 })).message).toContain(
      'long posts',
    );
  });
});

describe('the layout', () => {
  const texts = async (content: ArchiveContent) =>
    (await readContent(content)).map((post) => post.id);

  test('follows the manifest, whatever its counts', async () => {
    const content = {
      'data/manifest.js': manifest(['data/tweets.js', 'data/tweets-part1.js'], '999'),
      'data/tweets-part1.js': part('tweets.part1', [tweet(2)]),
      'data/tweets.js': part('tweets.part0', [tweet(1)]),
      'data/tweets-part2.js': part('tweets.part2', [tweet(3)]),
    };
    expect(await texts(content)).toEqual(['1', '2']);
  });

  test('without a manifest includes all parts, by number', async () => {
    const content = {
      'data/tweets-part10.js': part('tweets.part10', [tweet(10)]),
      'data/tweets-part2.js': part('tweets.part2', [tweet(2)]),
      'data/tweets.js': part('tweets.part0', [tweet(1)]),
    };
    expect(await texts(content)).toEqual(['1', '2', '10']);
  });

  test('of 2019 has tweet.js', async () => {
    const content = { 'data/tweet.js': part('tweet.part0', [tweet(1).tweet]) };
    expect(await texts(content)).toEqual(['1']);
  });

  test('may be in a subfolder, a zip64 file or a folder', async () => {
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'down.zip'), whole, { folder: 'twitter-2024/' });
    await writeZip(join(folder.path, 'big.zip'), whole, { zip64: true });
    await writeFolder(join(folder.path, 'unpacked'), whole);
    await writeFolder(join(folder.path, 'deep', 'twitter-2024'), whole);
    for (const archive of ['down.zip', 'big.zip', 'unpacked', 'deep']) {
      expect(await postsOf(folder.path, { archive })).toHaveLength(30);
    }
  });

  test('may hold no post at all', async () => {
    await using folder = await temporaryFolder();
    const content = { ...accountFiles(), 'data/tweets.js': 'window.YTD.tweets.part0 = [ ]' };
    await writeZip(join(folder.path, 'x.zip'), content);
    const pages = await pagesOf(folder.path);
    expect(pages).toMatchObject([{ items: [], total: 0 }]);
  });

  test('does not follow symbolic links out of a folder', async () => {
    await using folder = await temporaryFolder();
    const { 'data/tweets.js': tweets = '', ...others } = whole;
    await writeFolder(join(folder.path, 'unpacked'), others);
    await Bun.write(join(folder.path, 'tweets.js'), tweets);
    await symlink('../../tweets.js', join(folder.path, 'unpacked', 'data', 'tweets.js'));
    await expect(pagesOf(folder.path, { archive: 'unpacked' })).rejects.toThrow(
      'data/tweets.js is missing',
    );
  });
});

describe('an archive', () => {
  test.each([
    ['truncated', (path: string) => truncate(path, 0.9), 'its end is missing'],
    ['not a zip', (path: string) => Bun.write(path, 'Dear diary, '.repeat(99)), 'not a zip file'],
    ['empty', (path: string) => Bun.write(path, ''), 'not a zip file'],
    [
      'encrypted',
      (path: string) => forgeEntry(path, 'data/tweets.js', (h) => h.writeUInt16LE(1, 8)),
      'protected by a password',
    ],
    [
      'packed by an unknown method',
      (path: string) => forgeEntry(path, 'data/tweets.js', (h) => h.writeUInt16LE(12, 10)),
      'Unpack the archive and use the folder',
    ],
    [
      'with a wrong checksum',
      (path: string) => forgeEntry(path, 'data/tweets.js', (h) => h.writeUInt32LE(1, 16)),
      'data/tweets.js is damaged: its checksum is wrong',
    ],
    [
      'larger than it says',
      (path: string) => forgeEntry(path, 'data/tweets.js', (h) => h.writeUInt32LE(1000, 24)),
      'too many bytes',
    ],
  ])('that is %s is refused', async (_case, damage, message) => {
    expect((await refusal(whole, damage)).message).toContain(message);
  });

  test.each([['../../data/x.jpg'], ['/data/media/x.jpg'], ['data\\media\\x.jpg']])(
    'with an unsafe path is refused: %p',
    async (name) => {
      const harmless = 'x'.repeat(name.length);
      const content = { [harmless]: 'picture', ...whole };
      const failure = await refusal(content, (path) => forge(path, harmless, name));
      expect(failure.message).toContain('a path outside of itself');
    },
  );

  test('with a symbolic link is not followed', async () => {
    await using folder = await temporaryFolder();
    const outside = join(folder.path, 'tweets.js');
    await Bun.write(outside, whole['data/tweets.js'] ?? '');
    const content = { ...whole, 'data/tweets.js': outside };
    const link = (h: Buffer) => h.writeUInt32LE(0o120777 * 2 ** 16, 38);
    const failure = await refusal(content, (path) => forgeEntry(path, 'data/tweets.js', link));
    expect(failure.message).toContain('data/tweets.js');
  });

  test('with an extreme compression ratio is refused as a zip bomb', async () => {
    const bomb = { ...whole, 'data/tweets.js': `window.YTD.tweets.part0 = [${' '.repeat(9e6)}]` };
    expect((await refusal(bomb)).message).toContain('like a zip bomb');
  });

  test.each([
    ['file', { maxFileBytes: 2000 }],
    ['all files together', { maxTotalBytes: 2000 }],
  ])('is refused when it exceeds the limit for %s', async (_limit, limits) => {
    expect((await refusal(whole, undefined, limits)).message).toContain('more than the limit');
  });

  test.each([
    ['no account', { 'data/tweets.js': whole['data/tweets.js'] }, 'This is not an X data archive'],
    ['no posts', accountFiles(), 'data/tweets.js is missing'],
    [
      'a part missing',
      { ...whole, 'data/manifest.js': manifest(['data/tweets.js', 'data/tweets-part1.js']) },
      'lists data/tweets-part1.js, which is missing',
    ],
    [
      'a listed file that is none of the posts',
      { ...whole, 'data/manifest.js': manifest(['data/direct-messages.js']) },
      'lists data/direct-messages.js',
    ],
    ['a broken manifest', { ...whole, 'data/manifest.js': 'window.X = {' }, 'data/manifest.js'],
    ['an account of nobody', { ...whole, 'data/account.js': part('a.part0', []) }, 'no account'],
  ])('with %s is refused', async (_case, content, message) => {
    expect((await refusal(content as ArchiveContent)).message).toContain(message);
  });

  test.each([
    ['that is no part', 'alert(1)', 'does not start with'],
    ['of another global', 'window.foo = [ {} ]', 'does not start with'],
    ['that is no list', 'window.YTD.tweets.part0 = { "a": 1 }', 'does not start with'],
    ['with no list in sight', ' '.repeat(2000), 'does not start with'],
    ['that is no JSON', 'window.YTD.tweets.part0 = [ alert(1) ]', 'damaged at entry 0'],
    ['that ends early', part('tweets.part0', manyTweets(3)).slice(0, -9), 'it is cut off'],
    ['with something after it', `${part('tweets.part0', [])}; alert(1)`, 'damaged at entry 0'],
    ['with an endless entry', `window.YTD.t.part0 = ["${'ab'.repeat(1e6)}"]`, 'over 1 MB'],
    ['nested without end', `window.YTD.t.part0 = ${'['.repeat(1.2e6)}`, 'over 1 MB'],
  ])('with a file %s is refused', async (_case, text, message) => {
    const content = { ...whole, 'data/tweets.js': text };
    await using folder = await temporaryFolder();
    await writeFolder(join(folder.path, 'x.zip'), content);
    await expect(pagesOf(folder.path)).rejects.toThrow(message);
  });

  test('is checked completely before its first post is returned', async () => {
    const tweets = part('tweets.part1', [...manyTweets(5), tweet(9, { created_at: '' })]);
    const content = { ...whole, 'data/tweets-part1.js': tweets };
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), content);
    const pages = createArchiveSource({ importsDir: folder.path }).posts(request());
    await expect(pages[Symbol.asyncIterator]().next()).rejects.toThrow(
      'Entry 5 of data/tweets-part1.js',
    );
  });
});

describe('the listing', () => {
  const content = {
    ...accountFiles(),
    'data/tweets.js': part('tweets.part0', manyTweets(150)),
    'data/tweets-part1.js': part('tweets.part1', [
      ...manyTweets(80, 1001),
      tweet(2001, { full_text: 'RT @bob: hello' }),
      tweet(2002, { in_reply_to_status_id_str: '1' }),
    ]),
  };

  test('has pages of 100, a total and the profile', async () => {
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), content);
    const pages = await pagesOf(folder.path);
    expect(pages.map((page) => page.items.length)).toEqual([100, 100, 32]);
    expect(pages.map((page) => page.total)).toEqual([232, 232, 232]);
    expect(pages.at(-1)).not.toHaveProperty('cursor');
    await expect(pages[0]?.profile).toEqual({
      source: 'archive',
      id: '4711',
      username: 'aurora_lab',
      name: 'Aurora & Lab',
      bio: 'Ice <3 light',
      location: 'Tromsø',
      website: 'https://t.co/site',
      avatarUrl: 'https://pbs.twimg.com/profile_images/1/a.jpg',
      createdAt: new Date('2015-03-01T08:00:00Z'),
    });
  });

  test('leaves out replies and reposts, also in the total', async () => {
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), content);
    const without = (fields: Partial<PostsRequest>) =>
      pagesOf(folder.path, fields).then((pages) => ({
        total: pages[0]?.total,
        last: pages.at(-1)?.items.at(-1)?.id,
      }));
    expect(await without({ includeReplies: false })).toEqual({ total: 231, last: '2001' });
    expect(await without({ includeReposts: false })).toEqual({ total: 231, last: '2002' });
  });

  test('resumes after any page without loss, repetition or another check', async () => {
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), content);
    const pages = await pagesOf(folder.path);
    const all = pages.flatMap((page) => page.items);
    for (const [index, { cursor }] of pages.slice(0, -1).entries()) {
      let checks = 0;
      const onPreparing = () => {
        checks += 1;
      };
      const rest = await pagesOf(folder.path, { cursor, onPreparing });
      expect(rest.flatMap((page) => page.items)).toEqual(all.slice((index + 1) * 100));
      expect(rest.map((page) => page.total)).toEqual(rest.map(() => 232));
      expect(checks).toBe(0);
    }
  });

  test('does not resume in a replaced archive, or from a foreign cursor', async () => {
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), content);
    const [page] = await pagesOf(folder.path);
    await writeZip(join(folder.path, 'x.zip'), whole);
    await expect(pagesOf(folder.path, { cursor: page?.cursor })).rejects.toThrow(
      'archive has changed',
    );
    await expect(pagesOf(folder.path, { cursor: 'abc' })).rejects.toThrow(Unreadable);
  });

  test('reports the progress of the check', async () => {
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), content);
    const heard: [number, number, string][] = [];
    await pagesOf(folder.path, { onPreparing: (...report) => heard.push(report) });
    const bytes = Buffer.byteLength(content['data/tweets.js'] + content['data/tweets-part1.js']);
    expect(heard.at(-1)).toEqual([bytes, bytes, 'Checking the archive, 0 of 0 MB']);
    expect(heard.map(([done]) => done)).toEqual(
      heard.map(([done]) => done).toSorted((a, b) => a - b),
    );
  });

  test('is limited to the archive’s account', async () => {
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), whole);
    expect(await postsOf(folder.path, { username: 'Aurora_LAB' })).toHaveLength(30);
    await expect(pagesOf(folder.path, { username: 'bob' })).rejects.toThrow(
      new NotFound(
        'The archive belongs to @aurora_lab, not to @bob. Leave the username empty to import it.',
      ),
    );
  });

  test.each([
    [undefined],
    [''],
    ['absent.zip'],
    ['../x.zip'],
    ['sub/x.zip'],
    ['sub\\x.zip'],
    ['/etc/hostname'],
    ['.hidden.zip'],
    ['..'],
    ['leads_out.zip'],
    ['x.zip\u0000'],
    ['x'.repeat(400)],
  ])('is of an import in the folder only: not %p', async (archive) => {
    await using folder = await temporaryFolder();
    const importsDir = join(folder.path, 'imports');
    await mkdir(join(importsDir, 'sub'), { recursive: true });
    await writeZip(join(folder.path, 'x.zip'), whole);
    await writeZip(join(importsDir, 'sub', 'x.zip'), whole);
    await writeZip(join(importsDir, '.hidden.zip'), whole);
    await symlink('../x.zip', join(importsDir, 'leads_out.zip'));
    await expect(pagesOf(importsDir, { archive })).rejects.toThrow(NotFound);
  });

  test('stops with the signal’s reason, during the check and between posts', async () => {
    await using folder = await temporaryFolder();
    const tweets = part('tweets.part0', manyTweets(2000));
    await writeZip(join(folder.path, 'x.zip'), { ...accountFiles(), 'data/tweets.js': tweets });
    const checking = new AbortController();
    const onPreparing = () => checking.abort(new Error('Cancelled.'));
    await expect(pagesOf(folder.path, { signal: checking.signal, onPreparing })).rejects.toThrow(
      'Cancelled.',
    );
    const reading = new AbortController();
    const source = createArchiveSource({ importsDir: folder.path });
    const pages = source.posts(request({ signal: reading.signal }))[Symbol.asyncIterator]();
    expect((await pages.next()).value.items).toHaveLength(100);
    reading.abort(new Error('Cancelled.'));
    await expect(pages.next().then(() => pages.next())).rejects.toThrow('Cancelled.');
  });

  test.if(existsSync('/proc/self/fd'))('closes the archive however it ends', async () => {
    await using folder = await temporaryFolder();
    const zip = await writeZip(join(folder.path, 'x.zip'), content);
    const source = createArchiveSource({ importsDir: folder.path });
    for await (const _page of source.posts(request())) break;
    await pagesOf(folder.path);
    await pagesOf(folder.path, { username: 'bob' }).catch(() => {});
    const aborted = AbortSignal.abort(new Error('Cancelled.'));
    await pagesOf(folder.path, { signal: aborted }).catch(() => {});
    await truncate(zip, 0.5);
    await pagesOf(folder.path).catch(() => {});
    await waitUntil(async () => (await openFiles()).every((file) => !file.startsWith(folder.path)));
  });
});

async function truncate(path: string, fraction: number): Promise<void> {
  const bytes = await Bun.file(path).arrayBuffer();
  await Bun.write(path, bytes.slice(0, bytes.byteLength * fraction));
}

async function openFiles(): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd');
  return Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
}

/** The test's own time limit ends the wait when the condition never holds. */
async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await Bun.sleep(1);
}
