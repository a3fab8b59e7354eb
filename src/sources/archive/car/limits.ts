/** Limits on the size of an export. The defaults are far above the largest accounts. */
export interface CarLimits {
  /** Maximum size of the file, in bytes. */
  maxBytes: number;
  /** Maximum size of a block, in bytes. The network accepts records of 1 MiB. */
  maxBlockBytes: number;
  /** Maximum number of blocks. Each takes about 60 bytes of memory while the export is read. */
  maxBlocks: number;
  /** Maximum size of the tree of records, in bytes: it is held in memory. */
  maxTreeBytes: number;
  /** Maximum size of the keys of all posts and reposts, in bytes: they are held in memory. */
  maxKeyBytes: number;
  /** Maximum depth of the tree. An honest tree of a billion records has about 20 levels. */
  maxDepth: number;
}

export const defaultCarLimits: CarLimits = {
  maxBytes: 4 * 1024 ** 3,
  maxBlockBytes: 2 * 1024 ** 2,
  maxBlocks: 5_000_000,
  maxTreeBytes: 512 * 1024 ** 2,
  maxKeyBytes: 128 * 1024 ** 2,
  maxDepth: 64,
};

/**
 * A page is stored at once, and nothing else runs meanwhile: 100 posts take about 15 ms. Larger pages are
 * not stored faster.
 */
export const postsPerPage = 100;
