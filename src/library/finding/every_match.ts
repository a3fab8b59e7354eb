import type { Database } from 'bun:sqlite';
import { statement } from '../../platform/statement.ts';
import type { KeySet } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import { MAX_EXAMINED } from './counts.ts';
import { has } from './key_sets.ts';
import type { Place } from './plan_sql.ts';
import type { Plans } from './plans.ts';

/** So many matches are found at once, by looking few posts up: an export of a frequent word begins soon. */
const FIRST = 20;

/** Places that are passed at a time. */
const PLACES = 2_000;

const PLACES_AFTER = `
  SELECT key, created_at FROM posts WHERE (created_at, key) < ($created_at, $key)
  ORDER BY created_at DESC, key DESC LIMIT ${PLACES}`;

/** @returns a function that goes through all that meet conditions, newest first, in batches of keys. */
export function createEveryMatch(
  db: Database,
  plans: Plans,
  keySetOf: (conditions: Conditions) => KeySet,
) {
  const after = statement<Place, { created_at: number; key: number }>(db, PLACES_AFTER);

  function* placesFrom(start: Place): Generator<Place[]> {
    let { created_at, key } = start;
    for (;;) {
      const places = after.all({ created_at, key });
      if (places.length === 0) return;
      yield places;
      ({ created_at, key } = places.at(-1) as Place);
    }
  }

  function* placesAfterFirst(conditions: Conditions, last: Place): Generator<Place[]> {
    if (isEverything(conditions)) return yield* placesFrom(last);
    const matches = keySetOf(conditions);
    if (matches.size <= MAX_EXAMINED) return yield plans.page(conditions, matches.size + 1, last);
    for (const places of placesFrom(last)) yield places.filter(({ key }) => has(matches, key));
  }

  /** The first few at once; the others by a set, which takes 100 ms at a million matches. */
  return function* everyMatch(conditions: Conditions, batch: number): Generator<number[]> {
    const few = Math.min(FIRST, batch);
    const first = plans.page(conditions, few);
    if (first.length > 0) yield keysOf(first);
    if (first.length < few) return;
    let pending: Place[] = [];
    for (const places of placesAfterFirst(conditions, first.at(-1) as Place)) {
      pending.push(...places);
      for (; pending.length >= batch; pending = pending.slice(batch))
        yield keysOf(pending.slice(0, batch));
    }
    if (pending.length > 0) yield keysOf(pending);
  };
}

const keysOf = (places: Place[]) => places.map(({ key }) => key);

function isEverything({ match, indexed, others }: Conditions): boolean {
  return !match && indexed.length + others.length === 0;
}
