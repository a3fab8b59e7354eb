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

export const postsPerPage = 100;

/** The files of an archive that are read, from a zip or a folder. */
export interface ArchiveFiles {
  /** Name, starting with `data/` → uncompressed size in bytes. */
  readonly sizes: ReadonlyMap<string, number>;
  /**
   * The bytes of one file, in chunks of at most 64 KiB.
   * @throws Unreadable when they are damaged or do not have the size in `sizes`.
   */
  read(name: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
