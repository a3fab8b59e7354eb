import { afterEach, describe, expect, test } from 'bun:test';
import type { Post } from '../../../src/sources/post.ts';
import { BudgetSpent, type Page, type SearchRequest } from '../../../src/sources/source.ts';
import { pageSize } from '../../../src/sources/x/api/budget.ts';
import { addAccount, type DoublePost } from '../../support/x_api_double.ts';
import { idsOf, type Reading, setupReading } from './api_reading.ts';

let reading: Reading;

afterEach(() => reading?.stop());

const sizes = (endpoint: string) =>
  reading.double.requests
    .filter((request) => request.endpoint === endpoint)
    .map(({ params }) => Number(params.max_results));

/** Reads until the listing ends or fails. */
async function drain<Item>(listing: AsyncIterable<Page<Item>>) {
  const pages: Page<Item>[] = [];
  try {
    for await (const page of listing) pages.push(page);
  } catch (error) {
    return { pages, error: error as Error };
  }
  return { pages };
}

const timeline = { username: 'sea_example', includeReplies: true, includeReposts: true };
const { signal } = new AbortController();

describe('the sizes of pages', () => {
  test.each([
    [205, [100, 95, 10]],
    [105, [95, 10]],
    [110, [100, 10]],
    [109, [99, 10]],
    [100, [100]],
    [20, [20]],
    [10, [10]],
    // X accepts no smaller page.
    [3, [10]],
  ])('add up to %i posts, none below the minimum: %j', (posts, expected) => {
    const pages: number[] = [];
    for (let left = posts; left > 0; left -= pages.at(-1) ?? 0) pages.push(pageSize(left, 10, 100));
    expect(pages).toEqual(expected);
  });

  test('are as many posts as are wanted, so that no others are paid for', async () => {
    reading = await setupReading();
    addAccount(reading.double, 'sea_example', 500);
    const pages: Page<Post>[] = [];
    for await (const page of reading.client.posts({ ...timeline, wanted: 104, signal })) {
      pages.push(page);
      if (idsOf(pages).length === 104) break;
    }
    expect(sizes('timeline')).toEqual([99, 5]);
    expect(await reading.live.budgets.read('x')).toMatchObject({ posts: 106, requests: 3 });
  });
});

test('a caller that reads on beyond what it wanted gets larger pages', async () => {
  reading = await setupReading();
  addAccount(reading.double, 'sea_example', 200);
  expect(idsOf(await reading.posts({ wanted: 20 }))).toHaveLength(200);
  expect(sizes('timeline')).toEqual([20, 40, 80, 100]);
});

describe('FEATURES 38: the budget for X', () => {
  test('is met to the post by a timeline, and no request goes beyond it', async () => {
    reading = await setupReading({ cap: 257 });
    addAccount(reading.double, 'sea_example', 2_000);
    const { pages, error } = await drain(reading.client.posts({ ...timeline, signal }));
    // 2 for the look-up of the author.
    expect(idsOf(pages)).toHaveLength(255);
    expect(sizes('timeline')).toEqual([100, 100, 55]);
    expect(reading.double.billed()).toBe(257);
    expect(await reading.live.budgets.read('x')).toMatchObject({ posts: 257, requests: 4 });
    expect(error).toBeInstanceOf(BudgetSpent);
    expect(error?.message).toBe(
      'The budget for X is used up: 257 of 257 posts, $1.28 of $1.28. Raise or reset it on the Sources page, or with "xgpt sources budget x <posts>" or "xgpt sources budget x --reset"; then Retry continues from here.',
    );
  });

  test('is not spent on the look-up of an author whose posts it does not cover', async () => {
    reading = await setupReading({ cap: 6 });
    addAccount(reading.double, 'sea_example', 150);
    const { error } = await drain(reading.client.posts({ ...timeline, signal }));
    expect(error?.message).toContain('6 posts are left, and a request may cost 7.');
    expect(reading.double.billed()).toBe(0);
  });

  test('of 0 posts is not called used up', async () => {
    reading = await setupReading({ cap: 0 });
    const { error } = await drain(reading.client.posts({ ...timeline, signal }));
    expect(error?.message).toStartWith('The budget for X is 0 posts. Raise it on the Sources page');
  });

  test('continues from the cursor once it is raised', async () => {
    reading = await setupReading({ cap: 102 });
    addAccount(reading.double, 'sea_example', 150);
    const { pages } = await drain(reading.client.posts({ ...timeline, signal }));
    await reading.live.budgets.setCap('x', 200);
    const rest = await reading.posts({ cursor: pages.at(-1)?.cursor });
    expect(new Set([...idsOf(pages), ...idsOf(rest)])).toHaveProperty('size', 150);
    expect(reading.double.billed()).toBe(152);
  });

  test('counts the authors of a search twice, once each, and stops before a page could exceed it', async () => {
    reading = await setupReading({ cap: 500 });
    for (let n = 1; n <= 40; n++) addAccount(reading.double, `author_${n}_example`, 25);
    const request: SearchRequest = { terms: ['sea'], mode: 'latest', signal };
    const { pages, error } = await drain(reading.client.search(request));
    const { posts } = await reading.live.budgets.read('x');
    expect(posts).toBe(reading.double.billed());
    expect(posts).toBeGreaterThan(500 - 30);
    expect(posts).toBeLessThanOrEqual(500);
    expect(idsOf(pages)).toHaveLength(reading.double.served);
    expect(error).toBeInstanceOf(BudgetSpent);
    expect(error?.message).toMatch(/ posts are left, and a request may cost 30\./);
  });

  test('counts quoted and reposted originals, but not the parents of replies', async () => {
    reading = await setupReading();
    const user = addAccount(reading.double, 'sea_example', 20);
    const [own] = reading.double.posts;
    for (let n = 1; n <= 3; n++) {
      const original = { ...(own as DoublePost), id: `${n}`, author_id: '77' };
      reading.double.posts.push(original);
    }
    const refer = (index: number, type: string, id: string) => {
      Object.assign(reading.double.posts[index] as DoublePost, {
        referenced_tweets: [{ type, id }],
        in_reply_to_user_id: '77',
      });
    };
    refer(0, 'quoted', '1');
    refer(1, 'retweeted', '2');
    refer(2, 'retweeted', '2');
    refer(3, 'replied_to', '3');
    const [page] = await reading.posts();
    expect(reading.double.requests.at(-1)?.params.ids).toBe('1,2');
    expect(reading.double.billed()).toBe(2 + 20 + 2);
    expect(await reading.live.budgets.read('x')).toMatchObject({ posts: 24 });
    expect(page?.cost).toBeCloseTo(0.12);
    expect(page?.notes).toEqual(['X charges $0.11 for this page; $0.12 of $500.00 used.']);
    expect(user.username).toBe('sea_example');
  });

  test('that does not cover the originals leaves them out, and says so', async () => {
    reading = await setupReading({ cap: 2 + 20 + 1 });
    addAccount(reading.double, 'sea_example', 20);
    reading.double.posts.forEach((post, index) => {
      if (index < 3) post.referenced_tweets = [{ type: 'quoted', id: `${index + 1}` }];
    });
    reading.double.posts.push({
      ...(reading.double.posts[9] as DoublePost),
      id: '1',
      author_id: '77',
    });
    const [page] = await reading.posts({ wanted: 20 });
    expect(page?.items).toHaveLength(20);
    expect(page?.items[0]?.quote?.text).toBeString();
    expect(page?.items[1]?.quote).toEqual({ id: '2', url: 'https://x.com/i/status/2' });
    expect(page?.notes?.[0]).toBe(
      'The budget does not cover 2 quoted or reposted posts; text is cut or missing.',
    );
    expect(reading.double.billed()).toBe(23);
  });

  test('is shared by listings that run at once', async () => {
    reading = await setupReading({ cap: 700, patienceMs: 30_000 });
    addAccount(reading.double, 'sea_example', 3_000);
    const request: SearchRequest = { terms: ['sea'], mode: 'latest', signal };
    const runs = await Promise.all([
      drain(reading.client.posts({ ...timeline, signal })),
      drain(reading.client.search(request)),
      drain(reading.client.posts({ ...timeline, signal })),
    ]);
    expect(runs.every(({ error }) => error instanceof BudgetSpent)).toBe(true);
    const { posts } = await reading.live.budgets.read('x');
    // The users of three listings are counted in each, and X charges for one of them.
    const served = reading.double.served;
    expect(posts).toBeLessThanOrEqual(700);
    expect(posts).toBe(served + 3 * 2);
    expect(posts).toBeGreaterThan(700 - 5);
  });

  test('waits for what another listing has reserved and will not use', async () => {
    reading = await setupReading({ cap: 100, patienceMs: 5_000 });
    addAccount(reading.double, 'sea_example', 30);
    const reserved = await reading.live.budgets.reserve('x', 100, 1);
    const pages = reading.posts();
    await Bun.sleep(50);
    expect(reading.double.requests).toEqual([]);
    await reserved.settle(5);
    expect(idsOf(await pages)).toHaveLength(30);
  });

  test('A17: stops all listings at once when it is used up, because nothing can come back', async () => {
    reading = await setupReading({ cap: 7, patienceMs: 600_000 });
    addAccount(reading.double, 'sea_example', 30);
    const request: SearchRequest = { terms: ['sea'], mode: 'latest', signal };
    for (const listing of [
      reading.client.posts({ ...timeline, signal }),
      reading.client.posts({ ...timeline, signal }),
      reading.client.search(request),
      reading.client.discover?.({ query: 'sea', signal }),
    ]) {
      const { error } = await drain<unknown>(listing as AsyncIterable<Page<unknown>>);
      expect(error).toBeInstanceOf(BudgetSpent);
    }
    expect(reading.double.billed()).toBe(7);
  });
});
