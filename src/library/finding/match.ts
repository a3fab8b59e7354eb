import type { WordMatch } from '../../find/query.ts';
import { toIndexedWords } from '../words.ts';
import { withoutFacts } from './facts.ts';

/**
 * What posts must match, as an expression of FTS5. An `isExcluded` one is what they must not match,
 * since FTS5 cannot say "all but these".
 */
export interface Match {
  expression: string;
  isExcluded: boolean;
  /** It has a prefix, for which each look at a single post is expensive. */
  hasPrefix: boolean;
}

/** What a word may be in when its other forms are not meant. */
const EXACT = '{text author_name attached} : ';

/** @returns nothing for words that have no letter, digit or sign of the index. */
export function toMatch(words: WordMatch): Match | undefined {
  if ('all' in words) return every(words.all.flatMap((word) => toMatch(word) ?? []));
  if ('any' in words) return some(words.any.flatMap((word) => toMatch(word) ?? []));
  if ('not' in words) {
    const match = toMatch(words.not);
    return match && { ...match, isExcluded: !match.isExcluded };
  }
  if ('phrase' in words) return wordsOf(words.phrase, { isExact: true });
  return wordsOf(words.word, words);
}

/** Matches what all of these match. */
export function every(matches: Match[]): Match | undefined {
  const included = matches.filter((match) => !match.isExcluded);
  const excluded = matches.filter((match) => match.isExcluded);
  const hasPrefix = matches.some((match) => match.hasPrefix);
  if (included.length === 0) {
    if (excluded.length === 0) return undefined;
    return { expression: joined(excluded, 'OR'), isExcluded: true, hasPrefix };
  }
  const all = joined(included, 'AND');
  const expression = excluded.length === 0 ? all : `(${all} NOT ${joined(excluded, 'OR')})`;
  return { expression, isExcluded: false, hasPrefix };
}

/** What matches none of these is what fails each of them. */
function some(matches: Match[]): Match | undefined {
  const match = every(matches.map((each) => ({ ...each, isExcluded: !each.isExcluded })));
  return match && { ...match, isExcluded: !match.isExcluded };
}

function joined(matches: Match[], operator: string): string {
  const expressions = [...new Set(matches.map((match) => match.expression))];
  return expressions.length === 1
    ? (expressions[0] as string)
    : `(${expressions.join(` ${operator} `)})`;
}

function wordsOf(
  text: string,
  { isPrefix, isExact }: { isPrefix?: true; isExact?: true },
): Match | undefined {
  const words = toIndexedWords(withoutFacts(text))
    .replaceAll('"', ' ')
    .replaceAll('\0', ' ')
    .trim();
  if (!/[\p{L}\p{M}\p{N}\p{Co}\p{So}]/u.test(words)) return undefined;
  const expression = `"${words}"${isPrefix ? ' *' : ''}`;
  const isStemmed = !isPrefix && !isExact;
  return {
    expression: isStemmed ? expression : `(${EXACT}${expression})`,
    isExcluded: false,
    hasPrefix: isPrefix === true,
  };
}
