import type { Database } from 'bun:sqlite';
import type { Derived } from '../platform/replica/row_writing.ts';
import { statement } from '../platform/statement.ts';
import type { IndexedRow } from './finding/indexed_words.ts';
import { createIndexMark } from './finding/reindexing.ts';
import { createIndexing, isIndexedAlike } from './finding/word_index.ts';
import { codeOf } from './vectors/codes.ts';

/** What is derived from the rows of the library, and is not replicated: the index of words, the codes of vectors. */
export function createDerived(db: Database): Derived {
  const index = createIndexing(db);
  const mark = createIndexMark(db);
  const saveModel = statement<{ key: number }, [string, number]>(
    db,
    `INSERT INTO vector_models (name, dimensions) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET dimensions = dimensions RETURNING key`,
  );
  const saveCode = statement<null, [number, number, number, Uint8Array]>(
    db,
    'INSERT OR REPLACE INTO vector_codes (id, model, post_key, code) VALUES (?, ?, ?, ?)',
  );

  function writePost(row: IndexedRow & { key: number }, before: IndexedRow | undefined): void {
    if (before && isIndexedAlike(row, before)) return;
    mark();
    if (before) index.replace(row.key, row);
    else index.insert(row.key, row);
  }

  function writeVector(row: VectorRow): void {
    const { embedding } = row;
    const vector = new Float32Array(Uint8Array.from(embedding).buffer);
    const model = saveModel.get(row.model, vector.length)?.key as number;
    saveCode.run(row.id, model, row.post_key, codeOf(vector));
  }

  return {
    wrote(table, row, before) {
      if (table === 'posts') writePost(row as never, before as IndexedRow | undefined);
      else if (table === 'vectors') writeVector(row as never);
      else if (table === 'profiles') mark();
    },
  };
}

interface VectorRow {
  id: number;
  post_key: number;
  model: string;
  embedding: Uint8Array;
}
