import type { Database } from 'bun:sqlite';
import { codeOf } from '../../../src/library/vectors/codes.ts';

export const MODEL = 'scattered';
export const DIMENSIONS = 128;

/** A unit vector, another for every seed. */
export function scattered(seed: number, dimensions = DIMENSIONS): Float32Array {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const vector = Float32Array.from({ length: dimensions }, () => random() + random() - 1);
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

/**
 * The keys of the posts nearest to a vector, by comparing it with every vector of the model. By distance, as
 * the finder does, so that both round alike.
 */
export function exactKeys(db: Database, vector: Float32Array, limit: number): number[] {
  const rows = db
    .query<{ key: number; embedding: Uint8Array }, [string]>(
      'SELECT post_key AS key, embedding FROM vectors WHERE model = ?',
    )
    .all(MODEL);
  const best = new Map<number, number>();
  for (const { key, embedding } of rows) {
    const other = new Float32Array(embedding.slice().buffer);
    let square = 0;
    for (let i = 0; i < other.length; i++)
      square += ((vector[i] as number) - (other[i] as number)) ** 2;
    best.set(key, Math.max(1 - square / 2, best.get(key) ?? -1));
  }
  const nearest = [...best].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return nearest.slice(0, limit).map(([key]) => key);
}

/** Codes of a model that are of no post: they are read like any other, and never found. */
export function addCodes(db: Database, count: number, model = MODEL): void {
  const { key = 0, dimensions = 0 } =
    db
      .query<{ key: number; dimensions: number }, [string]>(
        'SELECT key, dimensions FROM vector_models WHERE name = ?',
      )
      .get(model) ?? {};
  const last =
    db.query<{ id: number }, []>('SELECT max(id) AS id FROM vector_codes').get()?.id ?? 0;
  const insert = db.query(
    'INSERT INTO vector_codes (id, model, post_key, code) VALUES (?, ?, 0, ?)',
  );
  const code = codeOf(scattered(1, dimensions));
  db.transaction(() => {
    for (let id = last + 1; id <= last + count; id++) insert.run(id, key, code);
  })();
  db.run("UPDATE sqlite_sequence SET seq = ? WHERE name = 'vectors'", [last + count]);
}
