import type { IndexMatch } from '../../find/index.ts';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { createExamining } from './examining.ts';
import { has } from './key_sets.ts';
import { createPassing } from './passing.ts';
import { gatherSql, type Place, setSql, walkSql } from './plan_sql.ts';
import type { Bindings, Queries } from './queries.ts';

/** Of fewer matches, none is looked up. */
const MAX_RARE = 5_000;

/**
 * What a match costs, in µs: when it is gathered, and when it is in a set. Then each post passed costs,
 * too, and more when it is looked up.
 */
const COST = { gathered: 1.5, inSet: 0.15, passed: 0.06, lookedUp: 60 };

/** Posts that a walk looks up. */
const MAX_LOOKED_UP = 1_000;

/** Then a page is mostly full. */
const LOOKED_UP_AT_ONCE = 50;

/** How many times as many as expected are looked up before the matches must be elsewhere. */
const MAX_TIMES_EXPECTED = 4;

/**
 * - `walk`: through the posts by time, looking them up in an index of their own (examining.ts). For frequent
 *   words.
 * - `gather`: all matches, then sorted. For rare words.
 * - `set`: the keys of all matches as a set, then through the posts by time. For the rest; 90 ms for
 *   730,000 matches.
 */
type Plan = { way: 'gather' | 'set' } | { way: 'walk'; examined: number };

const GATHER: Plan = { way: 'gather' };
const SET: Plan = { way: 'set' };

/** @param examined so many posts are looked up at most; without a match that does not matter. */
function walked(examined: number): Plan {
  return { way: 'walk', examined: Math.min(Math.ceil(examined), MAX_LOOKED_UP) };
}

/** @returns a function that chooses a plan by how many posts match. */
function createPlanning({ newestKey, countMatches, shareOfLast }: Counts) {
  function planOf(conditions: Conditions, limit: number): Plan {
    const { match } = conditions;
    if (!match) return walked(MAX_LOOKED_UP);
    if (!match.isExcluded) {
      const matches = countMatches(conditions, MAX_RARE + 1);
      if (matches <= MAX_RARE) return isGathered(matches, limit) ? GATHER : SET;
    }
    return planOfShare(match, shareOfLast(conditions), limit);
  }

  /** By the share of posts with the words: a walk looks up the fewer posts the more of them are found. */
  function planOfShare({ isExcluded }: IndexMatch, share: number, limit: number): Plan {
    const lookedUp = limit / (isExcluded ? 1 - share : share);
    const isWalked = lookedUp * COST.lookedUp < share * newestKey() * COST.inSet;
    return isWalked ? walked(lookedUp * MAX_TIMES_EXPECTED) : SET;
  }

  function isGathered(matches: number, limit: number): boolean {
    const passed = Math.min(1, limit / matches) * newestKey();
    return matches * (COST.gathered - COST.inSet) <= passed * COST.passed;
  }

  return planOf;
}

/** @returns a function that looks posts up until so many match. */
function createMatching(queries: Queries, { setOf }: Pick<Counts, 'setOf'>) {
  const matchedAmong = createExamining(queries);
  return function matching(
    passed: Place[],
    conditions: Conditions,
    match: IndexMatch,
    limit: number,
  ): Place[] {
    const set = setOf(conditions);
    if (set) return passed.filter(({ key }) => has(set, key) !== match.isExcluded).slice(0, limit);
    const places: Place[] = [];
    for (
      let start = 0;
      start < passed.length && places.length < limit;
      start += LOOKED_UP_AT_ONCE
    ) {
      const some = passed.slice(start, start + LOOKED_UP_AT_ONCE);
      const keys = some.map(({ key }) => key);
      const matched = matchedAmong(match.expression, keys);
      places.push(...some.filter(({ key }) => matched.has(key) !== match.isExcluded));
    }
    return places.slice(0, limit);
  };
}

/** @returns a function that sorts matches that are listed, because they are few. */
function createGathering({ all }: Queries, { newestMatches }: Pick<Counts, 'newestMatches'>) {
  return function gather(conditions: Conditions, bindings: Bindings, after?: Place): Place[] {
    const keys = JSON.stringify(newestMatches(conditions, MAX_RARE));
    return all<Place>(gatherSql(conditions, after), { ...bindings, keys });
  };
}

/** How finds are answered by SQLite: which plan is fast depends on how many posts match. */
export function createPlans(queries: Queries, counts: Counts) {
  const { all } = queries;
  const { countIndexed } = counts;
  const planOf = createPlanning(counts);
  const matching = createMatching(queries, counts);
  const gather = createGathering(queries, counts);
  const listedBySet = createPassing(queries, counts);

  function page(conditions: Conditions, limit: number, after?: Place): Place[] {
    if (conditions.isEmpty) return [];
    const plan = planOf(conditions, limit);
    const bindings = { ...conditions.bindings, ...after, limit };
    if (plan.way === 'walk') {
      const places = walk(conditions, { ...bindings, examined: plan.examined }, after);
      if (places) return places;
    }
    if (plan.way === 'gather') return gather(conditions, bindings, after);
    return all<Place>(setSql(conditions, after), bindings);
  }

  /** The same, unless all matches would have to be read, or all posts: then nothing. */
  function quickPage(conditions: Conditions, limit: number, after?: Place): Place[] | undefined {
    const { isEmpty, match, indexed, others } = conditions;
    if (isEmpty) return [];
    if (!match && others.length === 0) return page(conditions, limit, after);
    const listed = listedBySet(conditions, limit, after);
    if (listed) return listed.places;
    if (excludesFew(conditions, counts))
      return all<Place>(setSql(conditions, after), { ...conditions.bindings, ...after, limit });
    const plan = planOf(conditions, limit);
    const bindings = { ...conditions.bindings, ...after, limit };
    if (plan.way === 'gather') return gather(conditions, bindings, after);
    if (plan.way === 'walk') {
      const places = walk(conditions, { ...bindings, examined: plan.examined }, after);
      // All that begin so are merged as a whole in any case.
      if (places || !match?.hasPrefix) return places;
    }
    const isByWords = match && !match.isExcluded && indexed.length + others.length === 0;
    return isByWords ? all<Place>(setSql(conditions, after), bindings) : undefined;
  }

  /** @returns nothing when the posts passed did not fill the page: the matches are elsewhere. */
  function walk(conditions: Conditions, bindings: Bindings, after?: Place): Place[] | undefined {
    const { match, indexed, others } = conditions;
    const limit = Number(match ? bindings.examined : bindings.limit);
    const passed = all<Place>(walkSql(conditions, after), { ...bindings, limit });
    const places = match ? matching(passed, conditions, match, Number(bindings.limit)) : passed;
    const isFull = places.length === bindings.limit || (!match && others.length === 0);
    return isFull || (indexed.length > 0 && countIndexed(conditions) <= Number(bindings.examined))
      ? places
      : undefined;
  }

  return { page, quickPage };
}

/** Then few posts are passed over until a page is full. */
function excludesFew(
  conditions: Conditions,
  { countMatches }: Pick<Counts, 'countMatches'>,
): boolean {
  const { match, indexed, others } = conditions;
  if (!match?.isExcluded || match.hasPrefix || indexed.length + others.length > 0) return false;
  return countMatches(conditions, MAX_RARE + 1) <= MAX_RARE;
}

export type Plans = ReturnType<typeof createPlans>;
