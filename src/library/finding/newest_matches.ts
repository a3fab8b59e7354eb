import type { Conditions } from './conditions.ts';
import { createKeptAnswers } from './kept.ts';
import { highestKeys } from './key_sets.ts';
import { type MatchSets, noSets } from './match_sets.ts';
import type { Queries } from './queries.ts';

/** As many as a find counts. For a word that many posts have: 2 ms, for two words that some posts have together, 10. */
export const MAX_LISTED = 10_001;

/** As many as are ranked. */
export const MAX_RANKED = 4_000;

/** Shorter lists are not kept. */
const MIN_KEPT = 100;

/** A list that is kept has one of these sizes, or all matches. */
const SIZES = [1_000, MAX_RANKED, MAX_LISTED];

const KEYS = `
  SELECT json_group_array(rowid) AS keys FROM (
    SELECT rowid FROM post_words WHERE post_words MATCH $listed ORDER BY rowid DESC LIMIT $limit)`;

/**
 * @returns a function that lists the keys of the matches that were collected last, descending, by their words alone.
 * What a find counts, ranks and groups are parts of one list, which is read once until the database changes.
 */
export function createNewestMatches(queries: Queries, setOf: MatchSets = noSets) {
  const kept = createKeptAnswers<{ keys: number[]; size: number }>(queries);

  function read({ bindings, listed }: Conditions, limit: number): number[] {
    const { keys } = queries.one<{ keys: string }>(KEYS, { ...bindings, listed: listed(), limit });
    return JSON.parse(keys) as number[];
  }

  /** @param limit up to 10,001. */
  return function newestMatches(conditions: Conditions, limit: number): number[] {
    const { match } = conditions;
    const name = match?.expression ?? '';
    const known = kept.get(name);
    if (known && (known.keys.length < known.size || known.size >= limit))
      return known.keys.slice(0, limit);
    if (limit < MIN_KEPT && !match?.hasPrefix) {
      const set = setOf(conditions, { isKnown: true });
      return set ? highestKeys(set.bits, limit) : read(conditions, limit);
    }
    const version = kept.version();
    const set = setOf(conditions);
    const size = set || match?.hasPrefix ? MAX_LISTED : sizeFor(limit);
    const keys = set ? highestKeys(set.bits, size) : read(conditions, size);
    kept.set(name, { keys, size }, version);
    return keys.slice(0, limit);
  };
}

const sizeFor = (limit: number) => SIZES.find((size) => size >= limit) ?? MAX_LISTED;

export type NewestMatches = ReturnType<typeof createNewestMatches>;
