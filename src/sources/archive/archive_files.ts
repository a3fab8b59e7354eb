import type { Profile } from '../post.ts';

/** Limits on the size of an archive. The defaults are far above the archives of X. */
export interface ArchiveLimits {
  /** Maximum uncompressed size of one file, in bytes. */
  maxFileBytes: number;
  /** Maximum uncompressed size of all files that are read, in bytes. */
  maxTotalBytes: number;
  /** Maximum compression ratio of files larger than `ratioFromBytes`. */
  maxRatio: number;
  ratioFromBytes: number;
  /** Maximum size of all files of long posts, in bytes: their texts are held in memory. */
  maxNoteBytes: number;
}

export const defaultArchiveLimits: ArchiveLimits = {
  maxFileBytes: 4 * 1024 ** 3,
  maxTotalBytes: 16 * 1024 ** 3,
  maxRatio: 200,
  ratioFromBytes: 8 * 1024 ** 2,
  maxNoteBytes: 256 * 1024 ** 2,
};

/**
 * A page is stored in one transaction, and its posts wait on the disk once: 250 take 10 ms, in which
 * nothing else is answered.
 */
export const postsPerPage = 250;

/** Begins the names of files in the imports folder that are incomplete, or unpacked for a while. */
export const partialPrefix = '.partial-';

/** The files of an archive that are read, from a zip or a folder. */
export interface ArchiveFiles {
  /**
   * Name → uncompressed size in bytes. Names start with `data/`, wherever the files lie in the zip or
   * folder: `twitter-2019/tweet.js` is `data/tweet.js`. The export of a Bluesky account is the only file
   * then, and its name is its path.
   */
  readonly sizes: ReadonlyMap<string, number>;
  /** When the newest of these files was modified, as far as the zip or the file system tells. */
  readonly modifiedAt?: Date;
  /**
   * The bytes of one file, in chunks.
   * @throws Unreadable when they are damaged or do not have the size in `sizes`.
   */
  read(name: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** The owner of an archive, and its files with posts, in order. */
export interface ArchiveContents {
  profile: Profile;
  /** The files with posts, those of communities too. */
  postFiles: string[];
  noteFiles: string[];
  /** When X made the archive, if it says so. */
  generatedAt?: Date;
  /** How many entries its manifest states for a file of posts, where it does. */
  stated: Map<string, number>;
  /** Files without any content, which were passed over. */
  emptyFiles: string[];
  /** What else was passed over, for the log. */
  notes: string[];
}
