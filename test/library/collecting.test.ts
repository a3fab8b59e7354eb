import { describe, expect, test } from 'bun:test';
import { parseFind } from '../../src/find/parse.ts';
import { makePost, setup } from './synthetic.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const POSTS = 21_000;

/** More posts than are looked at in one turn of the event loop. */
function large() {
  const { library } = setup();
  const posts = Array.from({ length: POSTS }, (_, at) =>
    makePost(at + 1, {
      text: at % 3 === 0 ? 'common' : 'other',
      author: at % 2_000 === 0 ? 'rare_author' : 'ada',
      likes: at % 10,
    }),
  );
  library.savePosts(posts);
  return library;
}

describe('FEATURES 47: finds that read many posts', () => {
  const library = large();
  const shares: [typed: string, isFound: (at: number) => boolean][] = [
    ['common min_likes:9', (at) => at % 3 === 0 && at % 10 === 9],
    ['-common min_likes:9', (at) => at % 3 !== 0 && at % 10 === 9],
    ['com* min_likes:9', (at) => at % 3 === 0 && at % 10 === 9],
    ['common from:rare_author', (at) => at % 6_000 === 0],
    ['common -from:ada', (at) => at % 6_000 === 0],
    ['min_likes:9 from:rare_author', () => false],
    ['min_likes:9', (at) => at % 10 === 9],
  ];
  test.each(shares)('%s: count, list, rank and export the same posts', async (typed, isFound) => {
    const query = parseFind(typed, NOW);
    const expected = Array.from({ length: POSTS }, (_, at) => at)
      .filter(isFound)
      .map((at) => at + 1)
      .reverse();
    expect((await library.words.keysOf(query.filters, query.words)).size).toBe(expected.length);
    expect((await library.words.countFound(query)).count).toBe(expected.length);
    const { keys } = await library.words.newest(query, { limit: POSTS });
    expect(keys).toEqual(expected);
    const exported = await Array.fromAsync(library.words.everyMatch(query, 500));
    expect(exported.flat()).toHaveLength(expected.length);
    const facets = await library.words.facets(query);
    expect(facets.counted).toBe(Math.min(2_000, expected.length));
    if (!query.words) return;
    const ranked = await library.words.ranked(query.words, query.filters, POSTS);
    expect(ranked.map(({ key }) => key).sort((a, b) => b - a)).toEqual(expected);
  });

  test.each(['common from:ada', 'common min_likes:1', '-common', 'min_likes:2'])(
    '%s: other work has its turns meanwhile',
    async (typed) => {
      const query = parseFind(typed, NOW);
      let turns = 0;
      let isRunning = true;
      const count = () => {
        turns++;
        if (isRunning) setImmediate(count);
      };
      setImmediate(count);
      await library.words.keysOf(query.filters, query.words);
      isRunning = false;
      expect(turns).toBeGreaterThan(1);
    },
  );

  test('what changes the database meanwhile is seen by the next find', async () => {
    const query = parseFind('common min_likes:9', NOW);
    const before = await library.words.keysOf(query.filters, query.words);
    const counting = library.words.keysOf(parseFind('common min_likes:8', NOW).filters);
    library.savePosts([makePost(POSTS + 1, { text: 'common', likes: 9 })]);
    await counting;
    const after = await library.words.keysOf(query.filters, query.words);
    expect(after.size).toBe(before.size + 1);
  });
});
