import type { WordMatch } from './query.ts';

/** How many parts of a long query are looked for one by one. */
const MAX_PARTS = 16;

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** Inflections and particles of Japanese are written in Hiragana alone. */
const CJK_CONTENT = /[\p{Script=Han}\p{Script=Katakana}]/u;

/**
 * The parts of what was typed of which a post may have some and lack others: each word, phrase and
 * alternative. What is excluded is no part. Text that is written without spaces is cut into its words.
 */
export function partsOf(words: WordMatch): WordMatch[] {
  const parts = 'all' in words ? words.all : [words];
  return parts
    .filter((part) => !('not' in part))
    .flatMap(cut)
    .slice(0, MAX_PARTS);
}

function cut(part: WordMatch): WordMatch[] {
  if (!('word' in part) || part.isPrefix || part.isExact || !CJK.test(part.word)) return [part];
  const segments = [...new Intl.Segmenter('ja', { granularity: 'word' }).segment(part.word)]
    .map(({ segment }) => segment)
    .filter((segment) => CJK_CONTENT.test(segment));
  return segments.length === 0 ? [part] : segments.map((phrase) => ({ phrase }));
}
