import { joinedAt, soughtForms } from './forms.ts';
import type { WordMatch } from './query.ts';
import { findableTokens } from './tokens.ts';

/** What posts must match in the index of words. */
export interface IndexMatch {
  /** In the syntax of FTS5, with every word quoted. */
  expression: string;
  /** Posts must *not* match it, since FTS5 cannot express "all but these". */
  isExcluded: boolean;
  /** It has a prefix, for which each look at a single post is expensive. */
  hasPrefix: boolean;
  /** How the expression is put together. */
  tree: MatchTree;
}

/** An expression of the index, and the smaller ones that it is made of; of `NOT` there are two. */
export type MatchTree = MatchTerm | { operator: 'AND' | 'OR' | 'NOT'; parts: MatchTree[] };

export interface MatchTerm {
  term: string;
  /** How words begin that are looked for: for a prefix alone. */
  beginning?: string;
  isPrefix: boolean;
}

interface Index {
  exactColumns: string[];
  wordsFrom: ((beginning: string) => string[]) | undefined;
}

/**
 * What posts must match that have these words.
 * @param exactColumns those with words as they are written, for phrases, prefixes and exclusions. Other words
 * are looked for in all columns, one of which has the `indexedForms`.
 * @param wordsFrom the words of the index that begin so, which are then looked for in place of a prefix; for none,
 * the prefix is.
 * @returns `undefined` when there is nothing to look for: no letter, digit or emoji.
 */
export function indexMatch(
  words: WordMatch,
  exactColumns: string[],
  wordsFrom?: Index['wordsFrom'],
): IndexMatch | undefined {
  return matchOf(words, { exactColumns, wordsFrom }, false);
}

function matchOf(words: WordMatch, index: Index, isExact: boolean): IndexMatch | undefined {
  if ('all' in words)
    return everyMatch(words.all.flatMap((one) => matchOf(one, index, isExact) ?? []));
  if ('any' in words)
    return someMatch(words.any.flatMap((one) => matchOf(one, index, isExact) ?? []));
  if ('not' in words) {
    const match = matchOf(words.not, index, true);
    return match && negated(match);
  }
  const isPrefix = 'word' in words && words.isPrefix === true;
  const isLiteral = isExact || isPrefix || 'phrase' in words || words.isExact === true;
  const text = 'word' in words ? words.word : words.phrase;
  const found = isLiteral ? exactTerm(text, index, isPrefix) : term(text);
  if (!found) return undefined;
  const { beginning } = found;
  const listed = beginning === undefined ? [] : (index.wordsFrom?.(beginning) ?? []);
  const expression = listed.length > 0 ? anyWordOf(found, listed) : found.term;
  return { expression, isExcluded: false, hasPrefix: isPrefix, tree: found };
}

/** A prefix as an expression, with the words that begin so in its place. */
export function anyWordOf({ term: prefix }: MatchTerm, words: string[]): string {
  return prefix.replace(PREFIX, () => group(words.map(quoted), 'OR'));
}

const PREFIX = /"[^"]*" \*/;

/**
 * All of these. `a -b` is `a NOT b`; `-a -b` is what `a OR b` does not match.
 * @returns `undefined` for none.
 */
export function everyMatch(matches: IndexMatch[]): IndexMatch | undefined {
  const included = matches.filter((match) => !match.isExcluded);
  const excluded = matches.filter((match) => match.isExcluded);
  if (matches.length === 0) return undefined;
  const hasPrefix = matches.some((match) => match.hasPrefix);
  const none = joined(excluded, 'OR');
  if (included.length === 0) return { ...none, isExcluded: true, hasPrefix };
  const all = joined(included, 'AND');
  if (excluded.length === 0) return { ...all, isExcluded: false, hasPrefix };
  const expression = `(${all.expression} NOT ${none.expression})`;
  const tree: MatchTree = { operator: 'NOT', parts: [all.tree, none.tree] };
  return { expression, isExcluded: false, hasPrefix, tree };
}

/** Any of these: not all are missing. */
function someMatch(matches: IndexMatch[]): IndexMatch | undefined {
  const match = everyMatch(matches.map(negated));
  return match && negated(match);
}

function negated(match: IndexMatch): IndexMatch {
  return { ...match, isExcluded: !match.isExcluded };
}

function joined(
  matches: IndexMatch[],
  operator: 'AND' | 'OR',
): Pick<IndexMatch, 'expression' | 'tree'> {
  const trees = new Map(matches.map((match) => [match.expression, match.tree]));
  const parts = [...trees.values()];
  const [only] = parts;
  return {
    expression: group([...trees.keys()], operator),
    tree: only && parts.length === 1 ? only : { operator, parts },
  };
}

function group(expressions: string[], operator: 'AND' | 'OR'): string {
  return expressions.length === 1
    ? (expressions[0] as string)
    : `(${expressions.join(` ${operator} `)})`;
}

function exactTerm(
  text: string,
  { exactColumns }: Index,
  isPrefix: boolean,
): MatchTerm | undefined {
  const tokens = findableTokens(text);
  const [only] = tokens;
  if (!only) return undefined;
  const typed = phrase(tokens.map((token) => token.text));
  return {
    term: `({${exactColumns.join(' ')}} : ${typed}${isPrefix ? ' *' : ''})`,
    ...(isPrefix && tokens.length === 1 && { beginning: only.text }),
    isPrefix,
  };
}

/** A word in any of its forms. */
function term(text: string): MatchTerm | undefined {
  const tokens = findableTokens(text);
  const [only] = tokens;
  if (!only) return undefined;
  if (tokens.length === 1) return anyOf(soughtForms(only).map(quoted));
  const alternatives = [phrase(tokens.map((token) => token.text))];
  const asOne = joinedAt(tokens, 0);
  if (asOne?.end === tokens.length) alternatives.push(quoted(asOne.text));
  return anyOf(alternatives);
}

const anyOf = (forms: string[]): MatchTerm => ({ term: group(forms, 'OR'), isPrefix: false });

const phrase = (tokens: string[]) => quoted(tokens.join(' '));

/** A token consists of letters, digits and emoji: it contains no quote. */
const quoted = (tokens: string) => `"${tokens}"`;
