import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import { has } from './finding/key_sets.ts';
import type { KeySet, MeaningFinder, NearKey } from './finding.ts';
import { loadVectorFunctions } from './vectors/vector_store.ts';

// For unit vectors, cosine = 1 - d²/2.
const NEAREST = `
  SELECT post_key AS key, vec_distance_L2(embedding, $embedding) AS distance
  FROM vectors WHERE model = $model ORDER BY distance, post_key`;

/** Compares a vector with all others. */
export function createMeaningFinder(db: Database): MeaningFinder {
  const anyOf = statement<{ found: number }, [string]>(
    db,
    'SELECT EXISTS (SELECT 1 FROM vectors WHERE model = ?) AS found',
  );
  const vectorAt = statement<{ embedding: Uint8Array }, [string, number]>(
    db,
    'SELECT embedding FROM vectors WHERE model = ? AND post_key = ?',
  );
  let knowsDistances = false;

  function nearest(
    model: string,
    vector: Float32Array,
    { limit, among }: { limit: number; among?: KeySet },
  ): NearKey[] {
    if (!knowsDistances) loadVectorFunctions(db);
    knowsDistances = true;
    const embedding = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
    const found: NearKey[] = [];
    const rows = db.query<{ key: number; distance: number }, Record<string, string | Uint8Array>>(
      NEAREST,
    );
    for (const { key, distance } of rows.iterate({ model, embedding })) {
      if (found.length === limit) break;
      if (!among || has(among, key)) found.push({ key, similarity: 1 - distance ** 2 / 2 });
    }
    return found;
  }

  return {
    hasVectors: (model) => anyOf.get(model)?.found === 1,
    nearest,
    vectorOf(model, key) {
      const row = vectorAt.get(model, key);
      return row ? new Float32Array(row.embedding.slice().buffer) : undefined;
    },
  };
}
