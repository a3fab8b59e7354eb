import { describe, expect, test } from 'bun:test';
import type { Post, Profile } from '../../src/sources/post.ts';
import { createSampleSource } from '../../src/sources/sample/index.ts';
import {
  NotFound,
  type Page,
  RateLimited,
  SourceUnavailable,
  Unauthorised,
  Unreadable,
} from '../../src/sources/source.ts';
import {
  collect,
  DAY_MS,
  discover,
  discovered,
  everything,
  everythingOf,
  failureOf,
  NOON,
  neighbours,
  pagesOf,
  postsOf,
  said,
  sample,
  search,
  searched,
  signal,
} from './sample_reading.ts';

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
