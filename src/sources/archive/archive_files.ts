/** What an archive may ask of this machine. The defaults are far above what X hands out. */
export interface ArchiveLimits {
  /** Largest size of one file that is read, uncompressed, in bytes. */
  maxFileBytes: number;
  /** Largest size of all the files that are read together, uncompressed, in bytes. */
  maxTotalBytes: number;
  /** Largest uncompressed size in relation to the compressed one, for files over `ratioFromBytes`. */
  maxRatio: number;
  ratioFromBytes: number;
  /** Largest size of the long posts' files together, in bytes: their texts are held in memory. */
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

/** The files of an archive that this program reads, whether it is a zip or a folder. */
export interface ArchiveFiles {
  /** Name, from `data/` on → uncompressed size in bytes. */
  readonly sizes: ReadonlyMap<string, number>;
  /**
   * The bytes of one file, in pieces of at most 64 KiB.
   * @throws Unreadable when they are damaged, more or fewer than `sizes` says.
   */
  read(name: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
