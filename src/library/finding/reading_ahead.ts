import type { MatchTerm } from '../../find/index.ts';
import { createFrequentTerms } from './frequent_terms.ts';
import { addKey, emptyBits } from './key_sets.ts';
import type { ListLimits } from './list_limits.ts';
import type { Position, PostChanges } from './post_changes.ts';
import type { PostingReading } from './posting_reading.ts';
import type { Queries } from './queries.ts';

/** A part of a prefix has so many times fewer keys: up to 64 lists are merged for it. */
const PREFIX_SHARE = 10;

/** The keys of all posts that match a term. */
export interface Posting {
  bits: Uint32Array;
  /** Up to where it is complete. */
  at: Position;
}

/** Reads the lists of frequent words in parts, while nobody waits for them. */
export interface ReadingAhead {
  /** Has those of the most frequent words and facts read. */
  begin(): void;
  want(term: MatchTerm): void;
  isWanted(term: MatchTerm): boolean;
  /** Reads the next part. @returns whether there is more to read. */
  readPart(): boolean;
  /** Called when there is something to read. */
  onWanted: () => void;
}

/** @param keep is given each list that is complete. */
export function createReadingAhead(
  queries: Queries,
  changes: PostChanges,
  reading: PostingReading,
  keep: (name: string, posting: Posting) => void,
  limits: ListLimits,
): ReadingAhead {
  const wanted = new Map<string, MatchTerm>();
  let begun: ReturnType<typeof begin> | undefined;

  /** The words that begin so are those of the posts up to this position. */
  function begin(term: MatchTerm) {
    return queries.inOneState(() => {
      const at = changes.present();
      const posting: Posting = { bits: emptyBits(at.newest), at };
      return { term, expression: reading.expressionOf(term), posting, to: 0 };
    });
  }

  const frequentTerms = createFrequentTerms(queries, limits);

  return {
    begin() {
      for (const term of frequentTerms()) wanted.set(term.term, term);
      this.onWanted();
    },
    want(term) {
      wanted.set(term.term, term);
      this.onWanted();
    },
    isWanted: ({ term }) => wanted.has(term),
    readPart() {
      if (queries.isUncommitted()) return wanted.size > 0;
      const [next] = wanted.values();
      if (!next) return false;
      begun ??= begin(next);
      const { term, expression, posting, to: after } = begun;
      const keys = term.isPrefix ? limits.part / PREFIX_SHARE : limits.part;
      begun.to = Math.min(after + Math.ceil(keys), posting.at.newest);
      for (const key of reading.between(expression, after, begun.to)) addKey(posting.bits, key);
      if (begun.to < posting.at.newest) return true;
      // What was changed meanwhile is told by the position where it began.
      keep(term.term, posting);
      wanted.delete(term.term);
      begun = undefined;
      return wanted.size > 0;
    },
    onWanted: () => {},
  };
}
