import type { Database } from 'bun:sqlite';
import type { Library } from './library.ts';
import { createPostStore } from './posts.ts';
import { createProfileStore } from './profiles.ts';
import { createVectorStore } from './vectors.ts';

export type {
  Library,
  PostPage,
  PostQuery,
  ProfilePage,
  ProfileQuery,
  StoredProfile,
} from './library.ts';
export { InvalidCursor } from './library.ts';

/**
 * The library in a database that `openDatabase` opened. Every call may stand inside a transaction
 * of the caller's; it is undone with it.
 * @param now the time in ms since 1970, stored as when a row was first and last saved.
 */
export function createLibrary(db: Database, now: () => number = Date.now): Library {
  const { countPosts, ...posts } = createPostStore(db, now);
  const { countProfiles, ...profiles } = createProfileStore(db, now);
  const { countVectors, ...vectors } = createVectorStore(db);
  return {
    ...posts,
    ...profiles,
    ...vectors,
    counts: () => ({ posts: countPosts(), profiles: countProfiles(), vectors: countVectors() }),
  };
}
