import { expect, test } from 'bun:test';
import { readWordsAhead } from '../../src/app/read_ahead.ts';
import { noFilters } from '../../src/find/filters.ts';
import { ErrorReporter } from '../../src/jobs/engine/error_reporter.ts';
import { createWordFinder } from '../../src/library/finding/word_finder.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { until } from '../support/wait.ts';
import { makePost, setup } from './synthetic.ts';

const LIMITS = { leastPosts: 0, atOnce: 50, part: 40, bytes: 100_000 };

function listed() {
  const { db, library } = setup();
  library.savePosts(
    Array.from({ length: 200 }, (_, i) =>
      makePost(i + 1, { text: i % 2 === 0 ? 'soup' : `tea number${i}`, language: 'en' }),
    ),
  );
  const words = createWordFinder(db, LIMITS);
  let wanted = 0;
  words.ahead.onWanted = () => wanted++;
  return { words, wanted: () => wanted };
}

const sizeOf = async (words: ReturnType<typeof createWordFinder>, word: string) =>
  (await words.keysOf(noFilters(), { word })).size;

test('the list of a frequent word is read in parts, after a find has asked for it', async () => {
  const { words, wanted } = listed();
  expect(await sizeOf(words, 'number3')).toBe(1);
  expect(wanted()).toBe(0);
  expect(words.ahead.readPart()).toBe(false);
  expect(await sizeOf(words, 'soup')).toBe(100);
  expect(wanted()).toBe(1);
  const more = Array.from({ length: 6 }, () => words.ahead.readPart());
  expect(more).toEqual([true, true, true, true, false, false]);
  expect(await sizeOf(words, 'soup')).toBe(100);
  expect(wanted()).toBe(1);
});

test('the lists of the most frequent words and facts are read before anybody asks for them', async () => {
  const { words, wanted } = listed();
  words.ahead.begin();
  while (words.ahead.readPart());
  expect(wanted()).toBe(1);
  expect([await sizeOf(words, 'soup'), await sizeOf(words, 'tea')]).toEqual([100, 100]);
  const { count } = await words.countFound({
    text: '',
    topic: '',
    filters: { ...noFilters(), languages: ['en'] },
  });
  expect([count, wanted()]).toEqual([200, 1]);
});

test('a server reads while nobody waits, and stops when it ends', async () => {
  const closing = new AbortController();
  let parts = 0;
  const ahead = {
    begin() {
      this.onWanted();
    },
    readPart: () => ++parts % 3 !== 0,
    onWanted: () => {},
  };
  await readWordsAhead({
    words: { ahead },
    errors: new ErrorReporter(silentLogger),
    closing: closing.signal,
    startMs: 0,
  });
  await until('the first parts were read', () => parts === 3);
  ahead.onWanted();
  ahead.onWanted();
  await until('the next parts were read', () => parts === 6);
  closing.abort();
  ahead.onWanted();
  expect(parts).toBe(6);
});
