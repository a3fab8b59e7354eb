import { afterAll, describe, expect, test } from 'bun:test';
import { type Ending, someAccount } from '../../support/x_double.ts';
import {
  itemEntry,
  limitedTweet,
  moduleEntry,
  promotedEntry,
  tombstone,
  tweetItem,
  tweetJson,
  userEntry,
  type XPost,
  type XUser,
} from '../../support/x_json.ts';
import { allOf, connectX, failureOf, postsOf, readAll, stopDoubles } from './cookie_source.ts';

afterAll(stopDoubles);

const ADA: XUser = { id: '4001', username: 'ada_example', name: 'Ada Example' };
const BEN: XUser = { id: '4002', username: 'ben_example', name: 'Ben Example' };

const post = (id: string, more: Partial<XPost> = {}): XPost => ({
  id,
  text: `Post ${id}`,
  ...more,
});

const idsOf = (items: { id: string }[]) => items.map(({ id }) => id);

describe('the posts of an author', () => {
  test('come newest first, page by page, with the profile', async () => {
    const { x, double } = await connectX({ accounts: [someAccount(45, { bio: 'Tide pools.' })] });
    const { pages, items } = await readAll(postsOf(x, { username: 'Ada_Example' }));
    expect(pages.map(({ items }) => items.length)).toEqual([20, 20, 5, 0]);
    expect(new Set(idsOf(items)).size).toBe(45);
    expect(items[0]?.createdAt.getTime()).toBeGreaterThan(items[44]?.createdAt.getTime() ?? 0);
    expect(pages[0]?.profile).toMatchObject({ id: '4001', username: 'ada_example', posts: 45 });
    expect(pages.at(-1)?.cursor).toBeUndefined();
    expect(double.asked.map(({ operation }) => operation)).toEqual([
      'UserByScreenName',
      'UserTweets',
      'UserTweets',
      'UserTweets',
      'UserTweets',
      'settings.json',
    ]);
  });

  test('go on from the cursor of any page, without another look-up of the user', async () => {
    const { x, source, double } = await connectX({ accounts: [someAccount(70)] });
    const pages = await allOf(postsOf(x));
    const rest = pages.slice(2).flatMap(({ items }) => idsOf(items));
    double.reset();
    const { items } = await readAll(postsOf(source(), { cursor: pages[1]?.cursor }));
    expect(idsOf(items)).toEqual(rest);
    expect(double.asked.some(({ operation }) => operation === 'UserByScreenName')).toBe(false);
  });

  test.each<Ending>(['cursors', 'no cursor', 'same cursor', 'terminated'])(
    'end where X ends: %s',
    async (ending) => {
      const { x, double } = await connectX({ accounts: [someAccount(40)], ending });
      const { items } = await readAll(postsOf(x));
      expect(items).toHaveLength(40);
      expect(new Set(idsOf(items)).size).toBe(40);
      const asked = double.asked.filter(({ operation }) => operation === 'UserTweets');
      expect(asked.length).toBeLessThanOrEqual(3);
    },
  );

  test('are none for an empty account', async () => {
    const { x } = await connectX({ accounts: [someAccount(0)] });
    const { pages, items } = await readAll(postsOf(x));
    expect(items).toEqual([]);
    expect(pages).toHaveLength(1);
    expect(pages[0]?.profile?.username).toBe('ada_example');
  });

  test('go on over short pages, and over pages without any of the user’s', async () => {
    const others = Array.from({ length: 3 }, (_, index) =>
      moduleEntry(`profile-conversation-${index}`, [
        tweetItem(tweetJson(post(`80${index}`, { author: BEN }))),
      ]),
    );
    const account = someAccount(0, {
      posts: [post('9'), ...others, post('8'), post('7'), post('6')],
      pages: [1, 3, 1, 2],
    });
    const { x } = await connectX({ accounts: [account] });
    const { pages, items, leftOut } = await readAll(postsOf(x));
    expect(pages.map(({ items }) => items.length)).toEqual([1, 0, 1, 2, 0]);
    expect(idsOf(items)).toEqual(['9', '8', '7', '6']);
    expect(leftOut).toEqual({ foreign: 3 });
  });

  test('have the pinned one first and only once, also after a resume', async () => {
    const account = someAccount(25);
    account.pinned = account.posts[22] as XPost;
    const { x, source } = await connectX({ accounts: [account] });
    const { pages, items } = await readAll(postsOf(x));
    expect(items[0]?.id).toBe(account.pinned.id);
    expect(items).toHaveLength(25);
    expect(new Set(idsOf(items)).size).toBe(25);
    const rest = await readAll(postsOf(source(), { cursor: pages[0]?.cursor }));
    expect(idsOf(rest.items)).not.toContain(account.pinned.id);
  });

  test('are the author’s only: not those of others, nor promoted ones', async () => {
    const account = someAccount(0, {
      posts: [
        post('9'),
        promotedEntry(post('5001', { author: BEN })),
        moduleEntry('profile-conversation-1', [
          tweetItem(tweetJson(post('7001', { author: BEN }))),
          tweetItem(tweetJson(post('8', { replyTo: { postId: '7001', user: BEN } }), ADA)),
        ]),
      ],
    });
    const { x } = await connectX({ accounts: [account] });
    expect(await readAll(postsOf(x, { includeReplies: true }))).toMatchObject({
      items: [{ id: '9' }, { id: '8', kind: 'reply', inReplyToId: '7001' }],
      leftOut: { foreign: 1, promoted: 1 },
    });
    expect(await readAll(postsOf(x))).toMatchObject({
      items: [{ id: '9' }],
      leftOut: { foreign: 1, promoted: 1, replies: 1 },
    });
  });

  test('that X does not show are counted and named, in conversations as those of others', async () => {
    const account = someAccount(0, {
      posts: [
        itemEntry('tweet-77', tweetItem(tombstone('This post was withheld.'))),
        itemEntry('tweet-76', tweetItem(undefined)),
        itemEntry('tweet-75', tweetItem({ __typename: 'Tweet', rest_id: '75', legacy: {} })),
        moduleEntry('profile-conversation-1', [
          tweetItem(tombstone('This post was deleted by its author.')),
          tweetItem(tweetJson(post('8'), ADA)),
        ]),
      ],
    });
    const { x } = await connectX({ accounts: [account] });
    const { items, notes, leftOut } = await readAll(postsOf(x));
    expect(idsOf(items)).toEqual(['8']);
    expect(leftOut).toEqual({ unreadable: 3, foreign: 1 });
    expect(notes).toEqual([
      'Post 77 could not be read: This post was withheld.',
      'Post 76 could not be read: X has returned nothing of it.',
      'Post 75 could not be read: it has no id, author, date or text.',
    ]);
  });

  test('say at the end when X has probably not shown all, those that are left out included', async () => {
    const account = someAccount(3_200, { pages: [400] });
    const original = tweetJson(post('5', { author: BEN }));
    account.posts = account.posts.map((one, index) =>
      index % 2 ? { ...(one as XPost), repost: original } : one,
    );
    const { x } = await connectX({ accounts: [account] });
    const { items, notes } = await readAll(postsOf(x));
    expect(items).toHaveLength(1_600);
    expect(notes).toEqual([expect.stringContaining('about the newest 3,200 posts')]);
    const few = await connectX({ accounts: [someAccount(100)] });
    expect((await readAll(postsOf(few.x))).notes).toEqual([]);
  });

  test('go on after the account was renamed, because the cursor has its id', async () => {
    const account = someAccount(45);
    const { x, source } = await connectX({ accounts: [account] });
    const pages = await allOf(postsOf(x));
    account.username = 'ada_renamed';
    expect(await failureOf(allOf(postsOf(x)))).toMatchObject({ name: 'NotFound' });
    const rest = await readAll(postsOf(source(), { cursor: pages[0]?.cursor }));
    expect(rest.items).toHaveLength(25);
    expect(rest.items[0]?.author).toBe('ada_renamed');
  });
});

describe('a search', () => {
  const results = [
    post('9', { author: ADA, createdAt: new Date('2026-05-04T10:00:00Z') }),
    promotedEntry(post('5001', { author: BEN })),
    userEntry(BEN),
    post('8', {
      author: BEN,
      createdAt: new Date('2026-05-03T10:00:00Z'),
      text: 'cut…',
      note: { text: 'the whole text' },
    }),
    itemEntry('tweet-7', tweetItem(limitedTweet(tweetJson(post('7'), BEN), {}))),
    // Without an id in `legacy`, which the library reads as that of its conversation.
    itemEntry(
      'tweet-6',
      tweetItem(
        tweetJson(post('6', { legacy: { id_str: undefined, conversation_id_str: '1' } }), BEN),
      ),
    ),
    ...Array.from({ length: 30 }, (_, index) => post(String(1_000 + index), { author: BEN })),
  ];
  const searching = { terms: ['tide', 'rock pool'], signal: new AbortController().signal };

  test('gives posts of all authors, whole, to the end', async () => {
    const { x, double } = await connectX({ results });
    const { items, leftOut } = await readAll(
      x.search?.({ ...searching, mode: 'latest' }) ?? empty(),
    );
    expect(idsOf(items).slice(0, 4)).toEqual(['9', '8', '7', '6']);
    expect(items[1]).toMatchObject({ author: 'ben_example', text: 'the whole text' });
    expect(items[2]).toMatchObject({ limited: 'limited visibility' });
    expect(items).toHaveLength(34);
    expect(leftOut).toEqual({ promoted: 1 });
    expect(double.asked[0]?.variables).toMatchObject({
      rawQuery: '(tide OR "rock pool")',
      product: 'Latest',
    });
  });

  test('goes on from a cursor, and asks for the top posts', async () => {
    const { x, double } = await connectX({ results });
    const pages = await allOf(x.search?.({ ...searching, mode: 'top' }) ?? empty());
    expect(double.asked[0]?.variables.product).toBe('Top');
    const rest = await readAll(
      x.search?.({ ...searching, mode: 'top', cursor: pages[0]?.cursor }) ?? empty(),
    );
    expect(idsOf(rest.items)).toEqual(pages.slice(1).flatMap(({ items }) => idsOf(items)));
  });

  test('gives nothing older than was asked for', async () => {
    const { x, double } = await connectX({ results });
    const since = new Date('2026-05-04T00:00:00Z');
    const { items } = await readAll(x.search?.({ ...searching, mode: 'latest', since }) ?? empty());
    expect(items.every(({ createdAt }) => createdAt >= since)).toBe(true);
    expect(double.asked[0]?.variables.rawQuery).toBe(
      `(tide OR "rock pool") since_time:${since.getTime() / 1000}`,
    );
  });
});

test('people are found with what X knows of them, in both forms of its JSON', async () => {
  const accounts = [
    someAccount(3, { bio: 'Rocks &amp; pools', old: true }),
    someAccount(0, { ...BEN, bio: 'Writes about tides' }),
  ];
  const { x, double } = await connectX({ accounts });
  const found = await readAll(
    x.discover?.({ query: 'tides', signal: new AbortController().signal }) ?? empty(),
  );
  expect(found.items).toMatchObject([
    { id: '4001', username: 'ada_example', name: 'Ada Example', bio: 'Rocks & pools' },
    { id: '4002', username: 'ben_example', bio: 'Writes about tides', followers: 12 },
  ]);
  expect(double.asked[0]?.variables).toMatchObject({ rawQuery: 'tides', product: 'People' });
});

async function* empty(): AsyncGenerator<never> {}
