import type { Database } from 'bun:sqlite';
import { statement } from '../../platform/statement.ts';
import { INDEX_VERSION, type IndexedRow, indexedWords } from './indexed_words.ts';

type Bindings = Record<string, string | number | null>;

const COLUMNS = '(rowid, text, author_name, attached, stems, facts)';
const VALUES = 'VALUES ($key, $text, $author_name, $attached, $stems, $facts)';

/** The columns of `posts` that the index of words is made of. */
export const INDEXED_COLUMNS = [
  'text',
  'author_name',
  'kind',
  'source',
  'language',
  'links',
  'media',
  'quote',
] as const satisfies (keyof IndexedRow)[];

export type IndexPost = (key: number, row: IndexedRow, known: IndexedRow | null) => void;

/** @returns a function that brings the index of words up to a post's row; `known` is the row before. */
export function createIndexing(db: Database): IndexPost {
  const insert = statement<void, Bindings>(db, `INSERT INTO post_words ${COLUMNS} ${VALUES}`);
  const replace = statement<void, Bindings>(
    db,
    `INSERT OR REPLACE INTO post_words ${COLUMNS} ${VALUES}`,
  );
  return (key, row, known) => {
    if (!known) insert.run({ key, ...indexedWords(row) });
    else if (INDEXED_COLUMNS.some((column) => row[column] !== known[column]))
      replace.run({ key, ...indexedWords(row) });
  };
}

/** The state of the index of words: after an update that makes it differently, it is made anew. */
export interface WordIndex {
  /** The number of posts that are still to be indexed, which is 0 nearly always. */
  pending(): number;
  /**
   * Indexes some of them, the newest first, in the caller's transaction.
   * @returns how many are still to be indexed.
   */
  indexSome(limit: number): number;
}

export function createWordIndex(db: Database): WordIndex {
  const state = statement<{ version: number; pending_key: number }, []>(
    db,
    'SELECT version, pending_key FROM word_index',
  );
  const beginAnew = statement<void, [number]>(
    db,
    `UPDATE word_index SET version = ?,
      pending_key = (SELECT coalesce(max(key), 0) FROM posts)`,
  );
  const proceed = statement<void, [number]>(db, 'UPDATE word_index SET pending_key = ?');
  const count = statement<{ total: number }, [number]>(
    db,
    'SELECT count(*) AS total FROM posts WHERE key <= ?',
  );
  const read = statement<IndexedRow & { key: number }, [number, number]>(
    db,
    `SELECT key, ${INDEXED_COLUMNS.join(', ')} FROM posts WHERE key <= ? ORDER BY key DESC LIMIT ?`,
  );
  const replace = statement<void, Bindings>(
    db,
    `INSERT OR REPLACE INTO post_words ${COLUMNS} ${VALUES}`,
  );

  function pendingKey(): number {
    const { version, pending_key } = state.get() ?? { version: 0, pending_key: 0 };
    return version === INDEX_VERSION ? pending_key : Number.MAX_SAFE_INTEGER;
  }

  function pending(): number {
    const key = pendingKey();
    return key === 0 ? 0 : (count.get(key)?.total ?? 0);
  }

  return {
    pending,
    indexSome(limit) {
      if (state.get()?.version !== INDEX_VERSION) beginAnew.run(INDEX_VERSION);
      const rows = read.all(pendingKey(), limit);
      for (const row of rows) replace.run({ key: row.key, ...indexedWords(row) });
      const last = rows.at(-1);
      proceed.run(last && rows.length === limit ? last.key - 1 : 0);
      return pending();
    },
  };
}
