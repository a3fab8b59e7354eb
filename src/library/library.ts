import type { JobData, SavedData } from '../jobs/job.ts';
import type { Post, Profile } from '../sources/post.ts';
import type { Remainder } from './erasing.ts';
import type { Reindexing } from './finding/reindexing.ts';
import type { MeaningFinder, WordFinder } from './finding.ts';
import type { ImportNames } from './import_names.ts';
import type { SavedFinds } from './saved_finds.ts';

declare module '../jobs/job.ts' {
  interface JobData {
    posts?: Post[];
    profiles?: Profile[];
    vectors?: { model: string; vectors: NewVector[]; meaningless?: EmbeddedText[] };
    /** Down to where listings have been read without a gap. */
    marks?: ListingMark[];
    /** An author of whom up to `limit` posts are removed, and with the last of them the rest. */
    forget?: NamedAuthor & { limit: number };
    /** The import that the posts and profiles were read from. */
    import?: string;
    /** Why that import cannot be read. */
    importProblem?: string;
  }
  interface SavedData {
    /** The number of new posts, and the keys of all posts, in their order. */
    posts: { added: number; keys: number[] };
    profiles: { added: number };
    /** The number of posts that were removed. */
    forgotten: number;
  }
}

/** An author of a source, by the present name or by the id. */
export interface NamedAuthor {
  source: string;
  /** Without `@`. */
  username: string;
}

/** What the library has of an author. */
export interface HeldOfAuthor {
  posts: number;
  profiles: number;
}

/** A post's text that was given to a model. */
export interface EmbeddedText {
  key: number;
  /** The whole text: a post that was deleted or changed meanwhile gets no vector. */
  text?: string;
}

/** A vector of a post's text, or of a part of it. */
export interface NewVector extends EmbeddedText {
  /** Of length 1. */
  vector: Float32Array;
  /**
   * Which part, counted from 0, and its extent in UTF-16 units of the text. Absent when the text was
   * embedded whole.
   */
  part?: { index: number; from: number; to: number };
}

/** A post's place in a listing that is ordered by time. */
export interface ListingPosition {
  /** In ms since 1970. */
  at: number;
  id: string;
}

/** A listing: whose, and with which options. */
export interface Listed {
  source: string;
  /** The account's id. */
  account: string;
  options: string;
}

/** All posts of a listing that were there when `newest` was its newest one have been read. */
export interface ListingMark extends Listed {
  newest: ListingPosition;
}

/** The collected posts, profiles and vectors, in the same SQLite file as the jobs. */
export interface Library extends ImportNames {
  /**
   * Saves the data that a job commits, inside the transaction of the job's store, by the methods
   * below.
   */
  save(data: JobData): SavedData;
  /** Upserts by (source, id). Returns the number of new posts. */
  savePosts(posts: Post[]): number;
  /** Upserts by (source, id); absent fields keep their value. Returns the number of new profiles. */
  saveProfiles(profiles: Profile[]): number;
  /** Stores the vectors of posts, all parts of a post in one call. They replace earlier ones of the model. */
  saveVectors(model: string, vectors: NewVector[]): void;
  /** Remembers that the model knows no word of these texts: they wait for no vector of it. */
  saveMeaningless(model: string, texts: EmbeddedText[]): void;

  /** Newest first. `q`: words that must all occur. */
  posts(query: PostQuery): PostPage;
  /** The posts nearest in meaning to a vector of this model, nearest first; `among` some, when given. */
  postsLike(
    model: string,
    vector: Float32Array,
    options: Parameters<MeaningFinder['nearest']>[2],
  ): (Post & { similarity: number })[];
  /** Finds posts by words and filters. */
  readonly words: WordFinder;
  readonly reindexing: Reindexing;
  /** Finds posts by meaning. */
  readonly meaning: MeaningFinder;
  readonly savedFinds: SavedFinds;
  profiles(query: ProfileQuery): ProfilePage;
  profileOf(source: string, username: string): StoredProfile | undefined;
  /** The username of the account with this id, when its profile is stored. */
  usernameOf(source: string, id: string): string | undefined;

  /**
   * The keys of the posts of a post's thread, at most 500, oldest first: what it replies to, those of the
   * same thread, and the replies to any of them. As far as they are stored.
   * @param limit no more are looked for. Default: 500.
   */
  threadOf(post: Pick<Post, 'source' | 'id'>, limit?: number): number[];

  /** Posts that wait for a vector of this model, by key, after `afterKey`. */
  postsWithoutVector(
    model: string,
    options: { limit: number; afterKey?: number },
  ): { key: number; text: string }[];
  /** The posts with these keys that exist and wait for a vector of this model. */
  withoutVector(model: string, keys: number[]): { key: number; text: string }[];
  countWithoutVector(model: string): number;
  /** What a removal of this author would remove. */
  heldOf(author: NamedAuthor): HeldOfAuthor;
  /** The names of the imports that have brought posts of this author. */
  importsOf(author: NamedAuthor): string[];
  /**
   * Removes what deleted posts have left behind in the index of words, in unused parts of pages, and in SQLite's
   * log of changes.
   * @returns where parts of it may still be: nowhere, unless the file is large or others use it all the time.
   */
  eraseTraces(): Promise<Remainder[]>;
  /** How far a listing has been read without a gap. */
  mark(listing: Listed): ListingPosition | undefined;
  /** Those ids that are of stored posts, or of earlier versions of them. */
  knownIds(source: string, ids: string[]): Set<string>;
  /** `vectors`: the number of posts that have one, for each model. */
  counts(): { posts: number; profiles: number; vectors: number };

  /** The imports that have brought posts or cannot be read, the newest first. */
  imports(): KnownImport[];
  /**
   * Forgets an import whose file was removed, unless posts of it are in the library. Nothing is forgotten of one that
   * another imports folder has.
   * @param folder the id of the folder it was removed from; absent when it has none.
   */
  forgetImport(name: string, folder?: string): Promise<void>;
  /**
   * Removes the posts and profiles that only this import has brought, with their vectors: a hundred
   * posts at a time, so that other work goes on meanwhile. What was interrupted can be called again.
   * @param mayContinue is called before each batch and throws to stop.
   * @throws what `mayContinue` throws; what was removed until then stays removed.
   */
  undoImport(name: string, mayContinue: () => Promise<void>): Promise<UndoneImport>;
}

/** An import that the library knows by its name in the imports folder. */
export interface KnownImport {
  name: string;
  /** How many posts of it are in the library, whoever else has brought them. */
  posts: number;
  /** Why it could not be read the last time. */
  problem?: string;
  importedAt: Date;
}

/** The outcome of an undo, in posts. */
export interface UndoneImport {
  name: string;
  removed: number;
  /** Those that another import, or a job that is no import, has brought too. */
  stayed: number;
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
