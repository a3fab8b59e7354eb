import type { Database } from 'bun:sqlite';
import type { JobData } from '../jobs/job.ts';
import { createUsernames } from './author_names.ts';
import { createWordFinder } from './finding/word_finder.ts';
import { createWordIndex } from './finding/word_index.ts';
import type { Library } from './library.ts';
import { createMarkStore } from './marks.ts';
import { createOrigins } from './origins.ts';
import { createPostStore } from './posts.ts';
import { createProfileStore } from './profiles.ts';
import { createThreads } from './threads.ts';
import { createVectorStore } from './vectors.ts';

export type {
  KnownImport,
  Library,
  ListingMark,
  ListingPosition,
  NewVector,
  PostPage,
  PostQuery,
  ProfilePage,
  ProfileQuery,
  StoredProfile,
  UndoneImport,
} from './library.ts';
export { InvalidCursor } from './library.ts';

/**
 * The library in a database from `openDatabase`. Calls may run inside the caller's transaction, and are
 * rolled back with it.
 * @param now the time in ms since 1970, stored as the time a row was first and last saved.
 */
export function createLibrary(db: Database, now: () => number = Date.now): Library {
  const origins = createOrigins(db, now);
  const { saveMarks, ...marks } = createMarkStore(db, now);
  const { countPosts, upsertPosts, ...posts } = createPostStore(db, now);
  const { countProfiles, upsertProfiles, ...profiles } = createProfileStore(db, now);
  const { countVectors, ...vectors } = createVectorStore(db);

  function save(data: JobData) {
    const profilesSaved = upsertProfiles(data.profiles ?? []);
    const saved = upsertPosts(data.posts ?? []);
    if (data.vectors) vectors.saveVectors(data.vectors.model, data.vectors.vectors);
    if (data.marks) saveMarks(data.marks);
    origins.record(data.import, saved, profilesSaved);
    if (data.import) origins.recordProblem(data.import, data.importProblem);
    return {
      posts: { added: saved.fresh.size, keys: saved.keys },
      profiles: { added: profilesSaved.fresh.size },
    };
  }

  const { imports, forgetImport, undoImport } = origins;
  return {
    ...posts,
    ...profiles,
    ...vectors,
    ...marks,
    ...createUsernames(db),
    ...createThreads(db),
    words: createWordFinder(db),
    wordIndex: createWordIndex(db),
    save,
    imports,
    forgetImport,
    undoImport,
    counts: () => ({ posts: countPosts(), profiles: countProfiles(), vectors: countVectors() }),
  };
}
