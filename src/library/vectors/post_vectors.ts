import type { Database } from 'bun:sqlite';
import { statement } from '../../platform/statement.ts';
import type { PostVector } from '../finding.ts';

interface VectorRow {
  key: number;
  part_from: number | null;
  part_to: number | null;
  embedding: Uint8Array;
}

/** Reads the vectors of known posts. */
export function createPostVectors(db: Database) {
  const ofPosts = statement<VectorRow, [string, string]>(
    db,
    `SELECT post_key AS key, part_from, part_to, embedding
    FROM json_each(?2) CROSS JOIN vectors ON model = ?1 AND post_key = json_each.value`,
  );

  return function vectorsOf(model: string, keys: number[]): PostVector[] {
    return ofPosts
      .all(model, JSON.stringify(keys.toSorted((a, b) => a - b)))
      .map(({ key, part_from: from, part_to: to, embedding }) => ({
        key,
        // Copied, because the bytes of a row need not begin where numbers of four bytes may.
        vector: new Float32Array(embedding.slice().buffer),
        ...(from !== null && to !== null && { part: { from, to } }),
      }));
  };
}
