import type { JobData, SavedData } from '../jobs/job.ts';
import type { Post, Profile } from '../sources/post.ts';

declare module '../jobs/job.ts' {
  interface JobData {
    posts?: Post[];
    profiles?: Profile[];
    vectors?: { model: string; vectors: NewVector[] };
  }
  interface SavedData {
    /** The number of new posts, and the keys of all posts, in their order. */
    posts: { added: number; keys: number[] };
    profiles: { added: number };
  }
}

/** A post's vector. */
export interface NewVector {
  key: number;
  vector: Float32Array;
  /** The embedded text: a post that was deleted or changed meanwhile gets no vector. */
  text?: string;
}

/** The collected posts, profiles and vectors, in the same SQLite file as the jobs. */
export interface Library {
  /**
   * Saves the data that a job commits, inside the transaction of the job's store, by the methods
   * below.
   */
  save(data: JobData): SavedData;
  /** Upserts by (source, id). Returns the number of new posts. */
  savePosts(posts: Post[]): number;
  /** Upserts by (source, id); absent fields keep their value. Returns the number of new profiles. */
  saveProfiles(profiles: Profile[]): number;
  /** Stores one vector per post and model; a later one replaces it. */
  saveVectors(model: string, vectors: NewVector[]): void;

  /** Newest first. `q`: words that must all occur. */
  posts(query: PostQuery): PostPage;
  /** The posts nearest in meaning to a vector of this model, nearest first. */
  postsLike(model: string, vector: Float32Array, limit: number): (Post & { similarity: number })[];
  profiles(query: ProfileQuery): ProfilePage;

  /** Posts without a vector of this model, by key, after `afterKey`. */
  postsWithoutVector(
    model: string,
    options: { limit: number; afterKey?: number },
  ): { key: number; text: string }[];
  /** The posts with these keys that exist and have no vector of this model. */
  withoutVector(model: string, keys: number[]): { key: number; text: string }[];
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
  /** The number of all matches. */
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
  /** The number of its posts in the library. */
  postsHeld: number;
}

export interface ProfilePage {
  profiles: StoredProfile[];
  total: number;
  nextCursor?: string;
}

/** The cursor is not from this listing. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}
