import type { Database } from 'bun:sqlite';
import { expect } from 'bun:test';
import { codeOf } from '../../../src/library/vectors/codes.ts';

interface Row {
  embedding: Uint8Array;
  code: Uint8Array | null;
  key: number;
  post_key: number | null;
}

/** Every vector has its code, every code its vector, and there are some. */
export function expectAgreement(db: Database): void {
  const rows = db
    .query<Row, []>(
      `SELECT vectors.post_key AS key, embedding, code, vector_codes.post_key
      FROM vectors FULL JOIN vector_codes USING (id)`,
    )
    .all();
  expect(rows.length).toBeGreaterThan(0);
  for (const { embedding, code, key, post_key } of rows) {
    expect(post_key).toBe(key);
    const expected = codeOf(new Float32Array(embedding.slice().buffer));
    expect(Buffer.compare(code ?? new Uint8Array(), expected)).toBe(0);
  }
}
