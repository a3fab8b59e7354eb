import { Database } from 'bun:sqlite';
import type { IndexedRow } from './indexed_words.ts';
import type { Queries } from './queries.ts';
import { createIndexing, INDEXED_COLUMNS } from './word_index.ts';

const ROWS = `
  SELECT posts.key, ${INDEXED_COLUMNS.join(', ')}
  FROM json_each($keys) CROSS JOIN posts ON posts.key = json_each.value`;

const MATCHED = 'SELECT rowid FROM post_words WHERE post_words MATCH $match';

/**
 * @returns a function that tells which of a few posts match: by an index in memory that has these alone. A post takes
 * 0.06 ms. In the index of a million posts each look takes 0.09 ms, after all of them were indexed anew 14 ms, and for a
 * prefix 100 ms.
 */
export function createExamining(queries: Queries) {
  let opened: ReturnType<typeof open> | undefined;

  function open() {
    const { sql } = queries.one<{ sql: string }>(
      "SELECT sql FROM sqlite_schema WHERE name = 'post_words'",
    );
    const index = new Database(':memory:', { strict: true });
    index.run(sql);
    const { insert } = createIndexing(index);
    const fill = index.transaction((rows: Iterable<IndexedRow & { key: number }>) => {
      index.run("INSERT INTO post_words (post_words) VALUES ('delete-all')");
      for (const row of rows) insert(row.key, row);
    });
    const matched = index.query<{ rowid: number }, { match: string }>(MATCHED);
    return { fill, matched };
  }

  return function matchedAmong(match: string, keys: number[]): Set<number> {
    opened ??= open();
    opened.fill(queries.iterate(ROWS, { keys: JSON.stringify(keys) }));
    return new Set(opened.matched.all({ match }).map(({ rowid }) => rowid));
  };
}
