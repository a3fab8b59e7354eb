import { describe, expect, test } from 'bun:test';
import { noFilters } from '../../src/find/filters.ts';
import { parseFind } from '../../src/find/parse.ts';
import { createQueries } from '../../src/library/finding/queries.ts';
import { createWordsFrom } from '../../src/library/finding/words_from.ts';
import type { Library } from '../../src/library/index.ts';
import type { Post } from '../../src/sources/post.ts';
import { makePost, makeProfile, setup } from './synthetic.ts';

const query = (text: string) => parseFind(text, 0);

function filled(posts: Partial<Post>[]) {
  const { library, db } = setup();
  library.savePosts(posts.map((given, i) => makePost(i + 1, given)));
  return { library, db };
}

describe('words and authors', () => {
  const posts = [
    { text: 'soup', author: 'Ada' },
    { text: 'soup', author: 'ada' },
    { text: 'tea', author: 'ada' },
    { text: 'soup', author: 'Éva' },
    { text: 'soup', author: 'éva' },
    { text: 'soup', author: 'éa' },
    { text: 'soup', author: '\u0e9a' },
  ];
  const keys = async (library: Library, text: string) =>
    (await library.words.newest(query(text), { limit: 9 })).keys;
  const cases: [string, number[]][] = [
    ['soup from:ADA', [2, 1]],
    ['soup from:éva', [5]],
    ['soup from:éa', [6]],
    ['soup from:\u0e9a', [7]],
    ['soup from:ada from:éa', [6, 2, 1]],
    ['soup -from:ada -from:éa', [7, 5, 4]],
    ['-soup from:ada', [3]],
    ['so* from:ada', [2, 1]],
  ];

  test.each(cases)('%s', async (typed, found) => {
    expect(await keys(filled(posts).library, typed)).toEqual(found);
  });

  test.each(cases)('%s, while posts are indexed anew', async (typed, found) => {
    const { library, db } = filled(posts);
    db.run("INSERT INTO post_words (post_words) VALUES ('delete-all')");
    const insert = db.query('INSERT INTO post_words (rowid, text) VALUES (?, ?)');
    for (const [i, { text }] of posts.entries()) insert.run(i + 1, text);
    db.run('UPDATE word_index SET version = 1');
    expect(await keys(library, typed)).toEqual(found);
    library.reindexing.indexSome(3);
    expect(await keys(library, typed)).toEqual(found);
    library.reindexing.indexSome(9);
    expect(library.reindexing.pending()).toBe(0);
    expect(await keys(library, typed)).toEqual(found);
  });

  test('what excluded words leave of an author is newest first', async () => {
    const at = (day: number) => ({
      text: 'tea',
      author: 'ada',
      createdAt: new Date(2_020, 1, day),
    });
    const { library } = filled([at(2), at(3), at(1)]);
    const { words, filters } = query('-soup from:ada');
    const ranked = await library.words.ranked(words ?? { all: [] }, filters, 9);
    expect(ranked.map(({ key }) => key)).toEqual([2, 1, 3]);
  });

  test('are found by the name that an author has now', async () => {
    const { library } = setup();
    library.savePosts([makePost(1, { text: 'soup', author: 'before', authorId: '7' })]);
    library.saveProfiles([makeProfile('before', { id: '7' })]);
    library.saveProfiles([makeProfile('after', { id: '7' })]);
    expect([
      await keys(library, 'soup from:before'),
      await keys(library, 'soup from:after'),
    ]).toEqual([[], [1]]);
    library.savePosts([makePost(2, { text: 'soup', author: 'bo' })]);
    library.savePosts([makePost(2, { text: 'soup', author: 'bob' })]);
    expect([await keys(library, 'soup from:bo'), await keys(library, 'soup from:bob')]).toEqual([
      [],
      [2],
    ]);
  });
});

describe('the beginning of words', () => {
  const numbered = (count: number) =>
    [...Array.from({ length: count }, (_, i) => `soup${i} or tea`), 'stew', 'sour soup'].map(
      (text) => ({ text }),
    );

  test.each([
    ['few', 30],
    ['many', 70],
  ])('is counted, listed and ranked where %s words begin so', async (_, count) => {
    const { library } = filled(numbered(count));
    const found = query('sou*');
    const all = [count + 2, ...Array.from({ length: count }, (_unused, i) => count - i)];
    expect(await library.words.countFound(found)).toEqual({ count: count + 1, isCapped: false });
    expect(library.words.matchesOf({ word: 'sou', isPrefix: true }, 100).keys).toEqual(all);
    expect((await library.words.facets(found)).counted).toBe(count + 1);
    expect((await library.words.countFound(query('sou* -sour'))).count).toBe(count);
    expect((await library.words.countFound(query('sou* OR stew'))).count).toBe(count + 2);
    expect((await library.words.countFound(query('-sou*'))).count).toBe(1);
    const { words } = found;
    const ranked = await library.words.ranked(words ?? { all: [] }, noFilters(), 1);
    expect(ranked.map(({ key }) => key)).toEqual([count + 2]);
  });

  test('lists words one by one up to a limit for the whole query', () => {
    const { db } = filled(numbered(60));
    const wordsFrom = createWordsFrom(createQueries(db));
    expect(wordsFrom()('sou')).toHaveLength(62);
    const forQuery = wordsFrom();
    expect(forQuery('soup1')).toHaveLength(11);
    expect(forQuery('sou')).toEqual([]);
    expect(forQuery('soup5')).toEqual([
      'soup5',
      ...Array.from({ length: 10 }, (_, i) => `soup5${i}`),
    ]);
    expect(createWordsFrom(createQueries(filled(numbered(63)).db))()('sou')).toEqual([]);
    expect(wordsFrom()('ste')).toEqual(['stew']);
    expect(wordsFrom()('none')).toEqual([]);
  });
});
