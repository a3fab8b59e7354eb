import type { Post, Profile } from '../post.ts';

/**
 * What was collected: posts, profiles and vectors, in the same SQLite file as the jobs. Every
 * method is synchronous, so that a handler can call it inside the transaction of its `commit`.
 */
export interface Library {
  /** Upserts by (source, id). Returns how many were not there before. */
  savePosts(posts: Post[]): number;
  /** Upserts by (source, id); a field that is absent keeps what was known. */
  saveProfiles(profiles: Profile[]): number;
  /**
   * Stores one vector per post; a later one of the same model replaces it. `text` is what the
   * vector was made from: a post that was deleted or says something else by now gets none.
   */
  saveVectors(model: string, vectors: { key: number; vector: Float32Array; text?: string }[]): void;

  /** Newest first. `q`: words that must all occur. `cursor` from an earlier page. */
  posts(query: PostQuery): PostPage;
  /** The posts nearest in meaning to a vector of that model, nearest first. */
  postsLike(model: string, vector: Float32Array, limit: number): (Post & { similarity: number })[];
  profiles(query: ProfileQuery): ProfilePage;

  /** Posts with no vector of that model, oldest key first, after `afterKey`. */
  postsWithoutVector(
    model: string,
    options: { limit: number; afterKey?: number },
  ): { key: number; text: string }[];
  /** Those of these posts that are held and have no vector of that model. */
  withoutVector(model: string, posts: Post[]): { key: number; text: string }[];
  /** What these posts say, as it is now; those that are gone are left out. */
  textsOf(keys: number[]): { key: number; text: string }[];
  countWithoutVector(model: string): number;
  counts(): { posts: number; profiles: number; vectors: number };
}

export interface PostQuery {
  author?: string;
  source?: string;
  q?: string;
  /** 1–100, default 20. */
  limit?: number;
  cursor?: string;
}

export interface PostPage {
  posts: Post[];
  /** How many match in all. */
  total: number;
  nextCursor?: string;
}

export interface ProfileQuery {
  q?: string;
  /** 1–100, default 50. */
  limit?: number;
  cursor?: string;
}

export interface StoredProfile extends Profile {
  /** How many of its posts the library holds. */
  postsHeld: number;
}

export interface ProfilePage {
  profiles: StoredProfile[];
  total: number;
  nextCursor?: string;
}

/** A cursor that this program did not make. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}
