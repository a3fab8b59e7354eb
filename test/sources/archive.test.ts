import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createArchiveSource } from '../../src/sources/archive/index.ts';
import { NotFound, type PostsRequest, Unreadable } from '../../src/sources/source.ts';
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
import { pagesOf, postsOf, readContent, refusal, request, whole } from './archive_reading.ts';

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
    const numbers = Array.from({ length: 11 }, (_, index) => index);
    const parts = numbers.map((n) => [
      `data/tweets${n === 0 ? '' : `-part${n}`}.js`,
      part(`tweets.part${n}`, [tweet(n + 1)]),
    ]);
    const content = Object.fromEntries(parts.toSorted());
    expect(await texts(content)).toEqual(numbers.map((n) => `${n + 1}`));
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
    ['empty', (path: string) => Bun.write(path, ''), 'This file is empty'],
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

  test.each([
    ['../../data/x.jpg'],
    ['/data/media/x.jpg'],
    ['..\\..\\data\\x.jpg'],
    ['C:\\data\\x.jpg'],
  ])('with an unsafe path is refused: %p', async (name) => {
    const harmless = 'x'.repeat(name.length);
    const content = { [harmless]: 'picture', ...whole };
    const failure = await refusal(content, (path) => forge(path, harmless, name));
    expect(failure.message).toContain('a path outside of itself');
  });

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
    const tweets = part('tweets.part1', manyTweets(5)).replace('"id_str": "4"', '"id_str" "4"');
    const content = { ...whole, 'data/tweets-part1.js': tweets };
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), content);
    const pages = createArchiveSource({ importsDir: folder.path }).posts(request());
    await expect(pages[Symbol.asyncIterator]().next()).rejects.toThrow(
      'data/tweets-part1.js is damaged at entry 3',
    );
  });
});

describe('the listing', () => {
  const content = {
    ...accountFiles(),
    'data/tweets.js': part('tweets.part0', manyTweets(400)),
    'data/tweets-part1.js': part('tweets.part1', [
      ...manyTweets(180, 1001),
      tweet(2001, { full_text: 'RT @bob: hello' }),
      tweet(2002, { in_reply_to_status_id_str: '1' }),
    ]),
  };

  test('has pages of 250, a total and the profile', async () => {
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), content);
    const pages = await pagesOf(folder.path);
    expect(pages.map((page) => page.items.length)).toEqual([250, 250, 82]);
    expect(pages.map((page) => page.total)).toEqual([582, 582, 582]);
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
      asOf: expect.any(Date),
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
    expect(await without({ includeReplies: false })).toEqual({ total: 581, last: '2001' });
    expect(await without({ includeReposts: false })).toEqual({ total: 581, last: '2002' });
  });

  test('resumes after any page without loss or repetition', async () => {
    await using folder = await temporaryFolder();
    await writeZip(join(folder.path, 'x.zip'), content);
    const pages = await pagesOf(folder.path);
    const all = pages.flatMap((page) => page.items);
    for (const [index, { cursor }] of pages.slice(0, -1).entries()) {
      const heard = new Set<string>();
      const onPreparing = (_done: number, _of: number, message: string) => heard.add(message);
      const rest = await pagesOf(folder.path, { cursor, onPreparing });
      expect(rest.flatMap((page) => page.items)).toEqual(all.slice((index + 1) * 250));
      expect(rest.map((page) => page.total)).toEqual(rest.map(() => 582));
      expect([...heard]).toEqual(['Reading the archive again, 0 of 0 MB']);
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
    expect((await pages.next()).value.items).toHaveLength(250);
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
