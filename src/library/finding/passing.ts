import type { KeySet } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { has, highestKeys } from './key_sets.ts';
import { gatherSql, type Place, walkSql } from './plan_sql.ts';
import type { Queries } from './queries.ts';

/** What a post costs, in µs: when it is gathered, and when it is passed. */
const COST = { gathered: 1.5, passed: 0.25 };

/** More are not gathered, nor passed: 15 ms. */
const MAX_GATHERED = 10_000;
const MAX_PASSED = 50_000;

/** Places that are read at a time. */
const PLACES = { least: 200, most: 4_000 };

/** How many times as many as expected are read at first: then a page is mostly full. */
const SURPLUS = 1.25;

type Columns = { keys: string; times: string };

/** A page that is listed by a set of all matches; without places when too many other posts would be passed. */
interface SetPage {
  places: Place[] | undefined;
}

/** @returns a function that lists posts newest first by the set of those that match; nothing without a set. */
export function createPassing(
  { all, one, inOneState }: Queries,
  { newestKey, setOf }: Pick<Counts, 'newestKey' | 'setOf'>,
) {
  function gather(conditions: Conditions, set: KeySet, limit: number, after?: Place): Place[] {
    const keys = JSON.stringify(highestKeys(set.bits, set.size));
    const bindings = { ...conditions.bindings, ...after, keys, limit };
    return all<Place>(gatherSql(conditions, after), bindings);
  }

  /** As two lists: as rows, they would take twice as long. */
  function read(conditions: Conditions, limit: number, after?: Place): Place[] {
    const sql = `SELECT json_group_array(key) AS keys, json_group_array(created_at) AS times
      FROM (${walkSql(conditions, after)})`;
    const columns = one<Columns>(sql, { ...conditions.bindings, ...after, limit });
    const keys = JSON.parse(columns.keys) as number[];
    const times = JSON.parse(columns.times) as number[];
    return keys.map((key, at) => ({ key, created_at: times[at] as number }));
  }

  function pass(
    conditions: Conditions,
    isFound: (key: number) => boolean,
    { limit, expected, after }: { limit: number; expected: number; after: Place | undefined },
  ): Place[] | undefined {
    const found: Place[] = [];
    let last = after;
    let width = clamp(expected * SURPLUS);
    for (let passed = 0; passed < MAX_PASSED; passed += width, width = PLACES.most) {
      const places = read(conditions, width, last);
      for (const place of places) if (isFound(place.key)) found.push(place);
      if (found.length >= limit || places.length < width) return found.slice(0, limit);
      last = places.at(-1);
    }
    return undefined;
  }

  function listed(
    conditions: Conditions,
    set: KeySet,
    limit: number,
    after?: Place,
  ): Place[] | undefined {
    const isExcluded = conditions.match?.isExcluded === true;
    const posts = Math.max(1, newestKey());
    const found = isExcluded ? Math.max(0, posts - set.size) : set.size;
    const expected = (limit * posts) / Math.max(1, found);
    const isGathered = !isExcluded && set.size * COST.gathered < expected * COST.passed;
    if (isGathered && set.size <= MAX_GATHERED) return gather(conditions, set, limit, after);
    const isFound = (key: number) => has(set, key) !== isExcluded;
    return pass(conditions, isFound, { limit, expected, after });
  }

  return (conditions: Conditions, limit: number, after?: Place): SetPage | undefined =>
    inOneState(() => {
      const set = conditions.others.length === 0 ? setOf(conditions) : undefined;
      return set && { places: listed(conditions, set, limit, after) };
    });
}

function clamp(places: number): number {
  return Math.min(Math.max(Math.ceil(places), PLACES.least), PLACES.most);
}
