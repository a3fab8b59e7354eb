import type { Database } from 'bun:sqlite';
import { noFilters } from '../find/filters.ts';
import type { FindFilters, WordMatch } from '../find/query.ts';
import type { Post } from '../sources/post.ts';
import { createConditions } from './finding/conditions.ts';
import { createCounts } from './finding/counts.ts';
import type { Place } from './finding/plan_sql.ts';
import { createPlans } from './finding/plans.ts';
import { createPostsByKeys } from './finding/posts_by_keys.ts';
import { createQueries } from './finding/queries.ts';
import { createIndexMark } from './finding/reindexing.ts';
import { joining } from './joining.ts';
import type { Library, PostPage, PostQuery } from './library.ts';
import { clampLimit, readCursor, writeCursor } from './listing.ts';
import type { SavedItems } from './origins.ts';
import { toPost } from './post_row.ts';
import { createPostSaving } from './post_saving.ts';

type PostStore = Pick<Library, 'savePosts' | 'posts'> & {
  /** The same as `savePosts`, with the keys of all posts. A failure undoes the caller's transaction too. */
  upsertPosts(posts: Post[]): SavedItems;
};

/** @param now the time in ms since 1970. */
export function createPostStore(db: Database, now: () => number): PostStore {
  const saving = createPostSaving(db);
  const markIndex = createIndexMark(db);
  const upsertPosts = (posts: Post[]) => {
    markIndex();
    return saving.savePosts(posts, now());
  };
  const saveAlone = db.transaction(upsertPosts);

  const conditionsOf = createConditions(db);
  const queries = createQueries(db);
  const counts = createCounts(queries);
  const plans = createPlans(queries, counts);
  const byKeys = createPostsByKeys(db);

  function posts(query: PostQuery): PostPage {
    const limit = clampLimit(query.limit ?? 20);
    const conditions = conditionsOf(filtersOf(query), wordsOf(query.q ?? ''));
    const places = plans.page(conditions, limit + 1, placeOf(query.cursor));
    const page = places.slice(0, limit);
    const last = places.length > limit ? page.at(-1) : undefined;
    return {
      posts: byKeys(page.map(({ key }) => key)).map(toPost),
      total: counts.countAll(conditions),
      nextCursor: last && writeCursor(['posts', last.created_at, last.key]),
    };
  }

  return {
    // Immediate, because it reads before it writes: if another process writes in between, a deferred
    // transaction fails at once with "database is locked", whatever the busy timeout.
    savePosts: (posts) => saveAlone.immediate(posts).fresh.size,
    upsertPosts: joining(db, upsertPosts),
    posts,
  };
}

function filtersOf({ author, source }: PostQuery): FindFilters {
  return {
    ...noFilters(),
    authors: author ? [author] : [],
    sources: source ? [source] : [],
  };
}

/** Every word must occur, the last one as a prefix: somebody may still be typing. */
function wordsOf(q: string): WordMatch | undefined {
  const typed = q.split(/[\s\p{Cc}"]+/u).filter((word) => word !== '');
  if (q.trim() === '') return undefined;
  const last = typed.pop();
  if (last === undefined) return { all: [] };
  const whole = typed.map((word): WordMatch => ({ word, isExact: true }));
  return { all: [...whole, { word: last, isPrefix: true }] };
}

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [created_at, key] = readCursor(cursor, 'posts', 'integer', 'integer');
  return { created_at, key };
}
