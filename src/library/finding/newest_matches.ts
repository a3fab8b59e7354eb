import type { Conditions } from './conditions.ts';
import { createKeptAnswers } from './kept.ts';
import type { Queries } from './queries.ts';

/** As many as a find counts. For a word that many posts have: 2 ms, for two words that some posts have together, 10. */
export const MAX_LISTED = 10_001;

/** As many as are ranked. */
export const MAX_RANKED = 5_000;

/** Shorter lists are read by themselves. */
const MAX_SHORT = 1_000;

const KEYS = `
  SELECT json_group_array(rowid) AS keys FROM (
    SELECT rowid FROM post_words WHERE post_words MATCH $listed ORDER BY rowid DESC LIMIT $limit)`;

/**
 * @returns a function that lists the keys of the matches that were collected last, descending, by their words alone.
 * What a find counts, ranks and groups are parts of one list, which is read once until the database changes.
 */
export function createNewestMatches(queries: Queries) {
  const longLists = createKeptAnswers<number[]>(queries);
  const lists = createKeptAnswers<number[]>(queries);

  function read({ bindings }: Conditions, limit: number): number[] {
    const { keys } = queries.one<{ keys: string }>(KEYS, { ...bindings, limit });
    return JSON.parse(keys) as number[];
  }

  /** @param limit up to 10,001. */
  return function newestMatches(conditions: Conditions, limit: number): number[] {
    const { bindings, match } = conditions;
    if (limit <= MAX_SHORT && !match?.hasPrefix) return read(conditions, limit);
    const isLong = limit > MAX_RANKED || match?.hasPrefix === true;
    const name = bindings.listed as string;
    const known = longLists.get(name) ?? (isLong ? undefined : lists.get(name));
    const keys = known ?? read(conditions, isLong ? MAX_LISTED : MAX_RANKED);
    const kept = isLong ? longLists : lists;
    if (!known) kept.set(name, keys, kept.version());
    return keys.slice(0, Math.min(limit, MAX_LISTED));
  };
}

export type NewestMatches = ReturnType<typeof createNewestMatches>;
