import type { Database } from 'bun:sqlite';
import { statement } from '../../platform/statement.ts';
import type { Post } from '../../sources/post.ts';
import type { EmbeddedText, Library, NewVector } from '../library.ts';
import { type ReadPostRow, toPost, withNames } from '../post_row.ts';
import { codeOf } from './codes.ts';

type VectorStore = Pick<
  Library,
  | 'saveVectors'
  | 'saveMeaningless'
  | 'postsLike'
  | 'postsWithoutVector'
  | 'withoutVector'
  | 'countWithoutVector'
> & { countVectors(): number };

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

// For unit vectors, cosine = 1 - d²/2.
const NEAREST = `
  SELECT * FROM (
    SELECT post_key, min(vec_distance_L2(embedding, $embedding)) AS distance
    FROM vectors WHERE model = $model GROUP BY post_key ORDER BY distance, post_key LIMIT $limit
  ) JOIN (${withNames('posts')}) AS named ON named.key = post_key
  ORDER BY distance, post_key`;

const WITHOUT_VECTOR = `
  FROM posts WHERE key > $afterKey AND text <> ''
  AND NOT EXISTS (SELECT 1 FROM vectors WHERE post_key = posts.key AND model = $model)
  AND NOT EXISTS (SELECT 1 FROM meaningless_posts WHERE post_key = posts.key AND model = $model)`;

/** Writes the vectors of texts, and the codes of the vectors in the same transaction. */
function createVectorWriting(db: Database) {
  const save = statement<void, Bindings>(db, SAVE);
  const saveCode = statement<void, Bindings>(db, SAVE_CODE);
  const remove = statement<void, Bindings>(db, REMOVE);
  const saveModel = statement<void, [string]>(
    db,
    'INSERT INTO vector_models (name) VALUES (?) ON CONFLICT DO NOTHING',
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
    if (vectors.length > 0) saveModel.run(model);
    const begun = new Set<number>();
    for (const vector of vectors) {
      const { key, text = null } = vector;
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
  const countWithout = statement<{ total: number }, Bindings>(
    db,
    `SELECT count(*) AS total ${WITHOUT_VECTOR}`,
  );
  const count = statement<{ total: number }, []>(
    db,
    'SELECT count(*) AS total FROM vectors WHERE part = 0',
  );

  let knowsDistances = false;

  /** Loading the extension takes 3 ms, and most processes compare no vectors. */
  function nearest() {
    if (!knowsDistances) loadVectorFunctions(db);
    knowsDistances = true;
    return db.query<ReadPostRow & { distance: number }, Bindings>(NEAREST);
  }

  function postsLike(
    model: string,
    vector: Float32Array,
    limit: number,
  ): (Post & { similarity: number })[] {
    const rows = nearest().all({ model, embedding: bytesOf(vector), limit: Math.max(limit, 0) });
    return rows.map((row) => ({ ...toPost(row), similarity: 1 - row.distance ** 2 / 2 }));
  }

  return {
    ...createVectorWriting(db),
    postsLike,
    postsWithoutVector: (model, { limit, afterKey = 0 }) => without.all({ model, limit, afterKey }),
    withoutVector: (model, keys) =>
      keys.flatMap((key) => oneWithout.get({ model, afterKey: 0, key }) ?? []),
    countWithoutVector: (model) => countWithout.get({ model, afterKey: 0 })?.total ?? 0,
    countVectors: () => count.get()?.total ?? 0,
  };
}

/**
 * Adds the functions of sqlite-vec to a connection.
 * @throws when there is no sqlite-vec for this platform.
 */
export function loadVectorFunctions(db: Database): void {
  const { getLoadablePath }: typeof import('sqlite-vec') = require('sqlite-vec');
  db.loadExtension(getLoadablePath());
}

/** The bytes of the vector only: it may be a view into a larger buffer. */
function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}
