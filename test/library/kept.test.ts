import { expect, test } from 'bun:test';
import { createKept } from '../../src/library/finding/kept.ts';
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
