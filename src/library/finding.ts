import type { FindFilters, FindQuery, WordMatch } from '../find/query.ts';
import type { Post } from '../sources/post.ts';

/** The keys of posts that meet a condition, one bit for each key up to the largest. */
export interface KeySet {
  readonly bits: Uint32Array;
  /** The number of keys in it. */
  readonly size: number;
}

/** A number of posts that is only counted up to a limit. */
export interface CappedCount {
  count: number;
  /** There are at least this many, and probably more. */
  isCapped: boolean;
}

/** Keys of posts, up to a limit. */
export interface CappedKeys {
  keys: number[];
  /** There may be more. */
  isCapped: boolean;
}

export interface FoundKey {
  key: number;
  /** Higher is better; comparable within one answer only. */
  score: number;
}

/** A post near in meaning. */
export interface NearKey {
  key: number;
  /** The cosine of the best part, from -1 to 1. */
  similarity: number;
  /** The best part of the post's text, as offsets in UTF-16 units; absent when it was embedded whole. */
  part?: { from: number; to: number };
}

/** A vector of a post, or of a part of its text. */
export interface PostVector {
  key: number;
  vector: Float32Array;
  /** As offsets in UTF-16 units; absent when the post was embedded whole. */
  part?: { from: number; to: number };
}

/** The posts that have certain words. */
export interface WordMatches {
  /** All, or the newest so many. */
  keys: number[];
  /** How many there are; estimated when there are more than `keys`. */
  count: number;
}

export interface Facet {
  value: string;
  count: number;
}

/** How the posts found are spread; each list the most frequent first, years the newest first. */
export interface Facets {
  authors: Facet[];
  years: Facet[];
  kinds: Facet[];
  sources: Facet[];
  /** Counted over so many of the posts found only: the first of the list, then those collected last. */
  isCapped: boolean;
  /** How many posts were counted. */
  counted: number;
}

/**
 * Finds stored posts by words and filters. `words` absent: by filters alone. What must read many posts does
 * so in many turns of the event loop.
 */
export interface WordFinder {
  /**
   * Newest first.
   * @returns `beginning`: the keys of the first `ahead` posts, when these are asked for.
   */
  newest(
    query: FindQuery,
    page: { limit: number; cursor?: string; ahead?: number },
  ): Promise<{ keys: number[]; nextCursor?: string; beginning?: number[] }>;
  /**
   * The best by bm25 over the 4,000 matches that were collected last, best first: those with all words as
   * they were typed before those with other forms.
   */
  ranked(words: WordMatch, filters: FindFilters, limit: number): Promise<FoundKey[]>;
  /** All posts with these words, or the `limit` that were collected last. */
  matchesOf(words: WordMatch, limit: number): WordMatches;
  /** Whether any post has these words. */
  hasAny(words: WordMatch): boolean;
  /** Those of these words that some post has as they are written. */
  existing(words: string[]): string[];
  /** Those of `keys` that have these words. */
  matchesAmong(words: WordMatch, keys: number[]): number[];
  /** @param cap counting stops there. Default: 10,001. */
  countFound(query: FindQuery, cap?: number): Promise<CappedCount>;
  /**
   * How many matches were collected after the post with this key, where posts must be looked at one by
   * one among the newest 20,000.
   * @param cap counting stops there. Default: none.
   */
  countAfter(query: FindQuery, key: number, cap?: number): CappedCount;
  /** The matches that `countAfter` counts up to the same limit, those collected last first. */
  keysAfter(query: FindQuery, key: number, limit: number): CappedKeys;
  /** The highest key of a post, 0 without posts. Later ones have higher ones, unless posts are deleted. */
  newestKey(): number;
  /** @param also the keys of posts that a find lists first, also without the words; they are counted first. */
  facets(query: FindQuery, also?: number[]): Promise<Facets>;
  /** The same of the posts with these keys alone. */
  facetsOf(keys: number[]): Facets;
  /** All that meet `filters`, and `words` when there are any. */
  keysOf(filters: FindFilters, words?: WordMatch): Promise<KeySet>;
  /**
   * Every match, newest first, for exports: a few at first, then in batches of this size. It keeps no more
   * than a batch in memory.
   * @throws PostsDeleted at the end, when some were deleted after they were found.
   */
  everyMatch(query: FindQuery, batch: number): AsyncIterable<Post[]>;
  /** In the order of `keys`; keys that are no more are left out. */
  postsOf(keys: number[]): (Post & { key: number })[];
  keyOf(source: string, id: string): number | undefined;
  /** Lists of frequent words, with which finds are faster: they are to be read while nobody waits. */
  readonly ahead: {
    /** Has the lists of the most frequent words read: it looks at 300 posts, for 15 ms. */
    begin(): void;
    /** Reads a part: up to 5 ms. @returns whether there is more to read. */
    readPart(): boolean;
    /** Called when there is something to read. */
    onWanted: () => void;
  };
}

/** Finds stored posts by meaning. */
export interface MeaningFinder {
  /** Whether there is any vector of this model. */
  hasVectors(model: string): boolean;
  /**
   * How many posts with a text wait to be embedded, among those that were collected last: up to 2,000 are
   * examined.
   */
  lacking(model: string): { missing: number; examined: number };
  /**
   * Reads what `nearest` needs into memory, in many turns of the event loop. Without it the first
   * `nearest` does so in one: 0.6 s for a million vectors.
   */
  prepare(model: string): Promise<void>;
  /**
   * The nearest posts of a model's vectors, nearest first; each post once, by its best part.
   * @param among only these, when given.
   */
  nearest(
    model: string,
    vector: Float32Array,
    options: { limit: number; among?: KeySet },
  ): NearKey[];
  /** The vectors of these posts, one for each part of a long text. */
  vectorsOf(model: string, keys: number[]): PostVector[];
  /** The stored vector of a post (of its first part), for "more like this". */
  vectorOf(model: string, key: number): Float32Array | undefined;
}
