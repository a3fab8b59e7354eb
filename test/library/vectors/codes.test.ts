import { describe, expect, test } from 'bun:test';
import { Codes, codeOf } from '../../../src/library/vectors/codes.ts';
import { scattered } from './scattered.ts';

const COUNT = 600;

function filled(dimensions: number, count = COUNT): { codes: Codes; vectors: Float32Array[] } {
  const codes = new Codes(dimensions);
  const vectors = Array.from({ length: count }, (_, i) => scattered(i + 1, dimensions));
  for (const [i, vector] of vectors.entries()) codes.add(i + 1, 1000 + i, codeOf(vector));
  return { codes, vectors };
}

function difference(one: Uint8Array, other: Uint8Array): number {
  let bits = 0;
  for (const [i, byte] of one.entries())
    bits += (byte ^ (other[i] as number)).toString(2).replaceAll('0', '').length;
  return bits;
}

/** The differences of the `wanted` codes that differ least, in order. */
function leastDifferences(vectors: Float32Array[], query: Uint8Array, wanted: number): number[] {
  const all = vectors.map((vector) => difference(codeOf(vector), query));
  return all.sort((a, b) => a - b).slice(0, wanted);
}

describe('codes', () => {
  test('a code has the sign of each number, the first in the lowest bit', () => {
    expect(codeOf(Float32Array.of(-1, 1, -0.5, 0, 2, 3, 4, -5, -6))).toEqual(
      Uint8Array.of(0b1000_0101, 1),
    );
  });

  test.each([1, 2, 100, 128, 384, 1024, 4096])(
    'of %d dimensions: those that differ least are found',
    (dimensions) => {
      const { codes, vectors } = filled(dimensions);
      const query = codeOf(scattered(9999, dimensions));
      const found = codes.nearest(query, 20);
      const differences = found
        .map((id) => difference(codeOf(vectors[id - 1] as Float32Array), query))
        .sort((a, b) => a - b);
      expect(new Set(found).size).toBe(found.length);
      expect(found.length).toBeGreaterThanOrEqual(20);
      expect(found.length).toBeLessThanOrEqual(40);
      expect(differences.slice(0, 20)).toEqual(leastDifferences(vectors, query, 20));
    },
  );

  test('all are found when no more are there than wanted', () => {
    const { codes } = filled(128, 7);
    expect(codes.nearest(codeOf(scattered(5)), 7)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(codes.nearest(codeOf(scattered(5)), 100)).toHaveLength(7);
    expect(filled(128, 0).codes.nearest(codeOf(scattered(5)), 10)).toEqual([]);
  });

  test('many equal codes do not overflow the list of what was found', () => {
    const codes = new Codes(128);
    const far = codeOf(scattered(1));
    const near = codeOf(scattered(2));
    for (let id = 1; id <= 50_000; id++) codes.add(id, id, id % 10_000 === 0 ? near : far);
    const found = codes.nearest(near, 4);
    expect(found).toEqual([10_000, 20_000, 30_000, 40_000]);
    expect(codes.nearest(near, 4096).length).toBeLessThanOrEqual(8192);
  });

  test('codes that come nearer and nearer do not either', () => {
    const codes = new Codes(128);
    const query = new Uint8Array(16);
    const farther = (bits: number) =>
      query.map((_, i) => 255 >>> (8 - Math.min(8, Math.max(0, bits - 8 * i))));
    for (let id = 1; id <= 128 * 400; id++) {
      codes.add(id, id, farther(128 - Math.floor(id / 400)));
    }
    const found = codes.nearest(query, 400);
    expect(found.every((id) => id > 127 * 400 - 400)).toBe(true);
  });

  test('only those with a key among the given ones are found', () => {
    const { codes } = filled(384);
    const bits = new Uint32Array(50);
    for (const key of [1003, 1031, 1032, 1599])
      bits[key >>> 5] = (bits[key >>> 5] as number) | (1 << (key & 31));
    const among = { bits, size: 4 };
    const query = codeOf(scattered(9999, 384));
    expect(codes.nearest(query, 10, among).sort((a, b) => a - b)).toEqual([4, 32, 33, 600]);
    const none = { bits: new Uint32Array(2), size: 0 };
    expect(codes.nearest(query, 10, none)).toEqual([]);
    codes.add(COUNT + 1, 1000, query);
    expect(codes.nearest(query, 1)[0]).toBe(COUNT + 1);
  });

  test('those whose key was taken are not found', () => {
    const { codes } = filled(128, 5);
    expect(codes.setKey(3, 0)).toBe(1002);
    expect(codes.setKey(99, 0)).toBe(0);
    expect(codes.nearest(codeOf(scattered(3)), 10)).toEqual([1, 2, 4, 5]);
  });
});
