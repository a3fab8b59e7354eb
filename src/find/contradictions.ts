import type { WordMatch } from './query.ts';
import { findableTokens } from './tokens.ts';

type Term = Extract<WordMatch, { word: string } | { phrase: string }>;

/** A word or phrase that is looked for, and excluded by the same words or by a part of them. */
export interface Contradiction {
  sought: string;
  excluded: string;
  /**
   * Not a single post has the words and meets the exclusion. Otherwise those with other forms of the word do,
   * since what is excluded means the word as it is written.
   */
  isStrict: boolean;
}

/** What contradicts itself in the words of a query: `jazz -jazz`. */
export function contradictionsIn(words: WordMatch | undefined): Contradiction[] {
  const parts = words && 'all' in words ? words.all : [words];
  const excluded = parts.flatMap((part) => (part && 'not' in part ? termsOf(part.not) : []));
  return parts
    .filter((part) => part !== undefined && isTerm(part))
    .flatMap((sought) => {
      const found = excluded.find((one) => excludes(one, sought));
      if (!found) return [];
      const isStrict = 'phrase' in sought || sought.isPrefix === true;
      return [{ sought: typed(sought), excluded: typed(found), isStrict }];
    });
}

const isTerm = (part: WordMatch): part is Term => 'word' in part || 'phrase' in part;

/** `-(a OR b)` excludes both; of `-(a b)` a post may have either. */
function termsOf(match: WordMatch): Term[] {
  if ('any' in match) return match.any.flatMap(termsOf);
  return isTerm(match) ? [match] : [];
}

function excludes(excluded: Term, sought: Term): boolean {
  const [inner, outer] = [tokensOf(excluded), tokensOf(sought)];
  const isPrefix = 'word' in excluded && excluded.isPrefix === true;
  const isOpen = 'word' in sought && sought.isPrefix === true;
  if (inner.length === 0 || (isOpen && !isPrefix)) return false;
  const last = inner.length - 1;
  return outer.some((_, start) =>
    inner.every((token, at) => {
      const other = outer[start + at];
      return isPrefix && at === last ? other?.startsWith(token) : other === token;
    }),
  );
}

const tokensOf = (term: Term) => findableTokens(textOf(term)).map(({ text }) => text);

const textOf = (term: Term) => ('word' in term ? term.word : term.phrase);

function typed(term: Term): string {
  if ('phrase' in term) return `"${term.phrase}"`;
  return term.isPrefix ? `${term.word}*` : term.word;
}
