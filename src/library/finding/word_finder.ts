import type { Database } from 'bun:sqlite';
import { z } from 'zod';
import type { FindFilters, FindQuery, WordMatch } from '../../find/query.ts';
import { statement } from '../../platform/statement.ts';
import type { Post } from '../../sources/post.ts';
import type { Facets, FoundKey, WordFinder } from '../finding.ts';
import { readCursor, writeCursor } from '../listing.ts';
import { type ReadPostRow, toPost, withNames } from '../post_row.ts';
import { type Conditions, createConditions } from './conditions.ts';
import { createFacets, MAX_IN_FACETS } from './facets.ts';
import { createKeySets, has } from './key_sets.ts';
import { createPlans, MAX_EXAMINED, type Place } from './plans.ts';
import { createQueries } from './queries.ts';
import { createRanking } from './ranking.ts';

const DEFAULT_CAP = 10_001;

/** Places that an export passes at a time. */
const PLACES = 2_000;

const cursorSchema = () => z.tuple([z.literal('found'), z.int(), z.int()]);

const BY_KEYS = `${withNames(`(
    SELECT posts.*, given.key AS place
    FROM json_each($keys) AS given CROSS JOIN posts ON posts.key = given.value
  )`)} ORDER BY posts.place`;

const PLACES_AFTER = `
  SELECT key, created_at FROM posts WHERE (created_at, key) < ($created_at, $key)
  ORDER BY created_at DESC, key DESC LIMIT ${PLACES}`;

export function createWordFinder(db: Database): WordFinder {
  const queries = createQueries(db);
  const conditionsOf = createConditions(db);
  const plans = createPlans(queries);
  const keySetOf = createKeySets(queries);
  const rank = createRanking(queries);
  const facetsOf = createFacets(queries);
  const byKeys = statement<ReadPostRow, { keys: string }>(db, BY_KEYS);
  const placesAfter = statement<Place, { created_at: number; key: number }>(db, PLACES_AFTER);
  const findKey = statement<{ key: number }, [string, string]>(
    db,
    'SELECT key FROM posts WHERE source = ? AND id = ?',
  );

  const conditionsOfQuery = ({ filters, words }: FindQuery) => conditionsOf(filters, words);

  function postsOf(keys: number[]): (Post & { key: number })[] {
    const rows = byKeys.all({ keys: JSON.stringify(keys) });
    return rows.map((row) => ({ ...toPost(row), key: row.key }));
  }

  function newest(query: FindQuery, { limit, cursor }: { limit: number; cursor?: string }) {
    const places = plans.page(conditionsOfQuery(query), limit + 1, placeOf(cursor));
    const page = places.slice(0, limit);
    const last = places.length > limit ? page.at(-1) : undefined;
    const keys = page.map(({ key }) => key);
    return last
      ? { keys, nextCursor: writeCursor(['found', last.created_at, last.key]) }
      : { keys };
  }

  function ranked(words: WordMatch, filters: FindFilters, limit: number): FoundKey[] {
    const conditions = conditionsOf(filters, words);
    if (!conditions.match || conditions.match.isExcluded || conditions.isEmpty)
      return plans.page(conditions, limit).map(({ key }) => ({ key, score: 0 }));
    const { indexed, others } = conditions;
    const isByWords = indexed.length + others.length === 0;
    return rank(conditions, limit, isByWords ? undefined : keySetOf(withoutMatch(conditions)));
  }

  function facets(query: FindQuery): Facets {
    const conditions = conditionsOfQuery(query);
    const keys = plans.some(conditions, MAX_IN_FACETS + 1);
    return facetsOf(keys.slice(0, MAX_IN_FACETS), keys.length > MAX_IN_FACETS);
  }

  /** The first batch at once; the others by a set, which takes 100 ms at a million matches. */
  function* everyMatch(query: FindQuery, batch: number): Generator<Post[]> {
    const conditions = conditionsOfQuery(query);
    const first = plans.page(conditions, batch);
    if (first.length > 0) yield postsAt(first);
    if (first.length < batch) return;
    let pending: Place[] = [];
    for (const places of placesAfterFirst(conditions, first.at(-1) as Place)) {
      pending.push(...places);
      for (; pending.length >= batch; pending = pending.slice(batch))
        yield postsAt(pending.slice(0, batch));
    }
    if (pending.length > 0) yield postsAt(pending);
  }

  function* placesAfterFirst(conditions: Conditions, last: Place): Generator<Place[]> {
    if (isEverything(conditions)) return yield* placesFrom(last);
    const matches = keySetOf(conditions);
    if (matches.size <= MAX_EXAMINED) return yield plans.page(conditions, matches.size + 1, last);
    for (const places of placesFrom(last)) yield places.filter(({ key }) => has(matches, key));
  }

  function postsAt(places: Place[]): Post[] {
    const rows = byKeys.all({ keys: JSON.stringify(places.map(({ key }) => key)) });
    return rows.map(toPost);
  }

  function* placesFrom(start: Place): Generator<Place[]> {
    let { created_at, key } = start;
    for (;;) {
      const places = placesAfter.all({ created_at, key });
      if (places.length === 0) return;
      yield places;
      ({ created_at, key } = places.at(-1) as Place);
    }
  }

  return {
    newest,
    ranked,
    countFound: (query, cap = DEFAULT_CAP) => plans.count(conditionsOfQuery(query), cap),
    facets,
    keysOf: (filters, words) => keySetOf(conditionsOf(filters, words)),
    everyMatch,
    postsOf,
    keyOf: (source, id) => findKey.get(source, id)?.key,
  };
}

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, created_at, key] = readCursor(cursorSchema(), cursor);
  return { created_at, key };
}

function withoutMatch({ match: _, ...conditions }: Conditions): Conditions {
  return conditions;
}

function isEverything({ match, indexed, others }: Conditions): boolean {
  return !match && indexed.length + others.length === 0;
}
