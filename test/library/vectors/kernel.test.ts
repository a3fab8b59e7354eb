import { describe, expect, test } from 'bun:test';
import {
  countVectors,
  countWords,
  createKernel,
  type Places,
  ROW_TAIL_BYTES,
} from '../../../src/library/vectors/kernel.ts';
import { scattered } from './scattered.ts';

const ROWS = 200;
const WANTED = 10;

const bytesOf = (seed: number, count: number) =>
  Uint8Array.from(scattered(seed, count), (number) => Math.floor((number + 1) * 128));

const differing = (one: Uint8Array, other: Uint8Array) =>
  one.reduce(
    (sum, byte, i) => sum + (byte ^ (other[i] as number)).toString(2).replaceAll('0', '').length,
    0,
  );

// What is used depends on the processor, so both are tested on each.
describe.each([
  ['words', countWords],
  ['vectors', countVectors],
])('a scan that counts by %s', (_, counting) => {
  test.each([1, 3, 8, 32])('finds the nearest of codes of %d × 16 bytes', (vectors) => {
    const size = vectors * 16;
    const found = size + 4 * (size * 8 + 4);
    const places: Places = { counts: size, found, foundEnd: found + 8 * 2 * WANTED };
    const start = places.foundEnd;
    const { memory, scan } = createKernel(vectors, places, counting);
    memory.grow(Math.ceil((ROWS * (size + ROW_TAIL_BYTES)) / 65_536));
    const bytes = new Uint8Array(memory.buffer);
    const query = bytesOf(1, size);
    bytes.set(query, 0);
    const rows = Array.from({ length: ROWS }, (_, i) => {
      const at = start + i * (size + ROW_TAIL_BYTES);
      const code = bytesOf(i + 2, size);
      bytes.set(code, at);
      // The key of each seventh row is 0: it was removed.
      bytes[at + size] = i % 7 === 0 ? 0 : 1;
      return { at, distance: differing(query, code), isRemoved: i % 7 === 0 };
    });
    const total = scan(start, start + ROWS * (size + ROW_TAIL_BYTES), 0, 0, WANTED);
    const words = new Uint32Array(memory.buffer, found, total * 2);
    const kept = rows.filter(({ isRemoved }) => !isRemoved);
    const limit = kept.map(({ distance }) => distance).sort((a, b) => a - b)[WANTED - 1] as number;
    expect(total).toBeGreaterThanOrEqual(WANTED);
    for (let i = 0; i < total; i++) {
      const row = kept.find(({ at }) => at === words[i * 2]);
      expect(row?.distance).toBe(words[i * 2 + 1] as number);
      expect(row?.distance).toBeLessThanOrEqual(limit);
    }
  });
});
