import type { Database } from 'bun:sqlite';
import type { Library } from './library.ts';
import { createPostStore } from './posts.ts';
import { createProfileStore } from './profiles.ts';
import { createVectorStore } from './vectors.ts';

export type {
  Library,
  NewVector,
  PostPage,
  PostQuery,
  ProfilePage,
  ProfileQuery,
  StoredProfile,
} from './library.ts';
export { InvalidCursor } from './library.ts';

/**
 * The library in a database from `openDatabase`. Calls may run inside the caller's transaction, and are
 * rolled back with it.
 * @param now the time in ms since 1970, stored as the time a row was first and last saved.
 */
export function createLibrary(db: Database, now: () => number = Date.now): Library {
  const { countPosts, upsertPosts, ...posts } = createPostStore(db, now);
  const { countProfiles, ...profiles } = createProfileStore(db, now);
  const { countVectors, ...vectors } = createVectorStore(db);
  return {
    ...posts,
    ...profiles,
    ...vectors,
    save(data) {
      const added = data.profiles ? profiles.saveProfiles(data.profiles) : 0;
      const saved = data.posts ? upsertPosts(data.posts) : { added: 0, keys: [] };
      if (data.vectors) vectors.saveVectors(data.vectors.model, data.vectors.vectors);
      return { posts: saved, profiles: { added } };
    },
    counts: () => ({ posts: countPosts(), profiles: countProfiles(), vectors: countVectors() }),
  };
}
