import type { KeySet } from '../finding.ts';
import type { Conditions } from './conditions.ts';
import type { Counts } from './counts.ts';
import { createKept } from './kept.ts';
import { MATCHES } from './plan_sql.ts';
import { type Bindings, type Queries, where } from './queries.ts';

const MATCHED_KEYS = `SELECT rowid AS key FROM (${MATCHES})`;

/** Reads the keys of posts that meet conditions as bitmaps: 125 KB for a million posts. */
export function createKeySets(queries: Queries, { newestKey }: Pick<Counts, 'newestKey'>) {
  const { one } = queries;
  const kept = createKept<KeySet>(queries);

  function read(sql: string, bindings: Bindings): Uint32Array {
    const bits = emptyBits(newestKey());
    // As one text: reading row by row takes three times as long.
    const list = `SELECT json_group_array(key) AS keys FROM (${sql})`;
    const { keys } = one<{ keys: string }>(list, bindings);
    for (const key of JSON.parse(keys) as number[]) add(bits, key);
    return bits;
  }

  function compute({ isEmpty, match, indexed, others, bindings }: Conditions): Uint32Array {
    if (isEmpty) return emptyBits(0);
    const parts: Uint32Array[] = [];
    if (match && !match.isExcluded) parts.push(read(MATCHED_KEYS, bindings));
    if (indexed.length > 0) parts.push(read(`SELECT key FROM posts ${where(indexed)}`, bindings));
    if (others.length > 0 || parts.length === 0)
      parts.push(read(`SELECT key FROM posts ${where(others)}`, bindings));
    const bits = parts.reduce(intersection);
    if (!match?.isExcluded) return bits;
    return difference(bits, read(MATCHED_KEYS, bindings));
  }

  return (conditions: Conditions): KeySet =>
    kept(JSON.stringify(conditions), () => {
      const bits = compute(conditions);
      return { bits, size: sizeOf(bits) };
    });
}

export function has({ bits }: KeySet, key: number): boolean {
  return (((bits[key >>> 5] ?? 0) >>> (key & 31)) & 1) === 1;
}

export function* keysIn({ bits }: KeySet): Generator<number> {
  for (const [index, word] of bits.entries()) {
    for (let rest = word; rest !== 0; rest &= rest - 1)
      yield index * 32 + 31 - Math.clz32(rest & -rest);
  }
}

const emptyBits = (largest: number) => new Uint32Array((largest >>> 5) + 1);

function add(bits: Uint32Array, key: number): void {
  const index = key >>> 5;
  bits[index] = (bits[index] ?? 0) | (1 << (key & 31));
}

function intersection(one: Uint32Array, other: Uint32Array): Uint32Array {
  return one.map((word, index) => word & (other[index] ?? 0));
}

function difference(one: Uint32Array, other: Uint32Array): Uint32Array {
  return one.map((word, index) => word & ~(other[index] ?? 0));
}

function sizeOf(bits: Uint32Array): number {
  let size = 0;
  for (let word of bits) {
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    size += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return size;
}
