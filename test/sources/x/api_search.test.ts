import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { Unreadable } from '../../../src/sources/source.ts';
import { queriesOf } from '../../../src/sources/x/api/queries.ts';
import { addAccount } from '../../support/x_api_double.ts';
import { idsOf, pagesOf, type Reading, setupReading, sizesOf } from './api_reading.ts';

const DAY_MS = 86_400_000;
const REACH = 'X’s API searches the last seven days only; older posts are not found.';

let reading: Reading;

beforeEach(async () => {
  reading = await setupReading();
});

afterEach(() => reading.stop());

const requests = () => reading.double.requests.map(({ params }) => params);

describe('a search by the official API', () => {
  test('is read to its end, with the authors, and resumes from its cursors', async () => {
    addAccount(reading.double, 'sea_example', 130, { words: 'the sea' });
    addAccount(reading.double, 'lake_example', 20, { words: 'the lake' });
    const pages = await reading.search({ terms: ['sea', 'lake'] });
    expect(sizesOf(pages)).toEqual([100, 50]);
    const authors = new Set(pages.flatMap(({ items }) => items.map(({ author }) => author)));
    expect([...authors]).toEqual(['sea_example', 'lake_example']);
    const [first, second] = pages;
    const rest = await reading.search({ terms: ['sea', 'lake'], cursor: first?.cursor });
    expect(idsOf(rest)).toEqual(idsOf(second ? [second] : []));
  });

  test('that finds nothing is one empty page', async () => {
    addAccount(reading.double, 'sea_example', 3);
    expect(sizesOf(await reading.search({ terms: ['mountain'] }))).toEqual([0]);
  });

  test('begins where it is asked to, and says when X does not reach back so far', async () => {
    const since = new Date(Date.now() - 3 * DAY_MS);
    const [near] = await reading.search({ since });
    expect(requests()[0]).toMatchObject({
      sort_order: 'recency',
      start_time: `${since.toISOString().slice(0, 19)}Z`,
    });
    expect(near?.notes).not.toContain(REACH);
    const [far] = await reading.search({ since: new Date(Date.now() - 30 * DAY_MS), mode: 'top' });
    expect(requests()[1]).toMatchObject({ sort_order: 'relevancy' });
    expect(requests()[1]).not.toHaveProperty('start_time');
    expect(far?.notes).toContain(REACH);
  });

  test.each([
    [['sea'], ['sea -is:retweet']],
    [['sea', 'open water'], ['(sea OR "open water") -is:retweet']],
    [['#sea', '@sea_example', '$SEA'], ['(#sea OR @sea_example OR $SEA) -is:retweet']],
    [
      ['from:someone', '-sea', 'OR', 'say "hi"'],
      ['("from:someone" OR "-sea" OR "OR" OR "say  hi") -is:retweet'],
    ],
    [['海', 'café'], ['(海 OR café) -is:retweet']],
  ])('asks for %j as %j', (terms, queries) => {
    expect(queriesOf(terms)).toEqual(queries);
  });

  test('with more terms than a query has room for makes several, one after the other', async () => {
    const terms = Array.from({ length: 20 }, (_, n) => `${'long term '.repeat(8)}no${100 + n}`);
    const queries = queriesOf(terms);
    expect(queries.length).toBeGreaterThan(1);
    expect(queries.every((query) => [...query].length <= 512)).toBe(true);
    for (const term of terms)
      expect(queries.filter((q) => q.includes(`"${term}"`))).toHaveLength(1);

    addAccount(reading.double, 'first_example', 120, { words: terms[0] });
    addAccount(reading.double, 'last_example', 10, { words: terms[19] });
    const pages = await reading.search({ terms });
    expect(idsOf(pages)).toHaveLength(130);
    expect(new Set(requests().map(({ query }) => query))).toEqual(new Set(queries));
    const [, , third] = pages;
    expect(third?.cursor).toBeDefined();
    const rest = await reading.search({ terms, cursor: third?.cursor });
    expect(idsOf(rest)).toEqual(idsOf(pages.slice(3)));
  });

  test('for a term that is too long is refused', () => {
    expect(() => queriesOf(['sea '.repeat(200)])).toThrow(Unreadable);
  });
});

describe('people by the official API', () => {
  const { signal } = new AbortController();

  test('are the authors of posts whose bios have the words, each once', async () => {
    const { double, client } = reading;
    for (let n = 1; n <= 12; n++) {
      const user = addAccount(double, `coach_${n}_example`, 15, { words: 'climbing coach' });
      user.description = n % 3 === 0 ? 'Climbing COACH, mornings' : 'Talks about it only';
    }
    const pages = await pagesOf(client.discover({ query: 'climbing coach', signal }));
    const names = pages.flatMap(({ items }) => items.map(({ username }) => username));
    expect(names).toEqual([3, 6, 9, 12].map((n) => `coach_${n}_example`));
    expect(pages.flatMap(({ items }) => items)[0]?.bio).toBe('Climbing COACH, mornings');
    expect(requests()[0]).toMatchObject({ query: 'climbing coach -is:retweet' });
    // A resumed listing does not find them again.
    const [first] = pages;
    const rest = await pagesOf(
      client.discover({ query: 'climbing coach', signal, cursor: first?.cursor }),
    );
    expect(rest.flatMap(({ items }) => items.map(({ username }) => username))).toEqual(
      names.slice(first?.items.length),
    );
  });

  test('ends after 200 posts without another profile, and says so', async () => {
    const { double, client } = reading;
    const sea = addAccount(double, 'sea_example', 1_000, { words: 'climbing coach' });
    sea.description = 'Climbing coach';
    const pages = await pagesOf(client.discover({ query: 'climbing coach', wanted: 20, signal }));
    expect(pages.flatMap(({ items }) => items)).toHaveLength(1);
    const stopped = 'Stopped with 1 profile: 200 posts were read without another one.';
    expect(pages.at(-1)).toMatchObject({ stopped, notes: expect.arrayContaining([stopped]) });
    expect(pages.at(-1)).not.toHaveProperty('cursor');
    expect(double.billed()).toBeLessThan(310);
  });

  test('reads 25 posts for a wanted profile at most, also when it is resumed', async () => {
    const { double, client } = reading;
    for (let n = 1; n <= 10; n++) {
      const user = addAccount(double, `coach_${n}_example`, 90, { words: 'climbing coach' });
      user.description = 'Climbing coach';
    }
    const listing = { query: 'climbing coach', wanted: 12, signal };
    const pages = await pagesOf(client.discover(listing));
    const asked = () => requests().reduce((sum, { max_results: size }) => sum + Number(size), 0);
    expect(asked()).toBeLessThanOrEqual(300);
    expect(pages.at(-1)?.stopped).toMatch(
      /^Stopped with \d+ profiles: \d+ posts were read, the most/,
    );
    const [first] = pages;
    const [before, firstSize] = [asked(), Number(requests()[0]?.max_results)];
    await pagesOf(client.discover({ ...listing, wanted: 11, cursor: first?.cursor }));
    expect(asked() - before).toBeLessThanOrEqual(300 - firstSize);
  });
});
