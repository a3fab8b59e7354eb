import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { gatherSql, MATCHES, type Place, setSql, walkSql } from './plan_sql.ts';
import type { Bindings, Queries } from './queries.ts';

/** Of more matches, a walk soon finds enough. */
const MAX_RARE = 5_000;

/**
 * What a match costs, in µs: when it is gathered, and when it is in a set. Then each post passed costs,
 * too.
 */
const COST = { gathered: 1.5, inSet: 0.15, passed: 0.06 };

/** Posts that a walk looks up, at 20 to 150 µs each for a frequent word. */
const MAX_LOOKED_UP = 1_000;

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
    const matches = countMatches(conditions, MAX_RARE + 1);
    if (matches <= MAX_RARE) return isGathered(matches, limit) ? 'gather' : 'set';
    return match.hasPrefix || limit > MAX_LOOKED_UP / 2 ? 'set' : 'walk';
  }

  function isGathered(matches: number, limit: number): boolean {
    const passed = Math.min(1, limit / matches) * newestKey();
    return matches * (COST.gathered - COST.inSet) <= passed * COST.passed;
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
    const places = all<Place>(sql, { ...bindings, examined: MAX_LOOKED_UP });
    const { match, indexed } = conditions;
    const isFull = places.length === bindings.limit || !match;
    return isFull || (indexed.length > 0 && countIndexed(conditions) <= MAX_LOOKED_UP)
      ? places
      : undefined;
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
