import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { Post } from '../sources/post.ts';
import type { Library } from './library.ts';
import { type ReadPostRow, toPost, withNames } from './post_row.ts';

type VectorStore = Pick<
  Library,
  'saveVectors' | 'postsLike' | 'postsWithoutVector' | 'withoutVector' | 'countWithoutVector'
> & { countVectors(): number };

type Bindings = Record<string, string | number | Uint8Array | null>;

// Selects from `posts`, so that a post deleted or changed since its text was read gets no vector.
const SAVE = `
  INSERT INTO vectors (post_key, model, dimensions, embedding)
  SELECT key, $model, $dimensions, $embedding FROM posts
  WHERE key = $key AND text = coalesce($text, text)
  ON CONFLICT (post_key, model) DO UPDATE SET
    dimensions = excluded.dimensions, embedding = excluded.embedding`;

// For unit vectors, cosine = 1 - d²/2.
const NEAREST = `
  SELECT * FROM (
    SELECT post_key, vec_distance_L2(embedding, $embedding) AS distance
    FROM vectors WHERE model = $model ORDER BY distance, post_key LIMIT $limit
  ) JOIN (${withNames('posts')}) AS named ON named.key = post_key
  ORDER BY distance, post_key`;

const WITHOUT_VECTOR = `
  FROM posts WHERE key > $afterKey AND text <> ''
  AND NOT EXISTS (SELECT 1 FROM vectors WHERE post_key = posts.key AND model = $model)`;

export function createVectorStore(db: Database): VectorStore {
  const save = statement<void, Bindings>(db, SAVE);
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
  const count = statement<{ total: number }, []>(db, 'SELECT count(*) AS total FROM vectors');

  let knowsDistances = false;

  const saveVectors = db.transaction(
    (model: string, vectors: Parameters<Library['saveVectors']>[1]) => {
      for (const { key, vector, text = null } of vectors) {
        const dimensions = vector.length;
        save.run({ key, model, text, dimensions, embedding: bytesOf(vector) });
      }
    },
  );

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
    saveVectors,
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
