import type { Queries } from './queries.ts';

/** Up to where changes of posts are known. */
export interface Position {
  /** The highest key of a post, 0 without posts. */
  newest: number;
  /** The number of the last post that was changed or deleted. */
  change: number;
  /** Differs after posts were indexed anew. */
  index: string;
}

/** Up to where this connection sees them. */
export interface PresentPosition extends Position {
  /** The first change that is still told. */
  first: number;
}

/** More are not looked up one by one. */
const MAX_CHANGED = 2_000;

// The last number is also known when no change is told any more.
const PRESENT = `
  SELECT newest, change, coalesce((SELECT min(number) FROM post_changes), change + 1) AS first, "index"
  FROM (
    SELECT coalesce((SELECT max(key) FROM posts), 0) AS newest,
      coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'post_changes'), 0) AS change,
      concat(version, ' ', pending_posts) AS "index"
    FROM word_index)`;

const CHANGED = `
  SELECT DISTINCT key FROM post_changes
  WHERE number > $change AND key <= $newest LIMIT ${MAX_CHANGED + 1}`;

/** Tells which posts were changed, whichever process did it. */
export function createPostChanges({ one, all }: Queries) {
  return {
    present: () => one<PresentPosition>(PRESENT),
    /** The keys, up to `from.newest`, of posts that were changed or deleted since; none when they are too many to tell. */
    since(from: Position, present: PresentPosition): number[] | undefined {
      if (from.index !== present.index) return undefined;
      if (from.change === present.change) return [];
      if (present.change < from.change || present.first > from.change + 1) return undefined;
      const { change, newest } = from;
      const rows = all<{ key: number }>(CHANGED, { change, newest });
      return rows.length > MAX_CHANGED ? undefined : rows.map(({ key }) => key);
    },
  };
}

export type PostChanges = ReturnType<typeof createPostChanges>;
