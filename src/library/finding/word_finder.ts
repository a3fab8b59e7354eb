import type { Database } from 'bun:sqlite';
import type { FindQuery } from '../../find/query.ts';
import { statement } from '../../platform/statement.ts';
import type { Post } from '../../sources/post.ts';
import type { FoundKey, KeySet, WordFinder } from '../finding.ts';
import { readCursor, writeCursor } from '../listing.ts';
import { toPost } from '../post_row.ts';
import { type Conditions, createConditions } from './conditions.ts';
import { createCountAfter, createCounts, MAX_EXAMINED } from './counts.ts';
import { createEveryMatch } from './every_match.ts';
import { createFacets } from './facets.ts';
import { createKept } from './kept.ts';
import { createKeySets } from './key_sets.ts';
import { createMatches } from './matches.ts';
import type { Place } from './plan_sql.ts';
import { createPlans, type Plans } from './plans.ts';
import { createPostsByKeys } from './posts_by_keys.ts';
import { createQueries, type Queries } from './queries.ts';
import { createRanking } from './ranking.ts';

const DEFAULT_CAP = 10_001;

export function createWordFinder(db: Database): WordFinder {
  const queries = createQueries(db);
  const conditionsOf = createConditions(db);
  const counts = createCounts(queries);
  const countAfter = createCountAfter(queries, counts);
  const plans = createPlans(queries, counts);
  const keySetOf = createKeySets(queries, counts);
  const everyMatch = createEveryMatch(db, plans, keySetOf);
  const rankedOf = createRanked(queries, plans, keySetOf);
  const facetsOf = createFacets(queries, plans);
  const byKeys = createPostsByKeys(db);
  const findKey = statement<{ key: number }, [string, string]>(
    db,
    'SELECT key FROM posts WHERE source = ? AND id = ?',
  );

  const conditionsOfQuery = ({ filters, words }: FindQuery) => conditionsOf(filters, words);

  function postsOf(keys: number[]): (Post & { key: number })[] {
    return byKeys(keys).map((row) => ({ ...toPost(row), key: row.key }));
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

  return {
    newest,
    ranked: (words, filters, limit) => rankedOf(conditionsOf(filters, words), limit),
    ...createMatches(queries, counts, conditionsOf),
    countFound: (query, cap = DEFAULT_CAP) => counts.countFound(conditionsOfQuery(query), cap),
    countAfter: (query, key, cap = MAX_EXAMINED + 1) =>
      countAfter(conditionsOfQuery(query), key, cap),
    newestKey: counts.newestKey,
    facets: (query) => facetsOf(conditionsOfQuery(query)),
    keysOf: (filters, words) => keySetOf(conditionsOf(filters, words)),
    *everyMatch(query, batch) {
      for (const keys of everyMatch(conditionsOfQuery(query), batch))
        yield byKeys(keys).map(toPost);
    },
    postsOf,
    keyOf: (source, id) => findKey.get(source, id)?.key,
  };
}

/** The best matches; of what cannot be ranked, the newest. */
function createRanked(
  queries: Queries,
  plans: Plans,
  keySetOf: (conditions: Conditions) => KeySet,
) {
  const rank = createRanking(queries);
  const kept = createKept<FoundKey[]>(queries);
  return function ranked(conditions: Conditions, limit: number): FoundKey[] {
    if (!conditions.match || conditions.match.isExcluded || conditions.isEmpty)
      return plans.page(conditions, limit).map(({ key }) => ({ key, score: 0 }));
    const { indexed, others } = conditions;
    const isByWords = indexed.length + others.length === 0;
    return kept(JSON.stringify([conditions, limit]), () =>
      rank(conditions, limit, isByWords ? undefined : keySetOf(withoutMatch(conditions))),
    );
  };
}

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [created_at, key] = readCursor(cursor, 'found', 'integer', 'integer');
  return { created_at, key };
}

function withoutMatch({ match: _, ...conditions }: Conditions): Conditions {
  return conditions;
}
