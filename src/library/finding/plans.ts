import type { Conditions } from './conditions.ts';
import { type Counts, MAX_EXAMINED } from './counts.ts';
import { gatherSql, isNarrowing, MATCHES, type Place, setSql, walkSql } from './plan_sql.ts';
import type { Bindings, Queries } from './queries.ts';

/** What a walk costs for each post that it passes, and a gathering for each match, in µs. */
const COST = { passed: 0.8, gathered: 1.5 };

/**
 * - `walk`: through the posts by time, looking each up in the index of words. For frequent words: 0.6 ms
 *   for one in 730,000 of a million posts, but 820 ms for a rare one, and seconds for a prefix.
 * - `gather`: all matches, then sorted. For rare words.
 * - `set`: the keys of all matches as a set, then through the posts by time. For the rest; 90 ms for
 *   730,000 matches.
 */
type Plan = 'walk' | 'gather' | 'set';

/** How finds are answered by SQLite: which plan is fast depends on how many posts match. */
export function createPlans({ all }: Queries, counts: Counts) {
  const { newestKey, countMatches, countIndexed } = counts;

  function planOf(conditions: Conditions, limit: number): Plan {
    const { match } = conditions;
    if (!match) return 'walk';
    if (match.isExcluded) return match.hasPrefix ? 'set' : 'walk';
    const matches = countMatches(conditions, MAX_EXAMINED + 1);
    if (matches === 0) return 'gather';
    const passed = Math.min(countIndexed(conditions), (limit * newestKey()) / matches);
    if (!match.hasPrefix && passed * COST.passed < matches * COST.gathered) return 'walk';
    return matches > MAX_EXAMINED ? 'set' : 'gather';
  }

  function page(conditions: Conditions, limit: number, after?: Place): Place[] {
    if (conditions.isEmpty) return [];
    const plan = planOf(conditions, limit);
    const bindings = { ...conditions.bindings, ...after, limit };
    if (plan === 'walk') {
      const places = walk(conditions, bindings, after);
      if (places) return places;
    }
    const sql = plan === 'gather' ? gatherSql(conditions, after) : setSql(conditions, after);
    return all<Place>(sql, bindings);
  }

  /** @returns nothing when the posts passed did not fill the page: the matches are elsewhere. */
  function walk(conditions: Conditions, bindings: Bindings, after?: Place): Place[] | undefined {
    const sql = walkSql(conditions, after);
    const places = all<Place>(sql, { ...bindings, examined: MAX_EXAMINED });
    const { match } = conditions;
    const isFull = places.length === bindings.limit || !isNarrowing(conditions);
    return isFull || (match && countIndexed(conditions) <= MAX_EXAMINED) ? places : undefined;
  }

  /** The keys of so many posts, the newest or those collected last, whichever is faster. */
  function some(conditions: Conditions, limit: number): number[] {
    const { isEmpty, match, indexed, others, bindings } = conditions;
    if (isEmpty) return [];
    if (!match || match.isExcluded || indexed.length + others.length > 0)
      return page(conditions, limit).map(({ key }) => key);
    const sql = `${MATCHES} ORDER BY rowid DESC LIMIT $limit`;
    return all<{ rowid: number }>(sql, { ...bindings, limit }).map(({ rowid }) => rowid);
  }

  return { page, some };
}

export type Plans = ReturnType<typeof createPlans>;
