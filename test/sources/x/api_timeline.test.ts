import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { addAccount, type DoublePost } from '../../support/x_api_double.ts';
import { idsOf, type Reading, setupReading, sizesOf } from './api_reading.ts';

let reading: Reading;

beforeEach(async () => {
  reading = await setupReading();
});

afterEach(() => reading.stop());

describe('a timeline by the official API', () => {
  test('is read to its end, in order, without a post twice', async () => {
    addAccount(reading.double, 'sea_example', 250);
    addAccount(reading.double, 'other_example', 50);
    const pages = await reading.posts();
    const expected = reading.double.posts.filter(({ author_id }) => author_id === '1001');
    expect(idsOf(pages)).toEqual(expected.map(({ id }) => id));
    expect(sizesOf(pages)).toEqual([100, 100, 50]);
    expect(pages.at(-1)?.cursor).toBeUndefined();
    expect(pages.every(({ items }) => items.every(({ author }) => author === 'sea_example'))).toBe(
      true,
    );
  });

  test('resumes from every cursor, and does not pay for the author again', async () => {
    addAccount(reading.double, 'sea_example', 250);
    const [first, second, third] = await reading.posts();
    expect(idsOf(await reading.posts({ cursor: first?.cursor }))).toEqual(
      idsOf([second, third].flatMap((page) => page ?? [])),
    );
    expect(idsOf(await reading.posts({ cursor: second?.cursor }))).toEqual(
      idsOf(third ? [third] : []),
    );
    const lookups = reading.double.requests.filter(({ endpoint }) => endpoint === 'user');
    expect(lookups).toHaveLength(1);
  });

  test('goes on when the account was renamed meanwhile, and does not look it up again', async () => {
    const user = addAccount(reading.double, 'sea_example', 250);
    const [first, ...rest] = await reading.posts();
    user.username = 'lake_example';
    const renamed = await reading.posts({ cursor: first?.cursor });
    expect(idsOf(renamed)).toEqual(idsOf(rest));
    const authors = renamed.flatMap(({ items }) => items.map(({ author }) => author));
    expect([...new Set(authors)]).toHaveLength(1);
    const lookups = reading.double.requests.filter(({ endpoint }) => endpoint === 'user');
    expect(lookups).toHaveLength(1);
    expect(authors[0]).toBe('sea_example');
  });

  test('has the profile on its first page', async () => {
    const user = addAccount(reading.double, 'Sea_Example', 7);
    Object.assign(user, {
      name: 'Sea &amp; co',
      description: 'Waves, see https://t.co/bio',
      location: 'Coast',
      created_at: '2019-01-02T03:04:05.000Z',
      profile_image_url: 'https://pbs.example/a_normal.jpg',
      url: 'https://t.co/web',
      entities: {
        url: { urls: [{ url: 'https://t.co/web', expanded_url: 'https://sea.example/' }] },
        description: {
          urls: [{ url: 'https://t.co/bio', expanded_url: 'https://waves.example/' }],
        },
      },
    });
    const [page] = await reading.posts({ username: 'sea_example' });
    expect(page?.profile).toEqual({
      source: 'x',
      id: '1001',
      username: 'Sea_Example',
      name: 'Sea & co',
      bio: 'Waves, see https://waves.example/',
      location: 'Coast',
      website: 'https://sea.example/',
      avatarUrl: 'https://pbs.example/a_normal.jpg',
      createdAt: new Date('2019-01-02T03:04:05.000Z'),
      followers: 10,
      following: 5,
      posts: 7,
      asOf: expect.any(Date),
    });
  });

  test('of an empty account is one empty page', async () => {
    addAccount(reading.double, 'sea_example', 0);
    expect(sizesOf(await reading.posts())).toEqual([0]);
  });

  test('goes on after short and empty pages', async () => {
    addAccount(reading.double, 'sea_example', 350);
    reading.double.posts.forEach((post, index) => {
      post.hidden = (index >= 100 && index < 200) || index === 5;
    });
    const pages = await reading.posts();
    expect(sizesOf(pages)).toEqual([99, 0, 100, 50]);
    expect(pages[1]?.cursor).toBeDefined();
  });

  test('ends when X gives the same token again', async () => {
    addAccount(reading.double, 'sea_example', 20);
    const page = () =>
      Response.json({ meta: { result_count: 0, next_token: 'again' }, data: undefined });
    reading.double.next('timeline', page, page, page);
    expect(await reading.posts()).toHaveLength(2);
  });

  test('leaves out other people’s posts and what cannot be read, and counts them', async () => {
    addAccount(reading.double, 'sea_example', 20);
    const posts = reading.double.posts.map((post) => ({ ...post }));
    const odd = [{ ...posts[0], author_id: '99' }, { id: '1' }, { ...posts[1], created_at: 'now' }];
    reading.double.next('timeline', () =>
      Response.json({ data: [...odd, posts[2]], meta: { result_count: 4 } }),
    );
    const [page] = await reading.posts();
    expect(page?.items).toHaveLength(1);
    expect(page?.leftOut).toEqual({ foreign: 1, unreadable: 2 });
  });

  test('without replies and reposts asks X for neither, and keeps the author’s own threads', async () => {
    const user = addAccount(reading.double, 'sea_example', 1);
    const others = [
      { id: '3', in_reply_to_user_id: user.id, types: ['replied_to'] },
      { id: '4', in_reply_to_user_id: '77', types: ['replied_to'] },
      { id: '5', types: ['retweeted'] },
      // A reply to oneself below the post of another: X hides the name that it begins with.
      {
        id: '6',
        in_reply_to_user_id: user.id,
        types: ['replied_to'],
        display_text_range: [7, 20],
        entities: { mentions: [{ start: 0, end: 6, username: 'other', id: '77' }] },
      },
    ];
    for (const { types, ...fields } of others) {
      reading.double.posts.push({
        ...(reading.double.posts[0] as DoublePost),
        referenced_tweets: types.map((type) => ({ type, id: '2' })),
        ...fields,
      });
    }
    const [page] = await reading.posts({ includeReplies: false, includeReposts: false });
    expect(reading.double.requests[1]?.params.exclude).toBe('replies,retweets');
    expect(page?.items.map(({ id, kind }) => [id, kind])).toEqual([
      ['1900000001000000001', 'post'],
      ['3', 'post'],
    ]);
    expect(page?.leftOut).toEqual({ replies: 1 });
    const [all] = await reading.posts();
    expect(all?.items.map(({ kind }) => kind)).toEqual([
      'post',
      'post',
      'reply',
      'repost',
      'reply',
    ]);
  });

  test('says so when X gives no more, near its maximum', async () => {
    addAccount(reading.double, 'sea_example', 790);
    const pages = await reading.posts({ includeReplies: false });
    expect(pages.at(-1)?.notes).toContain(
      'X’s API gives the newest 800 posts of an author at most; older ones are not listed. With replies included it gives 3,200.',
    );
    const whole = await reading.posts({ includeReplies: true });
    expect(whole.at(-1)?.notes).toHaveLength(1);
  });
});
