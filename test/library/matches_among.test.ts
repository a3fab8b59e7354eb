import { expect, test } from 'bun:test';
import type { WordMatch } from '../../src/find/query.ts';
import { makePost, makePosts, setup } from './synthetic.ts';

test.each<[string, WordMatch]>([
  ['a word', { word: 'soup' }],
  ['the beginning of one', { word: 'sou', isPrefix: true }],
  ['one without another', { all: [{ word: 'soup' }, { not: { word: 'old' } }] }],
])('which of some posts have %s, older ones than those that are counted too', (_, words) => {
  const { db, library } = setup();
  library.savePosts([
    makePost(1, { text: 'soup' }),
    makePost(2, { text: 'tea' }),
    makePost(3, { text: 'soup' }),
  ]);
  library.savePosts(
    makePosts(10_002, { text: 'soup' }).map((post, i) => ({ ...post, id: `${i + 9}` })),
  );
  library.savePosts([makePost(4, { text: 'tea' })]);
  const last = library.words.newestKey();
  const among = (...keys: number[]) => library.words.matchesAmong(words, keys);
  expect(among(last, last - 1, 3, 2, 1)).toEqual([last - 1, 3, 1]);
  expect(among(2, 1)).toEqual([1]);
  expect(among(3, 2)).toEqual([3]);
  db.run('DELETE FROM posts WHERE key = 1');
  library.savePosts([makePost(2, { text: 'soup now' }), makePost(3, { text: 'tea now' })]);
  expect(among(last, 3, 2, 1)).toEqual([2]);
});
