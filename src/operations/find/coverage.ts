import { partsOf, stopWordsIn } from '../../find/index.ts';
import type { WordMatch } from '../../find/query.ts';
import type { WordFinder } from '../../library/finding.ts';

/** Of words that more posts have, only posts that are candidates for another reason are looked up. */
const MAX_LISTED = 2_000;

/**
 * Rarity is that of a library of at least so many posts: in a small one, words say little about how rare
 * they are.
 */
const LEAST_POSTS = 10_000;
/** How much a stop word counts beside other words that are as rare, and how rare it is at most. */
const STOP_WORD_SHARE = 0.5;
const MAX_STOP_WORD_RARITY = 2.5;
/** How much a word counts that no post has, or none but its beginning. */
const UNKNOWN_SHARE = 0.7;
/** How much of a word that no post has is looked for, as the beginning of others: of its letters. */
const LEAST_BEGINNING = { share: 0.6, letters: 5 };
/** How much another form of a word counts beside the word as it was typed. */
const OTHER_FORM_SHARE = 0.9;

interface CoveredPart {
  match: WordMatch;
  /** The same without other forms of the word. */
  asTyped?: WordMatch;
  weight: number;
  isStopWord: boolean;
  /** How much of it posts have: all posts when they are listed, otherwise those that were looked up. */
  shares: Map<number, number>;
  isListed: boolean;
}

/** How much of what was typed posts have. */
export interface Coverage {
  /** The posts that have the most of it, among those with a word that few posts have. */
  best(limit: number, isAllowed: (key: number) => boolean): number[];
  /** From 0 for nothing to 1 for all of it, rare words counting more. */
  of(keys: number[]): Map<number, number>;
  /** What a post has of it, without stop words; for a post that `of` was asked about. */
  had(key: number): WordMatch[];
}

/** Weighs each part by how rare it is, as bm25 does: ln(1 + (N - n + 0.5) / (n + 0.5)). */
export async function coverageOf(finder: WordFinder, words: WordMatch): Promise<Coverage> {
  const matches = partsOf(words);
  const stopWords = matches.length > 1 ? await stopWordsIn(matches) : new Set();
  const posts = Math.max(finder.newestKey(), LEAST_POSTS);
  return createCoverage(
    finder,
    matches.map((match) => partOf(finder, match, { isStopWord: stopWords.has(match), posts })),
  );
}

function partOf(
  finder: WordFinder,
  typed: WordMatch,
  { isStopWord, posts }: { isStopWord: boolean; posts: number },
): CoveredPart {
  const match = known(finder, typed);
  const { keys, count } = finder.matchesOf(match, MAX_LISTED);
  const others = Math.max(posts, count) - count;
  const rarity = Math.log(1 + (others + 0.5) / (count + 0.5));
  const weight = isStopWord ? STOP_WORD_SHARE * Math.min(rarity, MAX_STOP_WORD_RARITY) : rarity;
  const part: CoveredPart = {
    match,
    ...('word' in match && !match.isPrefix && { asTyped: { ...match, isExact: true } }),
    weight: count === 0 || match !== typed ? weight * UNKNOWN_SHARE : weight,
    isStopWord,
    shares: new Map(),
    isListed: count === keys.length,
  };
  if (part.isListed) noteShares(finder, part, keys);
  return part;
}

/** A word that no post has is replaced by its longest beginning that some have: its other forms differ there. */
function known(finder: WordFinder, typed: WordMatch): WordMatch {
  if (!('word' in typed) || typed.isPrefix || typed.isExact) return typed;
  if (finder.matchesOf(typed, 1).count > 0) return typed;
  const letters = [...typed.word];
  const { share, letters: few } = LEAST_BEGINNING;
  const least = Math.max(few, Math.ceil(letters.length * share));
  for (let length = letters.length - 1; length >= least; length--) {
    const beginning: WordMatch = { word: letters.slice(0, length).join(''), isPrefix: true };
    if (finder.matchesOf(beginning, 1).count > 0) return beginning;
  }
  return typed;
}

/** Notes how much of a part these posts have, which have it in some form. */
function noteShares(finder: WordFinder, { asTyped, shares }: CoveredPart, keys: number[]): void {
  for (const key of keys) shares.set(key, asTyped ? OTHER_FORM_SHARE : 1);
  if (asTyped) for (const key of finder.matchesAmong(asTyped, keys)) shares.set(key, 1);
}

function createCoverage(finder: WordFinder, parts: CoveredPart[]): Coverage {
  const all = parts.reduce((sum, { weight }) => sum + weight, 0);
  const lookedUp = new Set<number>();

  function lookUp(keys: number[]): void {
    const unknown = keys.filter((key) => !lookedUp.has(key));
    for (const key of unknown) lookedUp.add(key);
    for (const part of parts)
      if (!part.isListed) noteShares(finder, part, finder.matchesAmong(part.match, unknown));
  }

  const covered = (key: number) =>
    parts.reduce((sum, { shares, weight }) => sum + weight * (shares.get(key) ?? 0), 0) / all;

  return {
    best(limit, isAllowed) {
      const listed = parts.filter(({ isListed }) => isListed);
      const keys = new Set(listed.flatMap(({ shares }) => [...shares.keys()]));
      return [...keys]
        .filter(isAllowed)
        .map((key) => ({ key, covered: covered(key) }))
        .sort((a, b) => b.covered - a.covered || b.key - a.key)
        .slice(0, limit)
        .map(({ key }) => key);
    },
    of(keys) {
      lookUp(keys);
      return new Map(keys.map((key) => [key, covered(key)]));
    },
    had: (key) =>
      parts.filter((part) => !part.isStopWord && part.shares.has(key)).map(({ match }) => match),
  };
}
