import { seeded } from '../support/scheduler.ts';

const SEED = Number(process.env.XGPT_TEST_SEED ?? Date.now() % 2 ** 31);

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
    '<b>',
    '</b>',
    '<mark>',
    '</mark>',
    '<script>',
    '<!--',
    '&amp;',
    '&lt;',
    '&#39;',
    ']]>',
    '<a href="',
  ],
  ...['https://a.example/soup', 'https://b.example/<b>?x="1"&y=c++', 'javascript:'],
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

export const random = seeded(SEED);
export const below = (limit: number) => Math.floor(random() * limit);

export function part(): string {
  if (random() < 0.85) return PARTS[below(PARTS.length)] as string;
  return String.fromCodePoint(below(random() < 0.5 ? 0x3000 : 0x110000));
}

export function generated(): string {
  return Array.from({ length: below(12) }, part).join(random() < 0.3 ? ' ' : '');
}

/** Runs a check for each query; a failure tells the seed and the query. */
export function forEachQuery(count: number, check: (query: string) => void): void {
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

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Where the characters of a text, as people see them, begin and end. */
export function boundaries(text: string): Set<number> {
  const starts = [...graphemes.segment(text)].map(({ index }) => index);
  return new Set([...starts, text.length]);
}
