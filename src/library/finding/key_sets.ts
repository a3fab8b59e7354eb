import type { KeySet } from '../finding.ts';

/** A bitmap of keys: 125 KB for a million posts. */
export function keySetOf(keys: number[]): KeySet {
  let largest = 0;
  for (const key of keys) largest = Math.max(largest, key);
  const bits = emptyBits(largest);
  for (const key of keys) addKey(bits, key);
  return { bits, size: keys.length };
}

export const has = ({ bits }: KeySet, key: number) => hasBit(bits, key);

export const emptyBits = (largest: number) => new Uint32Array((largest >>> 5) + 1);

export function addKey(bits: Uint32Array, key: number): void {
  const index = key >>> 5;
  bits[index] = (bits[index] ?? 0) | (1 << (key & 31));
}

export function removeKey(bits: Uint32Array, key: number): void {
  const index = key >>> 5;
  bits[index] = (bits[index] ?? 0) & ~(1 << (key & 31));
}

export function hasBit(bits: Uint32Array, key: number): boolean {
  return (((bits[key >>> 5] ?? 0) >>> (key & 31)) & 1) === 1;
}

/** The number of keys above `after`. */
export function countKeys(bits: Uint32Array, after = -1): number {
  const start = (after + 1) >>> 5;
  let count = 0;
  for (let index = start; index < bits.length; index++) {
    let word = bits[index] as number;
    if (index === start) word &= -1 << ((after + 1) & 31);
    // Pairs of bits, then groups of four, of eight, and all four of these.
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/** The highest keys up to `to`, descending. @param after without it and those below. */
export function highestKeys(
  bits: Uint32Array,
  limit: number,
  { after = -1, to = bits.length * 32 - 1 } = {},
): number[] {
  const keys: number[] = [];
  const [start, end] = [Math.min(to >>> 5, bits.length - 1), Math.max(0, (after + 1) >>> 5)];
  for (let index = start; index >= end; index--) {
    let word = bits[index] as number;
    if (index === to >>> 5) word &= -1 >>> (31 - (to & 31));
    if (index === end) word &= -1 << ((after + 1) & 31);
    while (word !== 0) {
      if (keys.length >= limit) return keys;
      const bit = 31 - Math.clz32(word);
      keys.push(index * 32 + bit);
      word &= ~(1 << bit);
    }
  }
  return keys;
}
