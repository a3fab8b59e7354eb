import type { FindFilters, WordMatch } from '../../find/query.ts';
import type { WordMatches } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { createExamining } from './examining.ts';
import { has } from './key_sets.ts';
import { MAX_LISTED } from './newest_matches.ts';
import { MATCHES } from './plan_sql.ts';
import type { Queries } from './queries.ts';

const NO_FILTERS: FindFilters = {
  authors: [],
  notAuthors: [],
  sources: [],
  languages: [],
  kinds: [],
  has: [],
};

/** Finds which posts have certain words, without reading the posts. */
export function createMatches(
  queries: Queries,
  {
    newestKey,
    newestMatches,
    setOf,
    shareOfLast,
  }: Pick<Counts, 'newestKey' | 'newestMatches' | 'setOf' | 'shareOfLast'>,
  conditionsOf: (filters: FindFilters, words: WordMatch) => Conditions,
) {
  const matchedAmong = createExamining(queries);
  return {
    matchesOf(words: WordMatch, limit: number): WordMatches {
      const conditions = conditionsOf(NO_FILTERS, words);
      const { match } = conditions;
      if (!match || match.isExcluded) return { keys: [], count: match ? newestKey() : 0 };
      const some = newestMatches(conditions, limit + 1);
      if (some.length <= limit) return { keys: some, count: some.length };
      const keys = some.slice(0, limit);
      const estimate = Math.round(shareOfLast(conditions) * newestKey());
      return { keys, count: Math.max(limit + 1, estimate) };
    },
    hasAny(words: WordMatch): boolean {
      const conditions = conditionsOf(NO_FILTERS, words);
      const { match } = conditions;
      return match !== undefined && !match.isExcluded && newestMatches(conditions, 1).length > 0;
    },
    existing(words: string[]): string[] {
      return words.filter((word) => {
        const { match, bindings } = conditionsOf(NO_FILTERS, { word, isExact: true });
        return match && queries.all(`${MATCHES} LIMIT 1`, bindings).length > 0;
      });
    },
    matchesAmong(words: WordMatch, keys: number[]): number[] {
      const conditions = conditionsOf(NO_FILTERS, words);
      const { match } = conditions;
      if (!match || match.isExcluded || keys.length === 0) return [];
      const set = setOf(conditions);
      if (set) return keys.filter((key) => has(set, key));
      const newest = newestMatches(conditions, MAX_LISTED);
      const oldest = newest.length < MAX_LISTED ? 0 : (newest.at(-1) ?? 0);
      const older = keys.filter((key) => key < oldest);
      const matched = older.length === 0 ? [] : matchedAmong(match.expression, older);
      const isMatch = new Set([...newest, ...matched]);
      return keys.filter((key) => isMatch.has(key));
    },
  };
}
