import type { FindFilters, WordMatch } from '../../find/query.ts';
import type { WordMatches } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
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
  { all }: Queries,
  {
    newestKey,
    newestMatches,
    shareOfLast,
  }: Pick<Counts, 'newestKey' | 'newestMatches' | 'shareOfLast'>,
  conditionsOf: (filters: FindFilters, words: WordMatch) => Conditions,
) {
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
        return match && all(`${MATCHES} LIMIT 1`, bindings).length > 0;
      });
    },
    matchesAmong(words: WordMatch, keys: number[]): number[] {
      const { match, bindings } = conditionsOf(NO_FILTERS, words);
      if (!match || match.isExcluded || keys.length === 0) return [];
      const sql = `${MATCHES} AND rowid IN (SELECT value FROM json_each($keys))`;
      return all<{ rowid: number }>(sql, { ...bindings, keys: JSON.stringify(keys) }).map(
        ({ rowid }) => rowid,
      );
    },
  };
}
