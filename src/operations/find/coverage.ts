import { fold, markMatches, partsOf } from '../../find/index.ts';
import type { WordMatch } from '../../find/query.ts';
import type { WordFinder } from '../../library/finding.ts';
import type { Post } from '../../sources/post.ts';
import type { UnknownWord } from './spelling.ts';

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
/** How much another form of a word counts beside the word as it was typed. */
const OTHER_FORM_SHARE = 0.9;
/**
 * How much a word counts that differs in its accents. Who types "marché" means no "marche"; who types no
 * accents finds all of them alike.
 */
const OTHER_ACCENTS_SHARE = 0.5;

const NO_MATCHES = { keys: [], count: 0 };

interface CoveredPart {
  match: WordMatch;
  /** The same without other forms of the word. */
  asTyped?: WordMatch;
  weight: number;
  isIgnored: boolean;
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
  /** What a post has of it, without ignored words; for a post that `of` was asked about. */
  had(key: number): WordMatch[];
}

/** What was typed. */
export interface TypedWords {
  /** Those that a post must have to have all of them. */
  words: WordMatch;
  /** Common words that are not among them. */
  ignored: string[];
  /** All common words, which count less. */
  stopWords: string[];
  /** Those that no post has. */
  unknown: UnknownWord[];
}

/** Weighs each part by how rare it is, as bm25 does: ln(1 + (N - n + 0.5) / (n + 0.5)). */
export function coverageOf(
  finder: WordFinder,
  { words, ignored, stopWords, unknown }: TypedWords,
): Coverage {
  const unknownOnes = new Map(unknown.map((one) => [one.word, one]));
  const posts = Math.max(finder.newestKey(), LEAST_POSTS);
  const parts = partsOf(words).map((match) => {
    const word = 'word' in match && !match.isPrefix ? match.word : '';
    const isStopWord = stopWords.includes(word);
    return partOf(finder, match, { posts, isStopWord, unknown: unknownOnes.get(word) });
  });
  const common = ignored.map((word) =>
    partOf(finder, { word }, { posts, isStopWord: true, isIgnored: true }),
  );
  return createCoverage(finder, [...parts, ...common]);
}

interface PartOptions {
  posts: number;
  isStopWord: boolean;
  isIgnored?: boolean;
  /** No post has it. */
  unknown?: UnknownWord | undefined;
}

function partOf(
  finder: WordFinder,
  typed: WordMatch,
  { posts, isStopWord, isIgnored = false, unknown }: PartOptions,
): CoveredPart {
  const match = unknown?.beginning ? { word: unknown.beginning, isPrefix: true as const } : typed;
  const isNowhere = unknown !== undefined && match === typed;
  const { keys, count } = isNowhere ? NO_MATCHES : finder.matchesOf(match, MAX_LISTED);
  const others = Math.max(posts, count) - count;
  const rarity = Math.log(1 + (others + 0.5) / (count + 0.5));
  const weight = isStopWord ? STOP_WORD_SHARE * Math.min(rarity, MAX_STOP_WORD_RARITY) : rarity;
  const part: CoveredPart = {
    match,
    ...('word' in match && !match.isPrefix && { asTyped: { ...match, isExact: true } }),
    weight: count === 0 || match !== typed ? weight * UNKNOWN_SHARE : weight,
    isIgnored,
    shares: new Map(),
    isListed: count === keys.length,
  };
  if (part.isListed) noteShares(finder, part, keys);
  return part;
}

const spelling = (text: string) => text.normalize('NFC').toLowerCase();

/** The word of a part that was typed with accents or the like, which the index does not tell apart. */
function accentedWord({ asTyped }: CoveredPart): string | undefined {
  if (!asTyped || !('word' in asTyped)) return undefined;
  const word = spelling(asTyped.word);
  return fold(word) === word ? undefined : word;
}

/** Whether the text has the word in another spelling only: "marche" for "marché". */
function isSpeltOtherwise({ text, language }: Post, word: string): boolean {
  const places = markMatches(text, { word, isExact: true }, language);
  return (
    places.length > 0 && places.every(({ from, to }) => spelling(text.slice(from, to)) !== word)
  );
}

/** Notes how much of a part these posts have, which have it in some form. */
function noteShares(finder: WordFinder, { asTyped, shares }: CoveredPart, keys: number[]): void {
  for (const key of keys) shares.set(key, asTyped ? OTHER_FORM_SHARE : 1);
  if (asTyped) for (const key of finder.matchesAmong(asTyped, keys)) shares.set(key, 1);
}

function createCoverage(finder: WordFinder, parts: CoveredPart[]): Coverage {
  const all = parts.reduce((sum, { weight }) => sum + weight, 0);
  const lookedUp = new Set<number>();
  const accented = parts.flatMap((part) => {
    const word = accentedWord(part);
    return word === undefined ? [] : [{ word, shares: part.shares }];
  });

  function lookUp(keys: number[]): void {
    const unknown = keys.filter((key) => !lookedUp.has(key));
    for (const key of unknown) lookedUp.add(key);
    for (const part of parts)
      if (!part.isListed) noteShares(finder, part, finder.matchesAmong(part.match, unknown));
    for (const { word, shares } of accented) {
      const having = unknown.filter((key) => shares.get(key) === 1);
      for (const post of finder.postsOf(having))
        if (isSpeltOtherwise(post, word)) shares.set(post.key, OTHER_ACCENTS_SHARE);
    }
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
      parts.filter((part) => !part.isIgnored && part.shares.has(key)).map(({ match }) => match),
  };
}
