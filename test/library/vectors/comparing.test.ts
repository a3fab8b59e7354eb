import { describe, expect, test } from 'bun:test';
import { Codes, codeOf } from '../../../src/library/vectors/codes.ts';
import { compareRanked } from '../../../src/library/vectors/comparing.ts';
import { scattered } from './scattered.ts';

const LIMIT = 10;

/** Compares by a table of similarities. @returns which ids were compared. */
function compareTable(similarities: Map<number, number>, sums: Float64Array): number[] {
  const compared: number[] = [];
  const found: number[] = [];
  compareRanked(
    { ids: Uint32Array.from(sums, (_, i) => i + 1), sums },
    (ids) => {
      compared.push(...ids);
      return Float64Array.from(ids, (id) => {
        const similarity = similarities.get(id);
        if (similarity !== undefined) found.push(similarity);
        return similarity ?? Number.NaN;
      });
    },
    () => found.sort((a, b) => b - a)[LIMIT - 1],
  );
  return compared;
}

const descendingSums = (count: number) =>
  Float64Array.from({ length: count }, (_, i) => 20 - i / 100);

/** A number from -1 to 1 that looks random. */
const noise = (seed: number) => scattered(seed, 8)[0] as number;

describe('sums of a vector with the signs of codes', () => {
  test.each([1, 2, 100, 384, 1000])('of %d dimensions order what was found', (dimensions) => {
    const codes = new Codes(dimensions);
    const vectors = Array.from({ length: 300 }, (_, i) => scattered(i + 1, dimensions));
    for (const [i, vector] of vectors.entries()) codes.add(i + 1, i + 1, codeOf(vector));
    const query = scattered(9999, dimensions);
    const { ids, sums } = codes.ranked(query, 300);
    expect([...ids].sort((a, b) => a - b)).toEqual(vectors.map((_, i) => i + 1));
    const range = Math.max(...sums) - Math.min(...sums);
    for (const [i, id] of ids.entries()) {
      const signs = (vectors[id - 1] as Float32Array).map((x) => (x < 0 ? -1 : 1));
      const sum = signs.reduce((total, sign, at) => total + sign * (query[at] as number), 0);
      expect(sums[i]).toBeCloseTo(sum, 4);
      if (i > 0) expect(sums[i]).toBeLessThanOrEqual((sums[i - 1] as number) + range / 4000);
    }
  });

  test('of no codes are none', () => {
    expect(new Codes(128).ranked(scattered(1, 128), 10).ids).toHaveLength(0);
  });
});

describe('comparing', () => {
  test('ends when no other one can be expected to be as near', () => {
    const sums = descendingSums(2000);
    const similarities = new Map<number, number>();
    for (const [i, sum] of sums.entries()) similarities.set(i + 1, sum / 30 + noise(i) / 50);
    const compared = compareTable(similarities, sums);
    expect(compared.length).toBeLessThan(1000);
    const nearest = [...similarities].sort((a, b) => b[1] - a[1]).slice(0, LIMIT);
    for (const [id] of nearest) expect(compared).toContain(id);
  });

  test('goes through all when the order says nothing', () => {
    const sums = descendingSums(2000);
    const similarities = new Map([...sums.keys()].map((i) => [i + 1, noise(i) / 2]));
    expect(compareTable(similarities, sums)).toHaveLength(2000);
  });

  test('goes on until there are as many as are asked for', () => {
    const sums = descendingSums(2000);
    const similarities = new Map(Array.from({ length: 12 }, (_, i) => [1989 + i, 0.5]));
    expect(compareTable(similarities, sums)).toHaveLength(2000);
  });

  test('compares each once, in the order of their ids within a step', () => {
    const compared = compareTable(new Map(), descendingSums(500));
    expect(new Set(compared).size).toBe(500);
    expect(compared.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });
});
