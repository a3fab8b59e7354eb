import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readAhead } from '../../../src/sources/bluesky/read_ahead.ts';
import { NotFound, SourceUnavailable, Unreadable } from '../../../src/sources/source.ts';
import { type BlueskyDouble, startBlueskyDouble } from '../../support/bluesky_double.ts';
import { failureOf, readAll, sourceOf, wanted } from './reading.ts';

let double: BlueskyDouble;
beforeAll(async () => {
  double = await startBlueskyDouble();
});
afterAll(() => double.stop());

const EVERYTHING = { includeReplies: true, includeReposts: true };

describe('the posts of an author', () => {
  test('come to the end, newest first, each once, with the profile on every page', async () => {
    const { world } = double;
    const ada = world.account('all.example', {
      displayName: 'Ada',
      website: 'https://ada.example',
    });
    world.postMany(ada, 250);
    double.behave();
    const { pages, items } = await readAll(sourceOf(double).posts(wanted('@ALL.example')));
    expect(items.map(({ text }) => text)).toEqual(
      Array.from({ length: 250 }, (_, index) => `Post ${250 - index} about a quiet harbour`),
    );
    expect(pages.map(({ items }) => items.length)).toEqual([100, 100, 50, 0]);
    expect(pages.at(-1)?.cursor).toBeUndefined();
    for (const { profile } of pages) {
      expect(profile).toMatchObject({ id: ada.did, username: 'all.example', posts: 250 });
    }
    expect(double.requests.map(({ params }) => params.get('limit'))).toEqual([
      null,
      ...Array<string>(4).fill('100'),
    ]);
  });

  test('of an empty account are one page without posts', async () => {
    double.world.account('empty.example');
    const { pages } = await readAll(sourceOf(double).posts(wanted('empty.example')));
    expect(pages).toMatchObject([{ items: [], profile: { username: 'empty.example', posts: 0 } }]);
    expect(pages[0]?.cursor).toBeUndefined();
  });

  test('go on after short and empty pages that have a cursor', async () => {
    const author = double.world.account('gaps.example');
    const posts = double.world.postMany(author, 350);
    posts.slice(50, 250).forEach((post) => {
      post.isHidden = true;
    });
    const { pages, items } = await readAll(sourceOf(double).posts(wanted('gaps.example')));
    expect(pages.map(({ items }) => items.length)).toEqual([100, 0, 0, 50, 0]);
    expect(items).toHaveLength(150);
    expect(pages.slice(0, 4).every(({ cursor }) => cursor !== undefined)).toBe(true);
  });

  test('contain a pinned post once, and a backdated one at its place', async () => {
    const { world } = double;
    const author = world.account('pins.example');
    const [oldest] = world.postMany(author, 3, (n) => `Number ${n}`);
    author.pinned = oldest;
    world.post(author, {
      text: 'Imported from elsewhere',
      createdAt: '2019-05-06T07:08:09.000Z',
      indexedAt: '2026-03-01T00:00:00.000Z',
    });
    const { items } = await readAll(sourceOf(double).posts(wanted('pins.example')));
    expect(items.map(({ text }) => text)).toEqual([
      'Number 3',
      'Number 2',
      'Number 1',
      'Imported from elsewhere',
    ]);
    expect(items.at(-1)?.createdAt).toEqual(new Date('2019-05-06T07:08:09.000Z'));
  });

  test('have the time of the service when they are dated in the future', async () => {
    const author = double.world.account('clock.example');
    double.world.post(author, {
      text: 'From a fast clock',
      createdAt: '2042-01-01T00:00:00.000Z',
      indexedAt: '2026-03-01T00:00:00.000Z',
    });
    const { items } = await readAll(sourceOf(double).posts(wanted('clock.example')));
    expect(items[0]?.createdAt).toEqual(new Date('2026-03-01T00:00:00.000Z'));
  });

  test('show an edited record under the same id with its new text', async () => {
    const author = double.world.account('edits.example');
    const post = double.world.post(author, { text: 'Draft' });
    const before = (await readAll(sourceOf(double).posts(wanted('edits.example')))).items;
    double.world.edit(post, 'Final');
    const after = (await readAll(sourceOf(double).posts(wanted('edits.example')))).items;
    expect(after[0]).toMatchObject({ id: before[0]?.id, text: 'Final' });
  });
});

describe('what is wanted of an author', () => {
  test('is decided here: own threads are posts, and what is left out is counted', async () => {
    const { world } = double;
    const author = world.account('thread.example');
    const other = world.account('other.example', { displayName: 'Other' });
    const first = world.post(author, { text: 'A thread' });
    const second = world.post(author, { text: 'goes on', replyTo: first });
    const foreign = world.post(other, { text: 'Question?', replyTo: second });
    world.post(author, { text: 'Answer', replyTo: foreign });
    world.repost(author, foreign);
    const question = world.post(other, { text: 'Who?' });
    const answer = world.post(author, { text: 'I', replyTo: question });
    world.post(author, { text: 'and more', replyTo: answer });

    const plain = await readAll(sourceOf(double).posts(wanted('thread.example')));
    expect(plain.items.map(({ text, kind }) => [text, kind])).toEqual([
      ['goes on', 'post'],
      ['A thread', 'post'],
    ]);
    expect(plain.leftOut).toEqual({ replies: 3, reposts: 1 });
    expect(plain.items[0]).toMatchObject({ inReplyToId: first.uri, threadId: first.uri });

    const all = await readAll(sourceOf(double).posts(wanted('thread.example', EVERYTHING)));
    expect(all.items).toHaveLength(6);
    expect(all.leftOut).toEqual({});
    expect(all.items.find(({ text }) => text === 'Answer')).toMatchObject({
      kind: 'reply',
      inReplyToId: foreign.uri,
      inReplyToAuthor: 'other.example',
      threadId: first.uri,
    });
  });

  test('a repost is the author’s, with the whole text and the id of its record', async () => {
    const { world } = double;
    const author = world.account('sharer.example', { displayName: 'Sharer' });
    const other = world.account('origin.example', { displayName: 'Origin' });
    const text = `${'A long sentence about tides. '.repeat(10)}The end.`;
    const original = world.post(other, { text, langs: ['en'], likes: 50 });
    world.repost(author, original);
    world.repost(author, original, { hasUri: false });
    const { items } = await readAll(sourceOf(double).posts(wanted('sharer.example', EVERYTHING)));
    expect(items.map(({ id }) => id)).toEqual([
      `${original.uri}#${author.did}`,
      expect.stringContaining(`at://${author.did}/app.bsky.feed.repost/`),
    ]);
    expect(items[1]).toMatchObject({
      kind: 'repost',
      author: 'sharer.example',
      authorId: author.did,
      authorName: 'Sharer',
      text: `RT @origin.example: ${text}`,
      language: 'en',
      repostOf: { id: original.uri, author: 'origin.example', authorName: 'Origin', text },
    });
    expect(items[1]).not.toHaveProperty('likes');
  });

  test('other people’s posts in a feed are left out as foreign', async () => {
    const { world } = double;
    const author = world.account('mixed.example');
    const stranger = world.account('stranger.example');
    author.entries.push(...world.postMany(stranger, 1).flatMap(() => world.entriesOf(stranger)));
    const { items, leftOut } = await readAll(sourceOf(double).posts(wanted('mixed.example')));
    expect(items).toEqual([]);
    expect(leftOut).toEqual({ foreign: 1 });
  });
});

describe('a listing that is resumed', () => {
  const resumed = (cursor?: string) =>
    readAll(sourceOf(double).posts(wanted('resume.example', { cursor })));

  test('continues after each page, also when the handle has changed meanwhile', async () => {
    const author = double.world.account('resume.example');
    double.world.postMany(author, 300);
    const { pages, items } = await resumed();
    for (const [index, { cursor }] of pages.entries()) {
      if (cursor === undefined) continue;
      const rest = await resumed(cursor);
      expect(rest.items.map(({ id }) => id)).toEqual(
        items.slice((index + 1) * 100).map(({ id }) => id),
      );
    }
    author.handle = 'renamed.example';
    const rest = await resumed(pages[0]?.cursor);
    expect(rest.items).toHaveLength(200);
    expect(rest.items[0]?.author).toBe('renamed.example');
    author.handle = 'resume.example';
  });

  test('reads a place that the service does not know again from the place before it', async () => {
    const { pages } = await resumed();
    const place = JSON.parse(pages[1]?.cursor ?? '') as { next: string };
    const rest = await resumed(JSON.stringify({ ...place, next: 'damaged' }));
    expect(rest.items).toHaveLength(200);
  });

  test('fails when the service knows neither of the two places', async () => {
    const { pages } = await resumed();
    const { did } = JSON.parse(pages[1]?.cursor ?? '') as { did: string };
    const cursor = JSON.stringify({ did, next: 'damaged', before: 'too' });
    const failure = await failureOf(sourceOf(double).posts(wanted('resume.example', { cursor })));
    expect(failure).toBeInstanceOf(Unreadable);
    expect(failure.message).toContain('Start it again');
  });

  test.each(['', 'x', '{"did":"ada"}', '[]'])('refuses the damaged cursor %p', async (cursor) => {
    const failure = await failureOf(sourceOf(double).posts(wanted('resume.example', { cursor })));
    expect(failure).toBeInstanceOf(Unreadable);
  });

  test('does not run in circles', async () => {
    const feed = (cursor: string) => ({ status: 200, body: { feed: [], cursor } });
    double.behave(({ method }) => (method.endsWith('getAuthorFeed') ? feed('same') : undefined));
    const failure = await failureOf(sourceOf(double).posts(wanted('resume.example')));
    double.behave();
    expect(failure).toBeInstanceOf(SourceUnavailable);
  });
});

describe('an account that cannot be read', () => {
  test.each([
    ['gone.example', 'Bluesky has suspended @gone.example.'],
    ['asleep.example', 'The owner of @asleep.example has deactivated the account.'],
    ['nobody.example', 'Bluesky has no account @nobody.example.'],
    [
      'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa',
      'Bluesky has no account did:plc:aaaaaaaaaaaaaaaaaaaaaaaa.',
    ],
    ['ada', 'A Bluesky handle contains a dot. Try ada.bsky.social.'],
    ['not a name', '"not a name" is not a Bluesky handle.'],
  ])('%s: %s', async (username, message) => {
    const { world } = double;
    if (!world.find('gone.example')) {
      world.account('gone.example', { status: 'suspended' });
      world.account('asleep.example', { status: 'deactivated' });
    }
    const failure = await failureOf(sourceOf(double).posts(wanted(username)));
    expect(failure).toBeInstanceOf(NotFound);
    expect(failure.message).toStartWith(message);
  });

  test('is found by its DID', async () => {
    const author = double.world.account('by-did.example');
    const { pages } = await readAll(sourceOf(double).posts(wanted(author.did)));
    expect(pages[0]?.profile?.username).toBe('by-did.example');
  });

  test('is known by its DID when its handle leads elsewhere', async () => {
    const author = double.world.account('handle.invalid');
    double.world.post(author, { text: 'Hello' });
    const { items, pages } = await readAll(sourceOf(double).posts(wanted(author.did)));
    expect(pages[0]?.profile).toMatchObject({ username: author.did, name: author.did });
    expect(items[0]).toMatchObject({ author: author.did, authorName: author.did });
  });
});

describe('reading ahead', () => {
  /** Pages of a list, whose requests are counted. */
  function list(length: number) {
    const asked: number[] = [];
    const next = (page: number) => {
      if (page === length) return undefined;
      asked.push(page + 1);
      return Promise.resolve(page + 1);
    };
    return { asked, next };
  }

  test('begins with the third page, and hands on together what has come meanwhile', async () => {
    const { asked, next } = list(9);
    const batches: number[][] = [];
    for await (const pages of readAhead(1, next)) {
      batches.push(pages);
      if (batches.length === 2) expect(asked).toEqual([2]);
      await Bun.sleep(1);
    }
    expect(batches.slice(0, 3)).toEqual([[1], [2], [3]]);
    expect(batches.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(Math.max(...batches.map((pages) => pages.length))).toBe(2);
  });

  test('does not get far ahead of a caller that is slow, and ends with it', async () => {
    const { asked, next } = list(100);
    for await (const pages of readAhead(1, next)) {
      if (!pages.includes(3)) continue;
      await Bun.sleep(5);
      break;
    }
    expect(asked.length).toBeLessThan(7);
  });

  test('stops when the caller has what it needs, and goes on when it comes back for more', async () => {
    const { asked, next } = list(8);
    for await (const pages of readAhead(1, next, () => asked.length >= 4)) {
      await Bun.sleep(2);
      if (pages.includes(5)) break;
    }
    expect(asked).toEqual([2, 3, 4, 5]);
    const all = list(8);
    const batches: number[][] = [];
    for await (const pages of readAhead(1, all.next, () => all.asked.length >= 4)) {
      batches.push(pages);
    }
    expect(batches.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('hands on everything that came before a failure', async () => {
    const seen: number[] = [];
    const failing = (page: number) =>
      page === 5 ? Promise.reject(new Error('no sixth page')) : Promise.resolve(page + 1);
    const failure = await failureOf(
      (async function* () {
        for await (const pages of readAhead(1, failing)) {
          seen.push(...pages);
          yield pages;
        }
      })(),
    );
    expect(failure.message).toBe('no sixth page');
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });
});
