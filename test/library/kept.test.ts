import { expect, test } from 'bun:test';
import { noFilters } from '../../src/find/filters.ts';
import { createConditions } from '../../src/library/finding/conditions.ts';
import { createKept } from '../../src/library/finding/kept.ts';
import { createNewestMatches } from '../../src/library/finding/newest_matches.ts';
import { createQueries } from '../../src/library/finding/queries.ts';
import { makePosts, setup } from './synthetic.ts';

test('answers are kept until the database changes, and only the last few', () => {
  const { db, library } = setup();
  const kept = createKept<number[]>(createQueries(db));
  let made = 0;
  const answer = (name: string) => kept(name, () => [++made]);
  expect(answer('a')).toEqual([1]);
  expect(answer('a')).toEqual([1]);
  library.savePosts(makePosts(1));
  expect(answer('a')).toEqual([2]);
  for (const name of ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) answer(name);
  expect(answer('i')).toEqual([10]);
  expect(answer('a')).toEqual([11]);
});

test('parts of the newest matches are read once, and again after a change', () => {
  const { db, library } = setup();
  library.savePosts(makePosts(1_500, { text: 'soup' }));
  const queries = createQueries(db);
  let reads = 0;
  const newestMatches = createNewestMatches({
    ...queries,
    one(sql, bindings) {
      if (sql.includes('MATCH')) reads++;
      return queries.one(sql, bindings);
    },
  });
  const conditions = createConditions(db)(noFilters(), { word: 'soup' });
  const lengths = (...limits: number[]) =>
    limits.map((limit) => newestMatches(conditions, limit).length);
  expect([lengths(500, 1_000), reads]).toEqual([[500, 1_000], 1]);
  expect([lengths(2_000, 10_001, 1, 1_500), reads]).toEqual([[1_500, 1_500, 1, 1_500], 2]);
  expect(newestMatches(conditions, 3)).toEqual([1_500, 1_499, 1_498]);
  db.run('DELETE FROM posts WHERE key = 1499');
  expect([newestMatches(conditions, 3), reads]).toEqual([[1_500, 1_498, 1_497], 3]);
});
