import type { JobData, SavedData } from '../jobs/job.ts';
import type { Post, Profile } from '../sources/post.ts';

declare module '../jobs/job.ts' {
  interface JobData {
    posts?: Post[];
    profiles?: Profile[];
    vectors?: { model: string; vectors: NewVector[] };
  }
  interface SavedData {
    /** How many were not there before, and the keys of all of them, in their order. */
    posts: { added: number; keys: number[] };
    profiles: { added: number };
  }
}

/** A post's vector. */
export interface NewVector {
  key: number;
  vector: Float32Array;
  /** What it was made from: a post that was deleted or says something else by now gets none. */
  text?: string;
}

/** What was collected: posts, profiles and vectors, in the same SQLite file as the jobs. */
export interface Library {
  /**
   * Saves what a job commits, inside the transaction of the job's store; see the methods of each
   * kind.
   */
  save(data: JobData): SavedData;
  /** Upserts by (source, id). Returns how many were not there before. */
  savePosts(posts: Post[]): number;
  /** Upserts by (source, id); a field that is absent keeps what was known. */
  saveProfiles(profiles: Profile[]): number;
  /** Stores one vector per post; a later one of the same model replaces it. */
  saveVectors(model: string, vectors: NewVector[]): void;

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
  /** Those of these posts that are held and have no vector of that model, as they are now. */
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
