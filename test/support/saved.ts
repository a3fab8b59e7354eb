import type { SavedData } from '../../src/jobs/index.ts';

/** What is told of a commit that held no posts and no profiles. */
export const NOTHING_SAVED: SavedData = {
  forgotten: 0,
  posts: { added: 0, keys: [] },
  profiles: { added: 0 },
};
