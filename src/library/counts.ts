import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { Library } from './library.ts';

/** Selects from posts that wait for a vector of `$model`, after the post `$afterKey`. */
export const WITHOUT_VECTOR = `
  FROM posts WHERE key > $afterKey AND text <> ''
  AND NOT EXISTS (SELECT 1 FROM vectors WHERE post_key = posts.key AND model = $model)
  AND NOT EXISTS (SELECT 1 FROM meaningless_posts WHERE post_key = posts.key AND model = $model)`;

/** What the first page says of a library. */
export type LibraryCounts = Pick<Library, 'counts' | 'countWithoutVector'>;

/** Counts what is stored in a database from `openDatabase`. */
export function createLibraryCounts(db: Database): LibraryCounts {
  const countOf = (rows: string) =>
    statement<{ total: number }, []>(db, `SELECT count(*) AS total FROM ${rows}`);
  const posts = countOf('posts');
  const profiles = countOf('profiles');
  const vectors = countOf('vectors WHERE part = 0');
  const withoutVector = statement<{ total: number }, { model: string; afterKey: number }>(
    db,
    `SELECT count(*) AS total ${WITHOUT_VECTOR}`,
  );
  return {
    counts: () => ({
      posts: posts.get()?.total ?? 0,
      profiles: profiles.get()?.total ?? 0,
      vectors: vectors.get()?.total ?? 0,
    }),
    countWithoutVector: (model) => withoutVector.get({ model, afterKey: 0 })?.total ?? 0,
  };
}
