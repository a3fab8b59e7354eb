import type { Database } from 'bun:sqlite';
import { isRehearsing } from '../../platform/replica/rehearsal.ts';
import { statement } from '../../platform/statement.ts';
import { type IndexedRow, indexedWords } from './indexed_words.ts';

type Bindings = Record<string, string | number | null>;

const COLUMNS = '(rowid, text, author_name, attached, stems, facts)';
const VALUES = 'VALUES ($key, $text, $author_name, $attached, $stems, $facts)';

/** The columns of `posts` that the index of words is made of. */
export const INDEXED_COLUMNS = [
  'text',
  'author',
  'author_name',
  'kind',
  'source',
  'language',
  'links',
  'media',
  'quote',
] as const satisfies (keyof IndexedRow)[];

/** Rows of posts that are not in the index of words yet, by their keys. */
export type UnindexedRows = Map<number, { row: IndexedRow; isNew: boolean }>;

/** Writes the rows of posts in the index of words. */
export function createIndexing(db: Database) {
  const insert = statement<void, Bindings>(db, `INSERT INTO post_words ${COLUMNS} ${VALUES}`);
  const replace = statement<void, Bindings>(
    db,
    `INSERT OR REPLACE INTO post_words ${COLUMNS} ${VALUES}`,
  );
  const indexing = {
    insert(key: number, row: IndexedRow): void {
      if (isRehearsing(db)) return;
      insert.run({ key, ...indexedWords(row) });
    },
    replace(key: number, row: IndexedRow): void {
      if (isRehearsing(db)) return;
      replace.run({ key, ...indexedWords(row) });
    },
    /**
     * Writes many rows, and nothing between them: before a statement on another table that may have to be undone by
     * itself, FTS5 (SQLite 3.53) writes what it has gathered, so that each post becomes a segment of the index.
     */
    writeAll(rows: UnindexedRows): void {
      for (const [key, { row, isNew }] of rows)
        if (isNew) indexing.insert(key, row);
        else indexing.replace(key, row);
    },
  };
  return indexing;
}

/** Whether two states of a post have one row in the index of words. */
export function isIndexedAlike(one: IndexedRow, other: IndexedRow): boolean {
  return INDEXED_COLUMNS.every((column) => one[column] === other[column]);
}
