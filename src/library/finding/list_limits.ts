/** What lists of matches may take that are kept in memory. */
export interface ListLimits {
  /** In a library of fewer posts there are none: SQLite's index of words alone is as fast. */
  leastPosts: number;
  /** Of a word with more matches, the list is read in the background: so many take 3 ms. */
  atOnce: number;
  /** Keys of which the matches are read in one turn of the event loop: 5 ms for a word in 73 % of the posts. */
  part: number;
  /** The memory of all lists: those of 128 words at a million posts. */
  bytes: number;
}

export const LIST_LIMITS: ListLimits = {
  leastPosts: 10_000,
  atOnce: 20_000,
  part: 50_000,
  bytes: 16 * 1024 * 1024,
};
