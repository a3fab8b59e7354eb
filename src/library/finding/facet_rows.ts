import { createPostChanges, type Position } from './post_changes.ts';
import type { Queries } from './queries.ts';

/** What facets are counted by. */
export interface FacetRow {
  author: string;
  kind: string;
  source: string;
  /** In ms since 1970. */
  time: number;
}

/** Posts of which it is kept: 2 MB. */
const MAX_KEPT = 20_000;

// One row: two thousand take as long to hand over as to read.
const COLUMNS = `
  SELECT json_group_array(posts.key) AS keys, json_group_array(author) AS authors,
    json_group_array(kind) AS kinds, json_group_array(source) AS sources,
    json_group_array(created_at) AS times
  FROM json_each($keys) AS given CROSS JOIN posts ON posts.key = given.value`;

type Columns = Record<'keys' | 'authors' | 'kinds' | 'sources' | 'times', string>;

/**
 * @returns a function that reads what facets are counted by, in the order of the keys, without posts that are no more. Each
 * post is on another page of the database: those that were read last are kept, until they are changed or deleted.
 */
export function createFacetRows(queries: Queries): (keys: number[]) => FacetRow[] {
  const changes = createPostChanges(queries);
  const kept = new Map<number, FacetRow>();
  let at: Position = { newest: 0, change: 0, index: '' };

  function follow(): void {
    const present = changes.present();
    const changed = changes.since({ ...at, newest: Number.MAX_SAFE_INTEGER }, present);
    if (changed) for (const key of changed) kept.delete(key);
    else kept.clear();
    at = present;
  }

  function read(keys: number[]): Map<number, FacetRow> {
    if (keys.length === 0) return new Map();
    const columns = queries.one<Columns>(COLUMNS, { keys: JSON.stringify(keys) });
    const [authors, kinds, sources] = [columns.authors, columns.kinds, columns.sources].map(
      (column) => JSON.parse(column) as string[],
    ) as [string[], string[], string[]];
    const times = JSON.parse(columns.times) as number[];
    const rowAt = (i: number) => ({
      author: authors[i] as string,
      kind: kinds[i] as string,
      source: sources[i] as string,
      time: times[i] as number,
    });
    return new Map((JSON.parse(columns.keys) as number[]).map((key, i) => [key, rowAt(i)]));
  }

  function rowsOf(keys: number[]): FacetRow[] {
    follow();
    const added = read(keys.filter((key) => !kept.has(key)));
    const rows = keys.flatMap((key) => kept.get(key) ?? added.get(key) ?? []);
    for (const [key, row] of added) kept.set(key, row);
    for (const key of kept.keys()) {
      if (kept.size <= MAX_KEPT) break;
      kept.delete(key);
    }
    return rows;
  }

  return (keys) =>
    queries.isUncommitted() ? [...read(keys).values()] : queries.inOneState(() => rowsOf(keys));
}
