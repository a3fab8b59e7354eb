import type { WordMatch } from './query.ts';
import { tokensOf } from './tokens.ts';

/** A condition on the index of words. */
export interface IndexMatch {
  /** An FTS5 expression, in which every word is quoted. */
  match: string;
  /** Posts meet the condition that do *not* match, as for `-soup` alone. */
  isExcluding: boolean;
}

/** Matches nothing. */
const NOTHING = '""';

/**
 * An FTS5 expression of what posts must have, for queries that require a word.
 * @param formsColumn where the index has stems; phrases and what is excluded are not looked for there.
 */
export function toMatch(words: WordMatch, formsColumn?: string): string {
  const { match, isExcluding } = indexMatch(words, formsColumn);
  return isExcluding ? NOTHING : match;
}

/** The same for all queries. */
export function indexMatch(words: WordMatch, formsColumn?: string): IndexMatch {
  return matchOf(words, { formsColumn, isExact: false });
}

interface Context {
  formsColumn: string | undefined;
  isExact: boolean;
}

function matchOf(words: WordMatch, context: Context): IndexMatch {
  if ('not' in words) {
    const { match, isExcluding } = matchOf(words.not, { ...context, isExact: true });
    return { match, isExcluding: !isExcluding };
  }
  if ('all' in words) return allOf(words.all.map((one) => matchOf(one, context)));
  if ('any' in words) return anyOf(words.any.map((one) => matchOf(one, context)));
  return { match: termOf(words, context), isExcluding: false };
}

/** `a -b` is `a NOT b`; `-a -b` is everything but `a OR b`, since FTS5 cannot exclude from everything. */
function allOf(parts: IndexMatch[]): IndexMatch {
  const { required, excluded } = split(parts);
  if (required.length === 0) return { match: joined(excluded, 'OR'), isExcluding: true };
  return { match: without(joined(required, 'AND'), excluded), isExcluding: false };
}

/** `a OR -b` is everything but `b NOT a`. */
function anyOf(parts: IndexMatch[]): IndexMatch {
  const { required, excluded } = split(parts);
  if (excluded.length === 0) return { match: joined(required, 'OR'), isExcluding: false };
  return { match: without(joined(excluded, 'AND'), required), isExcluding: true };
}

function split(parts: IndexMatch[]) {
  const matches = (isExcluding: boolean) =>
    parts.filter((part) => part.isExcluding === isExcluding).map(({ match }) => match);
  return { required: matches(false), excluded: matches(true) };
}

function joined(matches: string[], operator: 'AND' | 'OR'): string {
  if (matches.length < 2) return matches[0] ?? NOTHING;
  return `(${matches.join(` ${operator} `)})`;
}

function without(match: string, excluded: string[]): string {
  return excluded.length === 0 ? match : `(${match} NOT ${joined(excluded, 'OR')})`;
}

function termOf(words: { word: string; isPrefix?: true } | { phrase: string }, _context: Context) {
  const text = 'word' in words ? words.word : words.phrase;
  const tokens = tokensOf(text).map((token) => token.text);
  if (tokens.length === 0) return NOTHING;
  // A token consists of letters, digits and emoji: it contains no quote.
  const quoted = `"${tokens.join(' ')}"`;
  return 'isPrefix' in words && words.isPrefix ? `${quoted}*` : quoted;
}
