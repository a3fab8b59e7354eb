import { expect, test } from 'bun:test';
import { noFilters } from '../../src/find/filters.ts';
import { parseFind } from '../../src/find/index.ts';
import type { WordMatch } from '../../src/find/query.ts';
import { makePost, makePosts, setup } from './synthetic.ts';

const COMMON = 2_600;

/** A library whose newest key is that of a large one: 60,000 or more, of which only the last posts are there. */
function largeLibrary(texts: string[]) {
  const { db, library } = setup();
  library.savePosts([makePost(1, { text: 'nothing' })]);
  db.run('UPDATE posts SET key = 60000');
  library.savePosts(texts.map((text, i) => makePost(10 + i, { text })));
  library.savePosts(
    Array.from({ length: COMMON }, (_, i) => makePost(100 + i, { text: 'common words' })),
  );
  return library;
}

test('in a large library, words that half of the posts have decide what is found, not what is best', async () => {
  const library = largeLibrary([
    'rare common and more words about this and that',
    'rare rare common',
    'rare rare rare',
    'common common common',
    'rare common',
  ]);
  const ranked = async (q: string, filters = noFilters(), limit = 3) => {
    const { words } = parseFind(q, 0);
    return (await library.words.ranked(words as WordMatch, filters, limit)).map(({ key }) => key);
  };
  // With both words, the one that says something twice first.
  expect(await ranked('common rare', noFilters(), 5)).toEqual([60_002, 60_005, 60_001]);
  expect(await ranked('common rare', { ...noFilters(), authors: ['ada'] })).toEqual([
    60_002, 60_005, 60_001,
  ]);
  expect(await ranked('common rare -more')).toEqual([60_002, 60_005]);
  // By itself it ranks nothing: the posts that were collected last come first.
  const last = 60_005 + COMMON;
  expect(await ranked('common')).toEqual([last, last - 1, last - 2]);
});

test('in a small library all words rank', async () => {
  const { library } = setup();
  library.savePosts([
    makePost(1, { text: 'common common common' }),
    ...makePosts(30, { text: 'common words' }).map((post, i) => ({ ...post, id: String(100 + i) })),
  ]);
  const { words } = parseFind('common', 0);
  const [best] = await library.words.ranked(words as WordMatch, noFilters(), 1);
  expect(best?.key).toBe(1);
});
