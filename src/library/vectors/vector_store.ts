import type { Database } from 'bun:sqlite';
import { statement } from '../../platform/statement.ts';
import { WITHOUT_VECTOR } from '../counts.ts';
import type { EmbeddedText, Library, NewVector } from '../library.ts';
import { codeOf } from './codes.ts';
import { requireDimensions } from './meaning_finder.ts';

type VectorStore = Pick<
  Library,
  'saveVectors' | 'saveMeaningless' | 'postsWithoutVector' | 'withoutVector'
>;

type Bindings = Record<string, string | number | Uint8Array | null>;

const IS_CURRENT = 'FROM posts WHERE key = $key AND text = coalesce($text, text)';

// Selects from `posts`, so that a post deleted or changed since its text was read gets no vector.
const SAVE = `
  INSERT INTO vectors (post_key, model, part, part_from, part_to, dimensions, embedding)
  SELECT key, $model, $part, $from, $to, $dimensions, $embedding ${IS_CURRENT}`;

const SAVE_CODE = `
  INSERT INTO vector_codes (id, model, post_key, code)
  SELECT $id, key, $key, $code FROM vector_models WHERE name = $model`;

const REMOVE = `
  DELETE FROM vectors WHERE post_key = $key AND model = $model AND EXISTS (SELECT 1 ${IS_CURRENT})`;

const SAVE_MEANINGLESS = `
  INSERT INTO meaningless_posts (post_key, model) SELECT key, $model ${IS_CURRENT}
  ON CONFLICT DO NOTHING`;

/** Writes the vectors of texts, and the codes of the vectors in the same transaction. */
function createVectorWriting(db: Database) {
  const save = statement<void, Bindings>(db, SAVE);
  const saveCode = statement<void, Bindings>(db, SAVE_CODE);
  const remove = statement<void, Bindings>(db, REMOVE);
  const saveModel = statement<{ dimensions: number }, [string, number]>(
    db,
    `INSERT INTO vector_models (name, dimensions) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET dimensions = dimensions RETURNING dimensions`,
  );
  const forgetMeaningless = statement<void, [number, string]>(
    db,
    'DELETE FROM meaningless_posts WHERE post_key = ? AND model = ?',
  );
  const saveNoMeaning = statement<void, Bindings>(db, SAVE_MEANINGLESS);

  function saveOne(model: string, { key, vector, text, part }: NewVector): void {
    const extent = { part: part?.index ?? 0, from: part?.from ?? null, to: part?.to ?? null };
    const embedding = bytesOf(vector);
    const row = { key, model, text: text ?? null, ...extent, dimensions: vector.length, embedding };
    const { changes, lastInsertRowid } = save.run(row);
    if (changes > 0)
      saveCode.run({ id: Number(lastInsertRowid), model, key, code: codeOf(vector) });
  }

  const saveVectors = db.transaction((model: string, vectors: NewVector[]) => {
    const [first] = vectors;
    if (!first) return;
    const dimensions = saveModel.get(model, first.vector.length)?.dimensions ?? 0;
    const begun = new Set<number>();
    for (const vector of vectors) {
      const { key, text = null } = vector;
      requireDimensions(model, dimensions, vector.vector.length);
      if (!begun.has(key)) {
        remove.run({ key, model, text });
        forgetMeaningless.run(key, model);
      }
      begun.add(key);
      saveOne(model, vector);
    }
  });

  const saveMeaningless = db.transaction((model: string, texts: EmbeddedText[]) => {
    for (const { key, text = null } of texts) {
      remove.run({ key, model, text });
      saveNoMeaning.run({ key, model, text });
    }
  });

  return { saveVectors, saveMeaningless };
}

export function createVectorStore(db: Database): VectorStore {
  const without = statement<{ key: number; text: string }, Bindings>(
    db,
    `SELECT key, text ${WITHOUT_VECTOR} ORDER BY key LIMIT $limit`,
  );
  const oneWithout = statement<{ key: number; text: string }, Bindings>(
    db,
    `SELECT key, text ${WITHOUT_VECTOR} AND key = $key`,
  );

  return {
    ...createVectorWriting(db),
    postsWithoutVector: (model, { limit, afterKey = 0 }) => without.all({ model, limit, afterKey }),
    withoutVector: (model, keys) =>
      keys.flatMap((key) => oneWithout.get({ model, afterKey: 0, key }) ?? []),
  };
}

/** The bytes of the vector only: it may be a view into a larger buffer. */
function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
