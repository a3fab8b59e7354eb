import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KeySet } from '../finding.ts';
import type { Collecting } from './collecting.ts';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { createKeptAnswers, keptOr } from './kept.ts';
import { has, keySetOf } from './key_sets.ts';
import type { Place } from './plan_sql.ts';
import type { Plans } from './plans.ts';
import type { Queries } from './queries.ts';

/** Places that are passed in one turn of the event loop. */
const PLACES = 2_000;

/** Fewer posts are read and sorted; of more, a page is soon full when places are passed by time. */
const MAX_SORTED = 20_000;

const PLACES_AFTER = `
  SELECT key, created_at FROM posts WHERE (created_at, key) < ($created_at, $key)
  ORDER BY created_at DESC, key DESC LIMIT ${PLACES}`;

const PLACES_OF = `
  SELECT posts.key, created_at FROM json_each($keys) AS given CROSS JOIN posts ON posts.key = given.value`;

const LAST: Place = { created_at: Number.MAX_SAFE_INTEGER, key: Number.MAX_SAFE_INTEGER };

interface Passing {
  /** So many were passed already. */
  passed: number;
  /** Called with how many posts were deleted after they were found, and before they were passed. */
  onMissing(count: number): void;
}

/** Reads where posts stand in the order of time. */
function createPlaces(queries: Queries) {
  async function* allPlaces(after: Place): AsyncGenerator<Place[]> {
    for (let last: Place | undefined = after; last; ) {
      const places: Place[] = queries.all<Place>(PLACES_AFTER, { ...last });
      if (places.length > 0) yield places;
      last = places.length === PLACES ? places.at(-1) : undefined;
      await nextTurn();
    }
  }

  async function* sortedPlaces(
    keys: number[],
    after: Place,
    onMissing: Passing['onMissing'] = () => {},
  ): AsyncGenerator<Place[]> {
    const places: Place[] = [];
    for (let start = 0; start < keys.length; start += PLACES) {
      const part = JSON.stringify(keys.slice(start, start + PLACES));
      places.push(...queries.all<Place>(PLACES_OF, { keys: part }));
      await nextTurn();
    }
    onMissing(keys.length - places.length);
    yield places.filter((place) => isAfter(place, after)).sort(newestFirst);
  }

  return { allPlaces, sortedPlaces };
}

/** Lists posts newest first. */
export function createByTime(
  queries: Queries,
  plans: Plans,
  collected: Collecting,
  counts: Pick<Counts, 'setOf'>,
) {
  const kept = createKeptAnswers<KeySet>(queries);
  const { allPlaces, sortedPlaces } = createPlaces(queries);

  /** All that meet conditions. */
  async function setOf(conditions: Conditions): Promise<KeySet> {
    const isByWords = !conditions.isEmpty && isByWordsAlone(conditions);
    const set = isByWords ? counts.setOf(conditions) : undefined;
    if (set) return set;
    return keptOr(kept, conditions, async () => {
      const { keys } = await collected(conditions, { limit: Number.POSITIVE_INFINITY });
      return keySetOf(keys);
    });
  }

  /** Every post that meets conditions, from a place on. */
  async function* places(
    conditions: Conditions,
    after: Place = LAST,
    { passed = 0, onMissing }: Partial<Passing> = {},
  ): AsyncGenerator<Place[]> {
    if (conditions.isEmpty) return;
    if (isEverything(conditions)) return yield* allPlaces(after);
    const some = await collected(conditions, { limit: MAX_SORTED + 1 });
    if (some.isComplete) return yield* sortedPlaces(some.keys, after, onMissing);
    const set = await setOf(conditions);
    let missing = set.size - passed;
    for await (const all of allPlaces(after)) {
      const found = all.filter(({ key }) => has(set, key));
      missing -= found.length;
      yield found;
    }
    onMissing?.(missing);
  }

  async function newest(conditions: Conditions, limit: number, after?: Place): Promise<Place[]> {
    const quick = plans.quickPage(conditions, limit, after);
    if (quick) return quick;
    const page: Place[] = [];
    for await (const some of places(conditions, after)) {
      page.push(...some);
      if (page.length >= limit) break;
    }
    return page.slice(0, limit);
  }

  return { setOf, places, newest };
}

export type ByTime = ReturnType<typeof createByTime>;

const isAfter = (place: Place, { created_at, key }: Place) =>
  place.created_at < created_at || (place.created_at === created_at && place.key < key);

const newestFirst = (a: Place, b: Place) => b.created_at - a.created_at || b.key - a.key;

function isByWordsAlone({ match, indexed, others }: Conditions): boolean {
  return match?.isExcluded === false && indexed.length + others.length === 0;
}

function isEverything({ match, indexed, others }: Conditions): boolean {
  return !match && indexed.length + others.length === 0;
}
