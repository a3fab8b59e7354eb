import type { MatchTerm, MatchTree } from '../../find/index.ts';
import type { KeySet } from '../finding.ts';
import { createExamining } from './examining.ts';
import { addKey, countKeys, emptyBits, removeKey } from './key_sets.ts';
import { LIST_LIMITS, type ListLimits } from './list_limits.ts';
import {
  createPostChanges,
  type Position,
  type PostChanges,
  type PresentPosition,
} from './post_changes.ts';
import { createReading, type PostingReading } from './posting_reading.ts';
import type { Queries } from './queries.ts';
import { createReadingAhead, type Posting, type ReadingAhead } from './reading_ahead.ts';

/** A list that lacks more new posts is read anew. */
const MAX_ADDED = 100_000;

/** A post takes 0.06 ms, when it is looked up by itself. */
const MAX_EXAMINED = 2_000;

/** So few new posts are looked up, too: in the index of all, each term takes 0.4 ms after a change. */
const FEW = 20;

/** There are none where not even so many fit into memory: beyond 32 million posts. */
const LEAST_LISTS = 4;

/** More memory is taken than is needed, so that it is not taken for each post: a sixteenth. */
const SPARE_SHIFT = 4;

/** Which posts match, by lists in memory that follow what this process and others commit. */
export interface Postings {
  /**
   * All that match. Undefined while a list has to be read in the background, where the caller may roll back what it sees,
   * and in a small library.
   */
  matching(tree: MatchTree): KeySet | undefined;
  /** Whether the lists of all terms are in memory. */
  hasAll(tree: MatchTree): boolean;
  /** Lists that are read in the background. */
  readonly ahead: ReadingAhead;
}

/** @returns a function that brings a list up to date; false when it is better read anew. */
function createFollowing(queries: Queries, changes: PostChanges, reading: PostingReading) {
  const examine = createExamining(queries);

  return function follow(posting: Posting, term: MatchTerm, present: PresentPosition) {
    const { at } = posting;
    const changed = changes.since(at, present);
    if (!changed || present.newest - at.newest > MAX_ADDED) return false;
    // For a prefix, the lists of all words that begin so would be merged.
    const isEach = term.isPrefix || present.newest - at.newest <= FEW;
    const added = isEach ? keysBetween(at.newest, present.newest) : [];
    if (changed.length + added.length > MAX_EXAMINED) return false;
    if (posting.bits.length * 32 <= present.newest) posting.bits = grown(posting.bits, present);
    const { bits } = posting;
    for (const key of changed) removeKey(bits, key);
    const examined = [...changed, ...added];
    if (examined.length > 0) for (const key of examine(term.term, examined)) addKey(bits, key);
    if (!isEach)
      for (const key of reading.between(term.term, at.newest, present.newest)) addKey(bits, key);
    posting.at = present;
    return true;
  };
}

function keysBetween(after: number, to: number): number[] {
  const count = Math.min(Math.max(0, to - after), MAX_EXAMINED + 1);
  return Array.from({ length: count }, (_, i) => after + 1 + i);
}

function grown(bits: Uint32Array, { newest }: Position): Uint32Array {
  const larger = emptyBits(newest + (newest >>> SPARE_SHIFT));
  larger.set(bits);
  return larger;
}

/** The lists that were used last. */
function createShelf(maxBytes: number) {
  const postings = new Map<string, Posting>();

  function trim(): void {
    let bytes = 0;
    for (const [name, { bits }] of [...postings].reverse()) {
      bytes += bits.byteLength;
      if (bytes > maxBytes) postings.delete(name);
    }
  }

  return {
    get: (name: string) => postings.get(name),
    remove: (name: string) => postings.delete(name),
    put(name: string, posting: Posting): void {
      postings.delete(name);
      postings.set(name, posting);
      trim();
    },
  };
}

/** @returns the lists of a database, empty at first. */
export function createPostings(queries: Queries, limits: ListLimits = LIST_LIMITS): Postings {
  const changes = createPostChanges(queries);
  const reading = createReading(queries, limits);
  const follow = createFollowing(queries, changes, reading);
  const shelf = createShelf(limits.bytes);
  const ahead = createReadingAhead(queries, changes, reading, shelf.put, limits);

  function postingOf(term: MatchTerm, present: PresentPosition): Posting | undefined {
    const known = shelf.get(term.term);
    if (known && follow(known, term, present)) {
      shelf.put(term.term, known);
      return known;
    }
    shelf.remove(term.term);
    const keys = reading.atOnce(term);
    if (!keys) {
      ahead.want(term);
      return undefined;
    }
    const bits = emptyBits(present.newest + (present.newest >>> SPARE_SHIFT));
    for (const key of keys) addKey(bits, key);
    const posting = { bits, at: present };
    shelf.put(term.term, posting);
    return posting;
  }

  function bitsOf(tree: MatchTree, present: PresentPosition): Uint32Array | undefined {
    const length = (present.newest >>> 5) + 1;
    if ('term' in tree) return postingOf(tree, present)?.bits.slice(0, length);
    const parts = tree.parts.map((part) => bitsOf(part, present));
    return parts.every((part) => part !== undefined) ? joined(tree.operator, parts) : undefined;
  }

  /** Where few lists fit into memory, they would be read again and again. */
  const isOffered = ({ newest }: Position) =>
    newest >= limits.leastPosts && (newest >>> 3) * LEAST_LISTS <= limits.bytes;

  return {
    matching(tree) {
      if (queries.isUncommitted() || termsOf(tree).some(ahead.isWanted)) return undefined;
      return queries.inOneState(() => {
        const present = changes.present();
        const bits = isOffered(present) ? bitsOf(tree, present) : undefined;
        return bits && { bits, size: countKeys(bits) };
      });
    },
    hasAll: (tree) => termsOf(tree).every(({ term }) => shelf.get(term)),
    ahead,
  };
}

/** @param parts of equal length; the first one is changed. */
function joined(operator: 'AND' | 'OR' | 'NOT', parts: Uint32Array[]): Uint32Array {
  const [all, ...others] = parts as [Uint32Array, ...Uint32Array[]];
  for (const bits of others) JOIN[operator](all, bits);
  return all;
}

const JOIN = {
  AND(all: Uint32Array, bits: Uint32Array) {
    for (let i = 0; i < all.length; i++) all[i] = (all[i] as number) & (bits[i] as number);
  },
  OR(all: Uint32Array, bits: Uint32Array) {
    for (let i = 0; i < all.length; i++) all[i] = (all[i] as number) | (bits[i] as number);
  },
  NOT(all: Uint32Array, bits: Uint32Array) {
    for (let i = 0; i < all.length; i++) all[i] = (all[i] as number) & ~(bits[i] as number);
  },
};

function termsOf(tree: MatchTree): MatchTerm[] {
  return 'term' in tree ? [tree] : tree.parts.flatMap(termsOf);
}
