import type { Database } from 'bun:sqlite';
import type { JobData } from '../jobs/job.ts';
import { createUsernames } from './author_names.ts';
import { createLibraryCounts } from './counts.ts';
import { createReindexing } from './finding/reindexing.ts';
import { createWordFinder } from './finding/word_finder.ts';
import type { MeaningFinder, WordFinder } from './finding.ts';
import { createForgetting } from './forgetting.ts';
import { createImportNames } from './import_names.ts';
import type { Library } from './library.ts';
import { createMarkStore } from './marks.ts';
import { createOrigins } from './origins.ts';
import { createPostStore } from './posts.ts';
import { createProfileStore } from './profiles.ts';
import { createSavedFinds } from './saved_finds.ts';
import { createThreads } from './threads.ts';
import { createMeaningFinder } from './vectors/meaning_finder.ts';
import { createVectorStore } from './vectors/vector_store.ts';

export type {
  EmbeddedText,
  HeldOfAuthor,
  KnownImport,
  Library,
  ListingMark,
  ListingPosition,
  NamedAuthor,
  NewVector,
  PostPage,
  PostQuery,
  ProfilePage,
  ProfileQuery,
  StoredProfile,
  UndoneImport,
} from './library.ts';
export { InvalidCursor } from './library.ts';
export { PostsDeleted } from './posts_deleted.ts';
export {
  FindNameTaken,
  MAX_SAVED_FINDS,
  type SavedFind,
  TooManySavedFinds,
} from './saved_finds.ts';

/**
 * The library in a database from `openDatabase`. Calls may run inside the caller's transaction, and are
 * rolled back with it.
 * @param now the time in ms since 1970, stored as the time a row was first and last saved.
 */
export function createLibrary(db: Database, now: () => number = Date.now): Library {
  const origins = createOrigins(db, now);
  const { saveMarks, ...marks } = createMarkStore(db, now);
  const { upsertPosts, ...posts } = createPostStore(db, now);
  const { upsertProfiles, ...profiles } = createProfileStore(db, now);
  const vectors = createVectorStore(db);

  const { forget, ...forgetting } = createForgetting(db);

  function save(data: JobData) {
    const profilesSaved = upsertProfiles(data.profiles ?? []);
    const saved = upsertPosts(data.posts ?? []);
    if (data.vectors) saveEmbedded(data.vectors);
    if (data.marks) saveMarks(data.marks);
    origins.record(data.import, saved, profilesSaved);
    if (data.import) origins.recordProblem(data.import, data.importProblem);
    const forgotten = data.forget ? forget(data.forget) : 0;
    return {
      forgotten,
      posts: { added: saved.fresh.size, keys: saved.keys },
      profiles: { added: profilesSaved.fresh.size },
    };
  }

  function saveEmbedded({ model, vectors: made, meaningless = [] }: Required<JobData>['vectors']) {
    vectors.saveVectors(model, made);
    vectors.saveMeaningless(model, meaningless);
  }

  const words = createWordFinder(db);
  const meaning = createMeaningFinder(db);

  const { imports, forgetImport, undoImport } = origins;
  return {
    ...posts,
    ...profiles,
    ...vectors,
    ...marks,
    ...createLibraryCounts(db),
    ...createUsernames(db),
    ...createThreads(db),
    words,
    reindexing: createReindexing(db),
    meaning,
    savedFinds: createSavedFinds(db, now),
    postsLike: createPostsLike(words, meaning),
    save,
    ...forgetting,
    imports,
    forgetImport,
    undoImport,
    ...createImportNames(db),
  };
}

function createPostsLike(words: WordFinder, meaning: MeaningFinder): Library['postsLike'] {
  return (model, vector, options) => {
    const found = meaning.nearest(model, vector, options);
    const similarities = new Map(found.map(({ key, similarity }) => [key, similarity]));
    return words.postsOf(found.map(({ key }) => key)).map(({ key, ...post }) => ({
      ...post,
      similarity: similarities.get(key) as number,
    }));
  };
}
