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
import { IS_LONG } from '../support/length.ts';
import { seeded } from '../support/scheduler.ts';
import { below, boundaries, forEachQuery, generated, part, random } from './generated_queries.ts';
import { oneTextIndex } from './word_index.ts';

const QUERIES = IS_LONG ? 100_000 : 25_000;
const COLUMNS = ['text', 'author_name'];

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
