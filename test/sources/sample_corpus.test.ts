import { describe, expect, test } from 'bun:test';
import type { Post } from '../../src/sources/post.ts';
import { createSampleSource } from '../../src/sources/sample/index.ts';
import {
  collect,
  DAY_MS,
  everybody,
  everything,
  everythingOf,
  HOSTS,
  MIDNIGHT,
  NOON,
  neighbours,
  pagesOf,
  postsOf,
  searched,
  wordsOf,
} from './sample_reading.ts';

describe('the corpus', () => {
  test('has at least 40 people and 5,000 original posts', async () => {
    const people = await everybody();
    const all = await everything();

    expect(people.length).toBeGreaterThanOrEqual(40);
    expect(all.filter((post) => post.kind === 'post').length).toBeGreaterThanOrEqual(5_000);
    expect(people.filter((profile) => profile.posts === 0).length).toBeGreaterThanOrEqual(3);
  });

  test('has at least 1,100 posts of aurora_lab, plus replies and reposts', async () => {
    const own = await postsOf('aurora_lab', { includeReplies: false, includeReposts: false });
    const all = await postsOf('aurora_lab');

    expect(own.length).toBeGreaterThanOrEqual(1_100);
    expect(new Set(all.map((post) => post.kind))).toEqual(new Set(['post', 'reply', 'repost']));
  });

  test('is the same in every process', async () => {
    const script = `
      import { createSampleSource } from './src/sources/sample/index.ts';
      const { signal } = new AbortController();
      const all = { username: 'aurora_lab', includeReplies: true, includeReposts: true, signal };
      const hasher = new Bun.CryptoHasher('sha256');
      for await (const page of createSampleSource({ pageMs: 0 }).posts(all))
        for (const post of page.items) hasher.update(post.id + post.text + post.likes);
      process.stdout.write(hasher.digest('hex'));
    `;
    const other = Bun.spawnSync([process.execPath, '-e', script], {
      cwd: `${import.meta.dir}/../..`,
    });
    const hasher = new Bun.CryptoHasher('sha256');
    for (const post of await postsOf('aurora_lab')) hasher.update(post.id + post.text + post.likes);

    expect(other.stdout.toString()).toBe(hasher.digest('hex'));
  });

  test('has unique ids, too large for a number, that grow with time', async () => {
    const all = await everything();

    expect(new Set(all.map((post) => post.id)).size).toBe(all.length);
    expect(all.every((post) => BigInt(post.id) > 2n ** 53n)).toBe(true);
    for (const [newer, older] of neighbours(await postsOf('aurora_lab'))) {
      expect(newer.createdAt.getTime()).toBeGreaterThan(older.createdAt.getTime());
      expect(BigInt(newer.id)).toBeGreaterThan(BigInt(older.id));
    }
  });

  test('has no author with the same text twice', async () => {
    const all = await everything();
    const written = all.map((post) => `${post.author}: ${wordsOf(post)}`);

    expect(new Set(written).size).toBe(all.length);
  });

  test('has no unfilled slots', async () => {
    const texts = (await everything()).flatMap((post) => [
      post.text,
      ...post.media.map((media) => media.alt ?? ''),
    ]);

    expect(texts.filter((text) => /[{}]|undefined/.test(text))).toEqual([]);
  });

  test('has posts in English, German, Spanish, French and Japanese, with their language', async () => {
    const all = await everything();
    const inLanguage = (tag: string) => all.filter((post) => post.language === tag);

    expect(all.length).toBe(
      ['en', 'de', 'es', 'fr', 'ja'].reduce((sum, tag) => sum + inLanguage(tag).length, 0),
    );
    for (const tag of ['de', 'es', 'fr', 'ja']) expect(inLanguage(tag).length).toBeGreaterThan(200);
    expect(inLanguage('ja').every((post) => /[\u3040-\u30ff]/.test(post.text))).toBe(true);
    expect(inLanguage('en').some((post) => /[\u3040-\u30ff]/.test(post.text))).toBe(false);
  });

  test.each([
    ['science', 'replication'],
    ['space', 'orbit'],
    ['the aurora', 'northern lights'],
    ['jazz', 'swing'],
    ['climbing', 'granite'],
    ['cooking', 'onions'],
    ['gardening', 'compost'],
    ['databases', 'index'],
    ['football', 'penalty'],
    ['photography', 'prints'],
    ['cities', 'bike lane'],
    ['birds', 'kingfisher'],
    ['chess', 'sicilian'],
  ])('talks about %s', async (_, term) => {
    expect((await searched({ terms: [term] })).length).toBeGreaterThanOrEqual(10);
  });

  test('has long posts, emoji, links and described pictures, on reserved domains only', async () => {
    const all = await everything();
    const linked = all.filter((post) => post.links.length > 0);
    const pictured = all.filter((post) => post.media.length > 0);
    const addresses = all.flatMap((post) => [
      post.url ?? '',
      ...post.links.flatMap((link) => [link.url, link.text]),
      ...post.media.map((media) => media.url),
    ]);

    expect(all.filter((post) => post.text.length > 280).length).toBeGreaterThan(100);
    expect(all.filter((post) => post.text.length > 1_000).length).toBeGreaterThan(20);
    expect(
      all.filter((post) => /\p{Extended_Pictographic}/u.test(post.text)).length,
    ).toBeGreaterThan(500);
    expect(linked.length).toBeGreaterThan(500);
    expect(linked.every((post) => post.text.includes(post.links[0]?.text ?? '?'))).toBe(true);
    expect(pictured.length).toBeGreaterThan(300);
    expect(pictured.every((post) => (post.media[0]?.alt ?? '').length > 5)).toBe(true);
    expect(addresses.filter((address) => !HOSTS.test(new URL(address).hostname))).toEqual([]);
  });

  test('has replies that name an older post and its author', async () => {
    const all = await everything();
    const byId = new Map(all.map((post) => [post.id, post]));
    const replies = all.filter((post) => post.kind === 'reply');
    const toOthers = replies.filter((post) => post.inReplyToAuthor !== post.author);

    for (const reply of replies) {
      const target = byId.get(reply.inReplyToId ?? '');
      expect(target?.author).toBe(reply.inReplyToAuthor as string);
      expect(target?.createdAt.getTime()).toBeLessThan(reply.createdAt.getTime());
      expect(reply.language).toBe(target?.language as string);
    }
    expect(toOthers.length).toBeGreaterThan(500);
    expect(all.some((post) => post.kind !== 'reply' && post.inReplyToId)).toBe(false);
  });

  test('has threads: posts that their authors continue, each part replying to the one before', async () => {
    const all = await postsOf('aurora_lab');
    const parts = all.filter((post) => post.inReplyToAuthor === 'aurora_lab');
    const roots = new Map(
      all.filter((post) => post.threadId === post.id).map((post) => [post.id, post]),
    );

    expect(roots.size).toBeGreaterThan(40);
    expect(parts.length).toBeGreaterThanOrEqual(2 * roots.size);
    expect(parts.every((part) => roots.has(part.threadId ?? ''))).toBe(true);
  });

  test('has reposts that start with the author and contain the whole text', async () => {
    const all = await everything();
    const texts = new Set(all.map((post) => `RT @${post.author}: ${post.text}`));
    const reposts = all.filter((post) => post.kind === 'repost');

    expect(reposts.length).toBeGreaterThan(200);
    expect(reposts.every((post) => texts.has(post.text))).toBe(true);
  });
});

describe('dates', () => {
  test('cover about two years, none of them in the future', async () => {
    const all = await postsOf('aurora_lab');
    const age = (post?: Post) => MIDNIGHT.getTime() - (post?.createdAt.getTime() ?? 0);

    expect(age(all[0])).toBeGreaterThanOrEqual(0);
    expect(age(all[0])).toBeLessThan(2 * DAY_MS);
    expect(age(all.at(-1))).toBeGreaterThan(600 * DAY_MS);
  });

  test('change at midnight in UTC; ids, texts and cursors stay', async () => {
    let now = NOON;
    const source = createSampleSource({ pageMs: 0, now: () => now });
    const before = await pagesOf(source.posts(everythingOf('dawn_chorus_dee')));
    now = new Date(NOON.getTime() + DAY_MS);
    const rest = await collect(
      source.posts({ ...everythingOf('dawn_chorus_dee'), cursor: before[1]?.cursor as string }),
    );
    const expected = before.slice(2).flatMap((page) => page.items);

    expect(rest).toEqual(
      expected.map((post) => ({ ...post, createdAt: new Date(post.createdAt.getTime() + DAY_MS) })),
    );
  });
});
