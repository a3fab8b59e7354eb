import { describe, expect, test } from 'bun:test';
import type { Post, Profile } from '../../src/sources/post.ts';
import { createSampleSource } from '../../src/sources/sample/index.ts';
import {
  NotFound,
  type Page,
  type PostsRequest,
  RateLimited,
  type SearchRequest,
  type Source,
  SourceUnavailable,
  Unauthorised,
  Unreadable,
} from '../../src/sources/source.ts';

const NOON = new Date('2026-03-10T12:00:00Z');
const MIDNIGHT = new Date('2026-03-10T00:00:00Z');
const DAY_MS = 86_400_000;
const { signal } = new AbortController();
const HOSTS = /^([a-z]+\.)*example\.(org|com|net)$/;

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

describe('posts of a user', () => {
  test('come in pages of 20, newest first, with the exact total and the profile', async () => {
    const pages = await pagesOf(sample().posts(everythingOf('aurora_lab')));
    const items = pages.flatMap((page) => page.items);

    expect(pages.slice(0, -1).every((page) => page.items.length === 20 && page.cursor)).toBe(true);
    expect(pages.at(-1)).not.toHaveProperty('cursor');
    expect(pages.every((page) => page.total === items.length)).toBe(true);
    expect(pages.every((page) => page.profile?.username === 'aurora_lab')).toBe(true);
    expect(pages[0]?.profile?.posts).toBe(items.length);
  });

  test.each([
    [false, false, ['post']],
    [true, false, ['post', 'reply']],
    [false, true, ['post', 'repost']],
    [true, true, ['post', 'reply', 'repost']],
  ])('with replies %p and reposts %p are %p', async (includeReplies, includeReposts, kinds) => {
    const pages = await pagesOf(
      sample().posts({ username: 'mira_orbits', includeReplies, includeReposts, signal }),
    );
    const items = pages.flatMap((page) => page.items);

    expect([...new Set(items.map((post) => post.kind))].sort()).toEqual(kinds as Post['kind'][]);
    expect(pages[0]?.total).toBe(items.length);
  });

  test('resume from every cursor with exactly the rest', async () => {
    const request = everythingOf('blue_note_bea');
    const pages = await pagesOf(sample().posts(request));

    for (const [index, { cursor }] of pages.entries()) {
      if (cursor === undefined) continue;
      const rest = await collect(sample().posts({ ...request, cursor }));
      expect(rest).toEqual(pages.slice(index + 1).flatMap((page) => page.items));
    }
  });

  test('are found by username in any case', async () => {
    const posts = await postsOf('Aurora_LAB');
    expect(posts[0]?.author).toBe('aurora_lab');
  });

  test('are one empty page when there are none', async () => {
    const pages = await pagesOf(sample().posts(everythingOf('quiet_quokka')));
    expect(pages).toMatchObject([{ items: [], total: 0, profile: { username: 'quiet_quokka' } }]);
  });

  test('of an unknown user are NotFound, with a name to try', async () => {
    const failure = await failureOf(sample().posts(everythingOf('nobody_here')));

    expect(failure).toBeInstanceOf(NotFound);
    expect(failure).toMatchObject({ permanent: true });
    expect(failure).toMatchObject({ message: expect.stringMatching(/"nobody_here".*aurora_lab/) });
  });

  test('with a foreign cursor fail permanently', async () => {
    const failure = await failureOf(
      sample().posts({ ...everythingOf('aurora_lab'), cursor: 'made-up' }),
    );

    expect(failure).toBeInstanceOf(Unreadable);
    expect(failure).toMatchObject({ permanent: true });
  });
});

describe('cancelling', () => {
  test('while waiting for a page rejects with the reason', async () => {
    await postsOf('quiet_quokka');
    const controller = new AbortController();
    const source = createSampleSource({ pageMs: 3_600_000 });
    const listing = source.posts({ ...everythingOf('aurora_lab'), signal: controller.signal });
    const reason = new Error('Cancelled by its owner.');
    setImmediate(() => controller.abort(reason));

    await expect(listing[Symbol.asyncIterator]().next()).rejects.toBe(reason);
  });

  test.each(['aurora_lab', 'walking_bass_nico'])(
    'between two pages of %s rejects at the next step',
    async (username) => {
      const controller = new AbortController();
      const listing = sample().posts({ ...everythingOf(username), signal: controller.signal });
      const reason = new Error('Enough.');
      const read = async () => {
        for await (const _ of listing) controller.abort(reason);
      };

      await expect(read()).rejects.toBe(reason);
    },
  );

  test('after the last page rejects too: an aborted listing never looks complete', async () => {
    const controller = new AbortController();
    const listing = sample().posts({ ...everythingOf('quiet_quokka'), signal: controller.signal });
    const iterator = listing[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort(new Error('Too late.'));

    await expect(iterator.next()).rejects.toThrow('Too late.');
  });

  test('works even without pauses between pages', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('Stop.')), 0);
    const read = async () => {
      for (;;)
        await collect(sample().posts({ ...everythingOf('aurora_lab'), signal: controller.signal }));
    };

    await expect(read()).rejects.toThrow('Stop.');
  });
});

describe('search', () => {
  test('finds any of the terms and phrases, in any case, by several authors', async () => {
    const terms = ['BEBOP', 'black hole'];
    const posts = await searched({ terms });
    const holds = (term: string) => (post: Post) => post.text.toLowerCase().includes(term);

    expect(posts.every((post) => holds('bebop')(post) || holds('black hole')(post))).toBe(true);
    expect(posts.some(holds('bebop'))).toBe(true);
    expect(posts.some(holds('black hole'))).toBe(true);
    expect(new Set(posts.map((post) => post.author)).size).toBeGreaterThan(3);
  });

  test('finds all matching posts, without reposts', async () => {
    const all = (await everything()).filter((post) => post.kind !== 'repost');
    const expected = all.filter((post) => /kingfisher/i.test(post.text)).map((post) => post.id);
    const found = (await searched({ terms: ['kingfisher'] })).map((post) => post.id);

    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  test('matches terms at the beginning of words, literally', async () => {
    expect(await searched({ terms: ['ingfisher'] })).toEqual([]);
    expect(await searched({ terms: ['king.isher'] })).toEqual([]);
    expect(await searched({ terms: ['[a-z]', '.*', '\\w', '(', '-/|^$?{1}'] })).toEqual([]);
    expect((await searched({ terms: ['two-four', '3-3'] })).length).toBeGreaterThan(0);
    expect((await searched({ terms: ['7a+'] })).length).toBeGreaterThan(0);
    expect((await searched({ terms: ['双眼鏡'] })).length).toBeGreaterThan(0);
  });

  test('latest is newest first across authors', async () => {
    for (const [newer, older] of neighbours(await searched({ terms: ['space', 'jazz'] })))
      expect(newer.createdAt.getTime()).toBeGreaterThanOrEqual(older.createdAt.getTime());
  });

  test('top is by engagement, and finds the same posts', async () => {
    const latest = await searched({ terms: ['space'] });
    const top = await searched({ terms: ['space'], mode: 'top' });
    const engagement = (post: Post) =>
      (post.likes ?? 0) + (post.reposts ?? 0) + (post.replies ?? 0);

    expect(top.map((post) => post.id).toSorted()).toEqual(latest.map((post) => post.id).toSorted());
    expect(engagement(top[0] as Post)).toBeGreaterThan(engagement(latest[0] as Post));
    for (const [more, less] of neighbours(top))
      expect(engagement(more)).toBeGreaterThanOrEqual(engagement(less));
  });

  test('since leaves out only older posts', async () => {
    const since = new Date(NOON.getTime() - 30 * DAY_MS);
    const all = await searched({ terms: ['space'] });
    const recent = await searched({ terms: ['space'], since });

    expect(recent).toEqual(all.filter((post) => post.createdAt >= since));
    expect(recent.length).toBeGreaterThan(0);
    expect(recent.length).toBeLessThan(all.length);
  });

  test('has its exact total and resumes from every cursor, in either order', async () => {
    for (const mode of ['latest', 'top'] as const) {
      const pages = await pagesOf(search({ terms: ['telescope'], mode }));
      const items = pages.flatMap((page) => page.items);

      expect(pages.length).toBeGreaterThan(2);
      for (const [index, { cursor, total }] of pages.entries()) {
        expect(total).toBe(items.length);
        if (cursor === undefined) continue;
        const rest = await collect(search({ terms: ['telescope'], mode, cursor }));
        expect(rest).toEqual(pages.slice(index + 1).flatMap((page) => page.items));
      }
    }
  });

  test.each([[['qwertyzzz']], [['  ']]])('for %p is one empty page', async (terms) => {
    expect(await pagesOf(search({ terms }))).toEqual([{ items: [], total: 0 }]);
  });
});

describe('discover', () => {
  test.each(['climbing coach', 'jazz', 'space', 'birds', 'football', 'CITIES'])(
    '%p finds several people whose profile contains every word',
    async (query) => {
      const profiles = await discovered(query);

      expect(profiles.length).toBeGreaterThanOrEqual(3);
      for (const word of query.toLowerCase().split(' '))
        expect(profiles.every((profile) => said(profile).includes(word))).toBe(true);
    },
  );

  test('falls back to any word when no profile has all, most words first', async () => {
    const profiles = await discovered('jazz pianist astronaut');
    const score = ({ name, username, bio }: Profile) =>
      ['jazz', 'pianist'].filter((word) =>
        `${name} ${username} ${bio}`.toLowerCase().includes(word),
      ).length;

    expect(profiles[0]?.username).toBe('blue_note_bea');
    expect(profiles.length).toBeGreaterThan(1);
    for (const [better, worse] of neighbours(profiles))
      expect(score(better)).toBeGreaterThanOrEqual(score(worse));
  });

  test('ranks matches in names first', async () => {
    expect((await discovered('aurora'))[0]?.username).toBe('aurora_lab');
  });

  test('returns one empty page without matches', async () => {
    const pages = await pagesOf(discover('qwertyzzz'));
    expect(pages).toEqual([{ items: [], total: 0 }]);
  });

  test('resumes from its cursor', async () => {
    const pages = await pagesOf(discover('a'));
    const rest = await collect(discover('a', pages[0]?.cursor));

    expect(pages.length).toBeGreaterThan(1);
    expect(rest).toEqual(pages.slice(1).flatMap((page) => page.items));
  });
});

describe('users with simulated failures', () => {
  test('flaky_feed breaks after two pages, and resumes from the cursor', async () => {
    const source = sample();
    const request = everythingOf('flaky_feed');
    const read: Page<Post>[] = [];
    const attempt = async () => {
      for await (const page of source.posts(request)) read.push(page);
    };

    await expect(attempt()).rejects.toBeInstanceOf(SourceUnavailable);
    expect(read.length).toBe(2);
    const rest = await collect(source.posts({ ...request, cursor: read[1]?.cursor as string }));
    expect(read.flatMap((page) => page.items).length + rest.length).toBe(read[0]?.total as number);
  });

  test('flaky_feed breaks again when it is read from the beginning', async () => {
    const source = sample();
    for (let reading = 0; reading < 2; reading++)
      expect(await failureOf(source.posts(everythingOf('flaky_feed')))).toBeInstanceOf(
        SourceUnavailable,
      );
  });

  test('busy_signal asks the first caller to wait five seconds, then answers', async () => {
    const source = sample();
    const failure = await failureOf(source.posts(everythingOf('busy_signal')));

    expect(failure).toBeInstanceOf(RateLimited);
    expect(failure).toMatchObject({ retryAt: new Date(NOON.getTime() + 5_000), permanent: false });
    expect((await collect(source.posts(everythingOf('busy_signal')))).length).toBeGreaterThan(20);
  });

  test('locked_diary refuses permanently', async () => {
    const failure = await failureOf(sample().posts(everythingOf('locked_diary')));

    expect(failure).toBeInstanceOf(Unauthorised);
    expect(failure).toMatchObject({ permanent: true });
  });
});

function sample(): Source {
  return createSampleSource({ pageMs: 0, now: () => NOON });
}

function everythingOf(username: string): PostsRequest {
  return { username, includeReplies: true, includeReposts: true, signal };
}

function postsOf(username: string, request: Partial<PostsRequest> = {}): Promise<Post[]> {
  return collect(sample().posts({ ...everythingOf(username), ...request }));
}

function search(request: Partial<SearchRequest>): AsyncIterable<Page<Post>> {
  const listing = sample().search?.({ terms: [], mode: 'latest', signal, ...request });
  if (!listing) throw new Error('The sample cannot search.');
  return listing;
}

function searched(request: Partial<SearchRequest>): Promise<Post[]> {
  return collect(search(request));
}

function discover(query: string, cursor?: string): AsyncIterable<Page<Profile>> {
  const listing = sample().discover?.({ query, signal, ...(cursor && { cursor }) });
  if (!listing) throw new Error('The sample cannot look for people.');
  return listing;
}

function discovered(query: string): Promise<Profile[]> {
  return collect(discover(query));
}

/** Every profile's bio or name has a letter of one of these beginnings. */
function everybody(): Promise<Profile[]> {
  return discovered([...'abcdefghijklmnopqrstuvwxyz', 'zzzz'].join(' '));
}

let readBefore: Promise<Post[]> | undefined;

/** The posts of everybody who can be read, each author's newest first. */
function everything(): Promise<Post[]> {
  readBefore ??= readEverything();
  return readBefore;
}

async function readEverything(): Promise<Post[]> {
  const source = sample();
  const posts: Post[] = [];
  for (const { username } of await everybody()) {
    if (username !== 'locked_diary') posts.push(...(await readOn(source, username)));
  }
  return posts;
}

/** Reads on after a failure, as a job does. */
async function readOn(source: Source, username: string): Promise<Post[]> {
  const posts: Post[] = [];
  let cursor: string | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      for await (const page of source.posts({
        ...everythingOf(username),
        ...(cursor && { cursor }),
      })) {
        posts.push(...page.items);
        cursor = page.cursor;
      }
      return posts;
    } catch (failure) {
      if (attempt > 1) throw failure;
    }
  }
}

async function pagesOf<Item>(listing: AsyncIterable<Page<Item>>): Promise<Page<Item>[]> {
  return Array.fromAsync(listing);
}

async function collect<Item>(listing: AsyncIterable<Page<Item>>): Promise<Item[]> {
  return (await pagesOf(listing)).flatMap((page) => page.items);
}

async function failureOf(listing: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const _ of listing);
  } catch (failure) {
    return failure;
  }
  throw new Error('The listing did not fail.');
}

function neighbours<Item>(items: Item[]): [Item, Item][] {
  return items.slice(1).map((item, index) => [items[index] as Item, item]);
}

function said({ name, username, bio }: Profile): string {
  return `${name} ${username} ${bio}`.toLowerCase();
}

/** Without the emoji, hashtag and link that may follow the words. */
function wordsOf({ text }: Post): string {
  return text.replace(/( \p{Extended_Pictographic}\S*| #\S+| https:\S+)+$/u, '');
}
