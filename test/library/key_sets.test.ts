import { expect, test } from 'bun:test';
import { addKey, countKeys, emptyBits, highestKeys } from '../../src/library/finding/key_sets.ts';

test('keys of a bitmap are counted and listed within any bounds', () => {
  const keys = [1, 2, 31, 32, 33, 63, 64, 95, 100, 127];
  const bits = emptyBits(127);
  for (const key of keys) addKey(bits, key);
  expect(countKeys(bits)).toBe(keys.length);
  for (let after = -1; after < 140; after++) {
    expect(countKeys(bits, after)).toBe(keys.filter((key) => key > after).length);
    for (let to = 0; to < 140; to++) {
      const within = keys.filter((key) => key > after && key <= to).reverse();
      expect(highestKeys(bits, 3, { after, to })).toEqual(within.slice(0, 3));
    }
  }
});
