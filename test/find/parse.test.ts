import { describe, expect, test } from 'bun:test';
import { parseFind } from '../../src/find/index.ts';
import type { WordMatch } from '../../src/find/query.ts';
import { WordIndex } from './word_index.ts';

const NOW = Date.UTC(2024, 2, 31, 12);
const DAY = 86_400_000;

const wordsOf = (text: string) => parseFind(text, NOW).words;
const filtersOf = (text: string) => parseFind(text, NOW).filters;

const TEXTS = [
  'Notes on machine learning with a telescope',
  'A machine for learning jazz',
  'Jazz, seen through a telescope',
  'I write C++ and C# all day',
  'The letter c, and a cat',
  'Lentil soup',
  'Soups without lentils',
  'wordplay',
];
const index = TEXTS.reduce((made, text) => made.add(text, 'en'), new WordIndex());

describe('D2: operators', () => {
  test.each<[typed: string, found: number[]]>([
    ['"machine learning"', [0]],
    ['“machine learning”', [0]],
    ['„machine learning“', [0]],
    ['«machine learning»', [0]],
    ['« machine learning »', [0]],
    ['「machine learning」', [0]],
    ['"machine learning', [0]],
    ['machine learning', [0, 1]],
    ['telescope -machine', [2]],
    ['telescope −machine', [2]],
    ['-telescope -soup -c', [1, 6, 7]],
    ['-"machine learning" machine', [1]],
    ['telescope OR jazz', [0, 1, 2]],
    ['telescope OR jazz -machine', [2]],
    ['machine (telescope OR jazz)', [0, 1]],
    ['(machine telescope) OR soup', [0, 5, 6]],
    ['-(machine OR telescope) jazz', []],
    ['jazz OR -telescope', [1, 2, 3, 4, 5, 6, 7]],
    ['soup OR', [5, 6]],
    ['OR soup', [5, 6]],
    ['soup OR OR lentil', [5, 6]],
    ['soup or lentil', []],
    ['C++', [3]],
    ['c#', [3]],
    ['c', [3, 4]],
    ['c -c++', [4]],
    ['word', []],
    ['word*', [7]],
    ['soup', [5, 6]],
    ['soups', [5, 6]],
    ['"soup"', [5]],
    ['soup -soups', [5]],
    ['soup*', [5, 6]],
    ['!!!', []],
    ['soup !!! -', [5, 6]],
    ['', [0, 1, 2, 3, 4, 5, 6, 7]],
    ['()', [0, 1, 2, 3, 4, 5, 6, 7]],
  ])('D2: %s', (typed, found) => {
    expect(index.find(typed)).toEqual(found);
  });
});

describe('a text that looks like an operator', () => {
  test.each([
    ['http://x.com/a', { word: 'http://x.com/a' }],
    ['C++: pointers', { all: [{ word: 'C++:' }, { word: 'pointers' }] }],
    ['note:to-self', { word: 'note:to-self' }],
    ['since:soon', { word: 'since:soon' }],
    ['since:2024-02-30', { word: 'since:2024-02-30' }],
    ['lang:klingonese', { word: 'lang:klingonese' }],
    ['is:good', { word: 'is:good' }],
    ['has:wings', { word: 'has:wings' }],
    ['min_likes:many', { word: 'min_likes:many' }],
    ['from:a$b', { word: 'from:a$b' }],
    ['-has:wings', { not: { word: 'has:wings' } }],
    ['min_likes:49.5', { word: 'min_likes:49.5' }],
    ['min_likes:1,5', { word: 'min_likes:1,5' }],
    ['min_likes:1,000.5', { word: 'min_likes:1,000.5' }],
    ['since:99999y', { word: 'since:99999y' }],
    ['since:0000', { word: 'since:0000' }],
    ['a-b', { word: 'a-b' }],
    ['- soup', { word: 'soup' }],
    ['*', { any: [] }],
    ['6" pizza', { all: [{ word: '6' }, { word: 'pizza' }] }],
    [')) soup ((', { word: 'soup' }],
    ['(soup', { word: 'soup' }],
    ['soup "" -"" ()', { word: 'soup' }],
  ])('%s', (typed, words) => {
    const query = parseFind(typed, NOW);
    expect(query.words).toEqual(words);
    expect(query.filters).toEqual(filtersOf(''));
  });
});

describe('filters', () => {
  test.each<[string, object]>([
    ['from:ada', { authors: ['ada'] }],
    ['FROM:@ada', { authors: ['ada'] }],
    ['from:ada from:bob', { authors: ['ada', 'bob'] }],
    ['from:ada,bob', { authors: ['ada', 'bob'] }],
    ['(from:ada OR from:ada)', { authors: ['ada'] }],
    ['-from:ada', { notAuthors: ['ada'] }],
    ['since:2024', { since: Date.UTC(2024) }],
    ['since:2023 since:2024', { since: Date.UTC(2024) }],
    ['until:2024', { until: Date.UTC(2025) }],
    ['until:2024-02', { until: Date.UTC(2024, 2) }],
    ['until:2024-02-29', { until: Date.UTC(2024, 2, 1) }],
    ['since:2024-2-9', { since: Date.UTC(2024, 1, 9) }],
    ['since:2024-02-29T10:30', { since: Date.UTC(2024, 1, 29, 10, 30) }],
    ['since:2024-02-29T10:30+02:00', { since: Date.UTC(2024, 1, 29, 8, 30) }],
    ['since:7d', { since: NOW - 7 * DAY }],
    ['since:24h', { since: NOW - DAY }],
    ['since:2w', { since: NOW - 14 * DAY }],
    ['since:1m', { since: Date.UTC(2024, 1, 29, 12) }],
    ['since:1y', { since: Date.UTC(2023, 2, 31, 12) }],
    ['since:today', { since: Date.UTC(2024, 2, 31) }],
    ['until:yesterday', { until: Date.UTC(2024, 2, 31) }],
    ['until:7d', { until: NOW - 7 * DAY }],
    ['lang:pt-br', { languages: ['pt-BR'] }],
    ['lang:de,en', { languages: ['de', 'en'] }],
    ['is:reply', { kinds: ['reply'] }],
    ['is:replies', { kinds: ['reply'] }],
    ['is:reply is:thread', { kinds: ['reply', 'thread'] }],
    ['-is:repost', { kinds: ['post', 'reply'] }],
    ['-is:repost -is:reply', { kinds: ['post'] }],
    ['has:link has:media', { has: ['link', 'media'] }],
    ['has:links', { has: ['link'] }],
    ['source:Archive', { sources: ['archive'] }],
    ['min_likes:1,000', { minLikes: 1000 }],
    ['min_likes：5', { minLikes: 5 }],
    ['from: since: is: -lang: -has:', {}],
    ['min_likes:1.000.000', { minLikes: 1_000_000 }],
    ['-has:media', { hasNot: ['media'] }],
    ['-source:archive,X', { notSources: ['archive', 'x'] }],
    ['-is:thread', { notKinds: ['thread'] }],
    ['is:thread -is:reply', { kinds: ['thread'], notKinds: ['reply'] }],
    ['-is:post -is:replies -is:repost', { notKinds: ['post', 'reply', 'repost'] }],
    ['-lang:pt-br', { notLanguages: ['pt-BR'] }],
    ['-since:2024', { until: Date.UTC(2024) }],
    ['-until:2024', { since: Date.UTC(2025) }],
    ['-min_likes:10', { maxLikes: 10 }],
    ['ｆｒｏｍ:ada', { authors: ['ada'] }],
    ['-ＦＲＯＭ：＠ａｄａ', { notAuthors: ['ada'] }],
    ['\u200efrom:ada', { authors: ['ada'] }],
    ['-\u200ffrom:ada\u200e', { notAuthors: ['ada'] }],
    ['min_likes:\u200e5', { minLikes: 5 }],
  ])('%s', (typed, filters) => {
    const query = parseFind(typed, NOW);
    expect(query.filters).toEqual({ ...filtersOf(''), ...filters });
    expect(query.words).toBeUndefined();
  });

  test.each([
    'https://x.com/aurora_lab',
    'https://x.com/aurora_lab/status/123',
    'x.com/aurora_lab',
    'https://mobile.twitter.com/@aurora_lab?lang=en',
    '＠aurora_lab',
    '"@ aurora_lab"',
    '@ aurora_lab',
    '＠\u200e  aurora_lab',
    'aurora_lab/',
    '\u200baurora_lab\u202a',
  ])('D9: from:%s is an author', (typed) => {
    expect(filtersOf(`from:${typed}`).authors).toEqual(['aurora_lab']);
    expect(filtersOf(`-from:${typed}`).notAuthors).toEqual(['aurora_lab']);
  });

  test('an @ apart is that of a name that follows it, and of no operator, OR or bracket', () => {
    expect(parseFind('(tea from:@ ada) milk', NOW)).toMatchObject({
      filters: { authors: ['ada'] },
      words: { all: [{ word: 'tea' }, { word: 'milk' }] },
    });
    for (const rest of ['', ' OR tea', ' since:2024', ' (tea)', ' "tea"'])
      expect(parseFind(`from:@${rest}`, NOW).filters.authors).toEqual([]);
    expect(filtersOf('from:@ since:2024').since).toBeDefined();
  });

  test('hold for all words, wherever they stand', () => {
    const query = parseFind('(soup from:ada) OR stew', NOW);
    expect(query.words).toEqual({ any: [{ word: 'soup' }, { word: 'stew' }] });
    expect(query.filters.authors).toEqual(['ada']);
  });

  test.each<[typed: string, words: object | undefined, filters: object]>([
    ['-(from:ada)', undefined, { notAuthors: ['ada'] }],
    ['-((from:ada))', undefined, { notAuthors: ['ada'] }],
    ['-(from:ada', undefined, { notAuthors: ['ada'] }],
    ['－（from:ada）', undefined, { notAuthors: ['ada'] }],
    ['-(-from:ada)', undefined, { authors: ['ada'] }],
    ['-(from:ada !!!)', undefined, { notAuthors: ['ada'] }],
    ['-(from:ada OR from:bo)', undefined, { notAuthors: ['ada', 'bo'] }],
    ['-(from:ada from:bo)', undefined, { notAuthors: ['ada', 'bo'] }],
    ['-(-from:ada -from:bo)', undefined, { authors: ['ada', 'bo'] }],
    ['-(from:ada OR lang:en)', undefined, { notAuthors: ['ada'], notLanguages: ['en'] }],
    ['-(jazz OR from:ada)', { not: { word: 'jazz' } }, { notAuthors: ['ada'] }],
    ['-(jazz OR -(from:ada))', { not: { word: 'jazz' } }, { authors: ['ada'] }],
    ['-(since:2026)', undefined, { until: Date.UTC(2026) }],
    ['-(is:reply) -(min_likes:10)', undefined, { kinds: ['post', 'repost'], maxLikes: 10 }],
    ['-(from:a$b)', { not: { word: 'from:a$b' } }, {}],
    ['-(from:)', undefined, {}],
  ])('%s excludes', (typed, words, filters) => {
    const query = parseFind(typed, NOW);
    expect(query.words).toEqual(words as WordMatch);
    expect(query.filters).toEqual({ ...filtersOf(''), ...filters });
    expect(query.unheld).toBeUndefined();
  });

  test.each<[typed: string, words: object | undefined, filters: object, unheld: string[]]>([
    ['-(from:ada jazz)', undefined, {}, ['-(from:ada jazz)']],
    ['-(from:ada lang:en)', undefined, {}, ['-(from:ada lang:en)']],
    ['-(has:link has:media)', undefined, {}, ['-(has:link has:media)']],
    ['-(-from:ada OR -from:bo)', undefined, {}, ['-(-from:ada OR -from:bo)']],
    ['soup -(from:ada jazz', { word: 'soup' }, {}, ['-(from:ada jazz']],
    ['-(soup OR (jazz from:ada))', { not: { word: 'soup' } }, {}, ['-(jazz from:ada)']],
    ['soup OR -(jazz from:ada)', { word: 'soup' }, {}, ['-(jazz from:ada)']],
  ])('%s is told to have no effect', (typed, words, filters, unheld) => {
    const query = parseFind(typed, NOW);
    expect(query.words).toEqual(words as WordMatch);
    expect(query.filters).toEqual({ ...filtersOf(''), ...filters });
    expect(query.unheld).toEqual(unheld.map((part) => ({ typed: part, reason: 'together' })));
  });

  test.each<[typed: string, unheld: string[] | undefined]>([
    ['jazz OR from:ada', ['from:ada']],
    ['(jazz from:ada) OR soup', ['from:ada']],
    ['jazz OR -(from:ada OR soup)', ['-from:ada']],
    ['has:link OR has:media', ['has:link', 'has:media']],
    ['from:ada OR lang:en', ['from:ada', 'lang:en']],
    ['-from:ada OR -from:bo', ['-from:ada', '-from:bo']],
    ['from:ada OR from:bo', undefined],
    ['jazz (is:reply OR is:repost)', undefined],
    ['jazz OR from:', undefined],
    ['(jazz OR soup) from:ada', undefined],
  ])('of %s the operators that hold for the whole query are told', (typed, unheld) => {
    expect(parseFind(typed, NOW).unheld).toEqual(
      unheld?.map((part) => ({ typed: part, reason: 'alternative' as const })),
    );
  });

  test('with no words of which any can be found leave the words out', () => {
    expect(wordsOf('from:ada !!!')).toBeUndefined();
  });
});

describe('the topic', () => {
  test.each([
    ['lentil soup -meat', 'lentil soup'],
    ['"machine learning" OR jazz*', 'machine learning jazz'],
    ['from:ada since:7d', ''],
    ['-(a b) 東京都', '東京都'],
  ])('of %s is "%s"', (typed, topic) => {
    expect(parseFind(typed, NOW).topic).toBe(topic);
  });
});

test('brackets within brackets may be as deep as anybody likes', () => {
  expect(wordsOf(`${'('.repeat(1_000)}soup${')'.repeat(1_000)}`)).toEqual({ word: 'soup' });
  expect(wordsOf(`soup ${'-('.repeat(900)}`)).toEqual({ word: 'soup' });
});
