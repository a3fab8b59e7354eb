import type { LazyStatement } from '../../platform/statement.ts';

/** The memory of the vectors that are kept, in bytes: 4,096 of 384 numbers. */
const MAX_BYTES = 6 * 1024 * 1024;

export interface VectorRow {
  id: number;
  key: number;
  embedding: Uint8Array;
}

/** What vectors were compared with a given one, in the order of their ids. */
export interface Compared {
  /** NaN for those that are no more. */
  similarities: Float64Array;
  /** Of their posts. */
  keys: Float64Array;
}

/**
 * Reads vectors by their ids, and keeps those that were read last: of one model, whose vectors are never changed, and whose
 * ids are never given again. The two looks of a find compare much the same ones.
 */
export class ReadVectors {
  readonly #byIds: LazyStatement<VectorRow, [string]>;
  readonly dimensions: number;
  readonly #numbers: Float32Array;
  readonly #bytes: Uint8Array;
  readonly #slots = new Map<number, number>();
  readonly #ids: Float64Array;
  readonly #keys: Float64Array;
  /** The slot that is filled next: the one that was filled before all others. */
  #next = 0;

  /**
   * @param byIds gives the rows in the order of the ids in a JSON array.
   * @param maxBytes room for one vector is taken in any case.
   */
  constructor(byIds: LazyStatement<VectorRow, [string]>, dimensions: number, maxBytes = MAX_BYTES) {
    const count = Math.max(1, Math.floor(maxBytes / (4 * dimensions)));
    this.#byIds = byIds;
    this.dimensions = dimensions;
    this.#numbers = new Float32Array(count * dimensions);
    this.#bytes = new Uint8Array(this.#numbers.buffer);
    this.#ids = new Float64Array(count);
    this.#keys = new Float64Array(count);
  }

  /** Compares the vectors with these ids with a vector. */
  compared(ids: Uint32Array, vector: Float32Array): Compared {
    const similarities = new Float64Array(ids.length).fill(Number.NaN);
    const keys = new Float64Array(ids.length);
    const missing: number[] = [];
    const use = (i: number, slot: number) => {
      similarities[i] = cosine(vector, this.#numbers, slot * this.dimensions);
      keys[i] = this.#keys[slot] as number;
    };
    for (const [i, id] of ids.entries()) {
      const slot = this.#slots.get(id);
      if (slot === undefined) missing.push(i);
      else use(i, slot);
    }
    if (missing.length === 0) return { similarities, keys };
    let next = 0;
    for (const row of this.#byIds.all(`[${missing.map((i) => ids[i]).join()}]`)) {
      while (ids[missing[next] as number] !== row.id) next++;
      use(missing[next] as number, this.#put(row));
    }
    return { similarities, keys };
  }

  #put({ id, key, embedding }: VectorRow): number {
    const slot = this.#next;
    this.#next = (slot + 1) % this.#ids.length;
    this.#slots.delete(this.#ids[slot] as number);
    this.#bytes.set(embedding, slot * this.dimensions * 4);
    this.#ids[slot] = id;
    this.#keys[slot] = key;
    this.#slots.set(id, slot);
    return slot;
  }
}

/**
 * Of unit vectors, the other one at a place: 1 - d²/2, which is 1 for equal ones in spite of rounding. Four sums
 * do not wait for each other, so that it takes half of the time.
 */
function cosine(one: Float32Array, numbers: Float32Array, at: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const rest = one.length & ~3;
  for (let i = 0; i < rest; i += 4) {
    const w = (one[i] as number) - (numbers[at + i] as number);
    const x = (one[i + 1] as number) - (numbers[at + i + 1] as number);
    const y = (one[i + 2] as number) - (numbers[at + i + 2] as number);
    const z = (one[i + 3] as number) - (numbers[at + i + 3] as number);
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (let i = rest; i < one.length; i++)
    a += ((one[i] as number) - (numbers[at + i] as number)) ** 2;
  return 1 - (a + b + c + d) / 2;
}
