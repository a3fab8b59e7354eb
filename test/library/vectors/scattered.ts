import type { Database } from 'bun:sqlite';

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

/** The keys of the posts nearest to a vector, by comparing it with every vector of the model. */
export function exactKeys(db: Database, vector: Float32Array, limit: number): number[] {
  const rows = db
    .query<{ key: number; embedding: Uint8Array }, [string]>(
      'SELECT post_key AS key, embedding FROM vectors WHERE model = ?',
    )
    .all(MODEL);
  const best = new Map<number, number>();
  for (const { key, embedding } of rows) {
    const other = new Float32Array(embedding.slice().buffer);
    let cosine = 0;
    for (let i = 0; i < other.length; i++) cosine += (vector[i] as number) * (other[i] as number);
    best.set(key, Math.max(cosine, best.get(key) ?? -1));
  }
  const nearest = [...best].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return nearest.slice(0, limit).map(([key]) => key);
}
