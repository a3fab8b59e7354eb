import type { Database } from 'bun:sqlite';
import type { FindQuery } from '../../find/query.ts';
import { statement } from '../../platform/statement.ts';
import type { Post } from '../../sources/post.ts';
import type { CappedCount, WordFinder } from '../finding.ts';
import { readCursor, writeCursor } from '../listing.ts';
import { toPost } from '../post_row.ts';
import { PostsDeleted } from '../posts_deleted.ts';
import { type ByTime, createByTime } from './by_time.ts';
import { type Collecting, createCollecting } from './collecting.ts';
import { type Conditions, createConditions } from './conditions.ts';
import { type Counts, createCounts, createMatchesAfter, MAX_EXAMINED } from './counts.ts';
import { createEveryMatch } from './every_match.ts';
import { createFacets } from './facets.ts';
import { createKeptAnswers, keptOr } from './kept.ts';
import { LIST_LIMITS, type ListLimits } from './list_limits.ts';
import { createMatchSets } from './match_sets.ts';
import { createMatches } from './matches.ts';
import type { Place } from './plan_sql.ts';
import { createPlans } from './plans.ts';
import { createPostings } from './postings.ts';
import { createPostsByKeys } from './posts_by_keys.ts';
import { createQueries, type Queries } from './queries.ts';
import { createRanking } from './ranking.ts';

const DEFAULT_CAP = 10_001;

export function createWordFinder(db: Database, limits: ListLimits = LIST_LIMITS): WordFinder {
  const queries = createQueries(db);
  const conditionsOf = createConditions(db);
  const postings = createPostings(queries, limits);
  const counts = createCounts(queries, createMatchSets(queries, postings));
  const { countAfter, keysAfter } = createMatchesAfter(queries, counts);
  const plans = createPlans(queries, counts);
  const collected = createCollecting(queries, counts);
  const byTime = createByTime(queries, plans, collected, counts);
  const everyMatch = createEveryMatch(byTime);
  const facets = createFacets(queries, collected, counts);
  const byKeys = createPostsByKeys(db);
  const findKey = statement<{ key: number }, [string, string]>(
    db,
    'SELECT key FROM posts WHERE source = ? AND id = ?',
  );

  const conditionsOfQuery = ({ filters, words }: FindQuery) => conditionsOf(filters, words);

  function postsOf(keys: number[]): (Post & { key: number })[] {
    return byKeys(keys).map((row) => ({ ...toPost(row), key: row.key }));
  }

  const keptCounts = createKeptAnswers<CappedCount>(queries);

  return {
    newest: createNewest(queries, byTime, conditionsOfQuery),
    ranked: createRanking({ queries, byTime, collected, counts, conditionsOf }),
    ...createMatches(queries, counts, conditionsOf),
    countFound: (query, cap = DEFAULT_CAP) => {
      const conditions = conditionsOfQuery(query);
      return keptOr(keptCounts, [conditions, cap], () =>
        countFound(counts, collected, conditions, cap),
      );
    },
    countAfter: (query, key, cap = MAX_EXAMINED + 1) =>
      countAfter(conditionsOfQuery(query), key, cap),
    keysAfter: (query, key, limit) => keysAfter(conditionsOfQuery(query), key, limit),
    newestKey: counts.newestKey,
    facets: (query, also) => facets.ofFound(conditionsOfQuery(query), also),
    facetsOf: facets.ofKeys,
    keysOf: (filters, words) => byTime.setOf(conditionsOf(filters, words)),
    async *everyMatch(query, batch) {
      let missing = 0;
      const miss = (count: number) => {
        missing += Math.max(0, count);
      };
      for await (const keys of everyMatch(conditionsOfQuery(query), batch, miss)) {
        const posts = byKeys(keys).map(toPost);
        miss(keys.length - posts.length);
        yield posts;
      }
      if (missing > 0) throw new PostsDeleted(missing);
    },
    postsOf,
    keyOf: (source, id) => findKey.get(source, id)?.key,
    ahead: postings.ahead,
  };
}

/** Lists posts newest first; lists are kept until the database changes. */
function createNewest(
  queries: Queries,
  byTime: ByTime,
  conditionsOfQuery: (query: FindQuery) => Conditions,
): WordFinder['newest'] {
  const kept = createKeptAnswers<Place[]>(queries);
  const placesOf = (conditions: Conditions, limit: number, after?: Place) =>
    keptOr(kept, [conditions, limit, after], () => byTime.newest(conditions, limit, after));

  return async (query, { limit, cursor, ahead }) => {
    const conditions = conditionsOfQuery(query);
    const isFirst = cursor === undefined;
    const read = isFirst ? Math.max(limit, ahead ?? 0) : limit;
    const places = await placesOf(conditions, read + 1, placeOf(cursor));
    const page = places.slice(0, limit);
    const last = places.length > limit ? page.at(-1) : undefined;
    const first = !ahead || isFirst ? places : await placesOf(conditions, ahead);
    return {
      keys: keysOf(page),
      ...(last && { nextCursor: writeCursor(['found', last.created_at, last.key]) }),
      ...(ahead && { beginning: keysOf(first.slice(0, ahead)) }),
    };
  };
}

const keysOf = (places: Place[]) => places.map(({ key }) => key);

/** Where posts must be looked at, a count among those that were collected last may have to do. */
async function countFound(
  counts: Counts,
  collected: Collecting,
  conditions: Conditions,
  cap: number,
): Promise<CappedCount> {
  const quick = counts.quickCount(conditions, cap);
  if (quick) return quick;
  const { keys, isComplete } = await collected(conditions, { limit: cap, examined: MAX_EXAMINED });
  return { count: Math.min(keys.length, cap), isCapped: !isComplete || keys.length >= cap };
}

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [created_at, key] = readCursor(cursor, 'found', 'integer', 'integer');
  return { created_at, key };
}
