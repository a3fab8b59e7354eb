import type { Conditions } from './conditions.ts';
import { createKept } from './kept.ts';
import type { Queries } from './queries.ts';

/** As many as a find counts. For a word that many posts have: 2 ms. */
export const MAX_LISTED = 10_001;

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
  const kept = createKept<number[]>(queries);

  function read({ bindings }: Conditions, limit: number): number[] {
    const { keys } = queries.one<{ keys: string }>(KEYS, { ...bindings, limit });
    return JSON.parse(keys) as number[];
  }

  /** @param limit up to 10,001. */
  return function newestMatches(conditions: Conditions, limit: number): number[] {
    const { bindings, match } = conditions;
    if (limit <= MAX_SHORT && !match?.hasPrefix) return read(conditions, limit);
    const keys = kept(bindings.listed as string, () => read(conditions, MAX_LISTED));
    return keys.slice(0, Math.min(limit, MAX_LISTED));
  };
}

export type NewestMatches = ReturnType<typeof createNewestMatches>;
