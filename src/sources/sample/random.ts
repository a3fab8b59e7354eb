/** Numbers from 0 to less than 1, the same sequence for the same seed. */
export type Random = () => number;

/** The mulberry32 generator: 32 bits of state, enough for choosing words, not for secrets. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to less than `limit`. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** @throws RangeError when there are no items. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  if (items.length === 0) throw new RangeError('There are no items to pick from.');
  return items[below(random, items.length)] as Item;
}

/** Fisher and Yates, in place. */
export function shuffle<Item>(random: Random, items: Item[]): Item[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = below(random, last + 1);
    [items[last], items[other]] = [items[other] as Item, items[last] as Item];
  }
  return items;
}
