import { expect, test } from 'bun:test';
import { newPostsWords, savedFindTable, savedFindWords } from '../../src/text/saved_find_text.ts';

const FIND = {
  id: 7,
  name: 'Tea',
  query: {},
  understood: 'Posts with “tea”',
  openedAt: new Date('2026-01-31T12:00:00Z'),
};

test.each([
  [{ newPosts: { count: 12, isCapped: false } }, '12 new'],
  [{ newPosts: { count: 1_000, isCapped: true } }, '1,000+ new'],
  [{ newPosts: { count: 3, isCapped: true } }, '3+ new'],
  [{ newPosts: { count: 0, isCapped: false } }, ''],
  [{ newPosts: { count: 0, isCapped: true } }, ''],
  [{}, ''],
])('FEATURES 47: %j is "%s"', (find, words) => {
  expect(newPostsWords(find)).toBe(words);
});

test.each([
  [{}, 'Posts with “tea”'],
  [{ by: 'best', sort: 'best' }, 'Posts with “tea”'],
  [{ by: 'words', sort: 'newest' }, 'Posts with “tea”, by words, newest first'],
  [{ by: 'meaning', sort: 'newest' }, 'Posts with “tea”, newest first'],
  [{ by: 'meaning', like: 'sample:42' }, 'Posts with “tea”'],
])('FEATURES 47: a find with %j is "%s"', (query, words) => {
  expect(savedFindWords({ ...FIND, query })).toBe(words);
});

test('FEATURES 47: a table of saved finds shows control characters of names, and why one is no longer valid', () => {
  const problems = { source: 'Source must be sample.', by: 'By must be words.' };
  const table = savedFindTable([{ ...FIND, name: 'T\u001bea', understood: '', problems }]);
  expect(table).not.toContain('\u001b');
  expect(table).toContain('No longer valid: Source must be sample. By must be words.');
});
