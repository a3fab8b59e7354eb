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

export function hasBit(bits: Uint32Array, key: number): boolean {
  return (((bits[key >>> 5] ?? 0) >>> (key & 31)) & 1) === 1;
}
