import { describe, expect, test } from 'bun:test';
import {
  describeFind,
  indexMatch,
  markMatches,
  parseFind,
  snippetOf,
  type TextPart,
} from '../../src/find/index.ts';
import type { WordMatch } from '../../src/find/query.ts';
import { seeded } from '../support/scheduler.ts';
import { oneTextIndex } from './word_index.ts';

const QUERIES = 100_000;
const SEED = Number(process.env.XGPT_TEST_SEED ?? Date.now() % 2 ** 31);
const COLUMNS = ['text', 'author_name'];

/** What queries are made of: operators, quotes, letters that fold in a particular way, and halves of pairs. */
const PARTS = [
  ...' \t\n\u3000"“”„«»「」()（）-−–*:：+#\'’^{}[]~&|\\/.,;!?%$@_=<>`\0\u0001\u007f',
  ...['OR', 'AND', 'NOT', 'NEAR', 'NEAR(a b, 2)', 'text:', 'rowid:', '{text} :', '""', '*', '"*'],
  ...['from:', '-from:', 'since:', 'until:7d', 'lang:pt-BR', 'is:', '-is:repost', 'has:media'],
  ...[
    'source:x',
    'min_likes:1',
    'http://x.com/a?b=c#d',
    'C++',
    'c#',
    '1,000',
    '6"',
    'wi-fi',
    "don't",
  ],
  ...[
    'soup',
    'lentil',
    'Łódź',
    'Straße',
    'İ',
    'ı',
    'ŉ',
    'ﷺ',
    'ẞ',
    'Müller',
    'e\u0301',
    '\u0301',
    'ﬃ',
  ],
  ...[
    '東京都',
    'が',
    'か\u3099',
    'ｶﾞ',
    '한',
    '\u1112\u1161\u11ab',
    'กาแฟ',
    '\u200b',
    '\u200c',
    '\u200d',
  ],
  ...['می‌خواهم', 'مُحَمَّد', 'שָׁלוֹם', '\u00ad', '葛\u{e0100}', '👩🏽‍💻', '🇩🇪', '❤️', '1️⃣', '𝔘𝔫𝔦'],
  ...[
    '\ud800',
    '\udc00',
    '\ue000',
    '\ue002',
    '\u{f0000}',
    '\u{10fffd}',
    '\uffff',
    '\ufeff',
    '½',
    '™',
  ],
];

const random = seeded(SEED);
const below = (limit: number) => Math.floor(random() * limit);

function part(): string {
  if (random() < 0.85) return PARTS[below(PARTS.length)] as string;
  return String.fromCodePoint(below(random() < 0.5 ? 0x3000 : 0x110000));
}

function generated(): string {
  return Array.from({ length: below(12) }, part).join(random() < 0.3 ? ' ' : '');
}

/** Runs a check for each query; a failure tells the seed and the query. */
function forEachQuery(count: number, check: (query: string) => void): void {
  for (let number = 0; number < count; number++) {
    const query = generated();
    try {
      check(query);
    } catch (cause) {
      const message = `${(cause as Error).message}\nXGPT_TEST_SEED=${SEED}, ${JSON.stringify(query)}`;
      throw new Error(message, { cause });
    }
  }
}

const LANGUAGES = [undefined, 'en', 'de', 'pt-BR', 'ja'];

const matchesOf = (text: string): WordMatch[] => [
  { word: text },
  { word: text, isPrefix: true },
  { word: text, isExact: true },
  { phrase: text },
];

function isWithin(text: string, { from, to }: TextPart): boolean {
  return from >= 0 && from < to && to <= text.length;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function boundaries(text: string): Set<number> {
  const starts = [...graphemes.segment(text)].map(({ index }) => index);
  return new Set([...starts, text.length]);
}

describe('any text', () => {
  test(`is a query that SQLite understands: ${QUERIES} generated ones`, () => {
    using index = oneTextIndex();
    index.set('soup lentil');
    forEachQuery(QUERIES, (typed) => {
      const query = parseFind(typed, 0);
      if (describeFind(query) === '') throw new Error('It has no description.');
      const match = query.words && indexMatch(query.words, COLUMNS);
      if (query.words && !match && !('any' in query.words))
        throw new Error('It has no expression.');
      if (match) index.has(match.expression);
    });
  }, 60_000);

  test('finds itself', () => {
    using index = oneTextIndex();
    forEachQuery(2_000, (text) => {
      index.set(text);
      for (const match of [{ word: text }, { phrase: text }]) {
        const expression = indexMatch(match, ['text'])?.expression;
        if (expression && !index.has(expression)) throw new Error(expression);
        if (expression && markMatches(text, match).length === 0)
          throw new Error('It is not marked.');
      }
    });
  }, 30_000);

  test('is marked if and only if the index finds it', () => {
    using index = oneTextIndex();
    let found = 0;
    forEachQuery(5_000, (text) => {
      const language = LANGUAGES[below(LANGUAGES.length)];
      index.set(text, language);
      for (const sought of Array.from({ length: 5 }, part)) {
        for (const match of matchesOf(sought)) {
          const expression = indexMatch(match, ['text'])?.expression;
          const isFound = expression !== undefined && index.has(expression);
          const isMarked = markMatches(text, match, language).length > 0;
          if (isFound) found++;
          if (isFound !== isMarked)
            throw new Error(`${JSON.stringify(match)}: found ${isFound}, marked ${isMarked}`);
        }
      }
    });
    expect(found).toBeGreaterThan(500);
  }, 30_000);

  test('is marked between characters, in order and without overlaps', () => {
    forEachQuery(20_000, (text) => {
      const { words } = parseFind(random() < 0.5 ? text : generated(), 0);
      const marks = markMatches(text, words);
      const ends = marks.length > 0 ? boundaries(text) : new Set();
      let end = 0;
      for (const mark of marks) {
        if (!isWithin(text, mark) || mark.from < end) throw new Error(JSON.stringify(marks));
        if (!ends.has(mark.from) || !ends.has(mark.to))
          throw new Error(`${JSON.stringify(mark)} splits a character.`);
        end = mark.to;
      }
    });
  }, 30_000);

  test('has a snippet between characters', () => {
    forEachQuery(3_000, (query) => {
      const text = query.repeat(1 + below(6));
      const length = 10 + below(60);
      const snippet = snippetOf(text, markMatches(text, parseFind(query, 0).words), length);
      if ((snippet === undefined) !== text.length <= length) throw new Error('It is missing.');
      if (!snippet) return;
      const ends = boundaries(text);
      if (!isWithin(text, snippet)) throw new Error(JSON.stringify(snippet));
      if (!ends.has(snippet.from) || !ends.has(snippet.to))
        throw new Error(`${JSON.stringify(snippet)} splits a character.`);
    });
  }, 30_000);
});

test('the same seed makes the same queries', () => {
  const [one, other] = [seeded(1), seeded(1)];
  expect(one()).toBe(other());
});
