import type { LazyStatement } from '../../platform/statement.ts';

/** The memory of the vectors that are kept, in bytes: 4,096 of 384 numbers. */
const MAX_BYTES = 6 * 1024 * 1024;

export interface VectorRow {
  id: number;
  key: number;
  part_from: number | null;
  part_to: number | null;
  embedding: Uint8Array;
}

/** A vector's post, and the part of its text. */
export type VectorPlace = Omit<VectorRow, 'embedding'>;

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
  readonly #places: VectorPlace[] = [];
  /** The slot that is filled next: the one that was filled before all others. */
  #next = 0;

  /** @param maxBytes room for one vector is taken in any case. */
  constructor(byIds: LazyStatement<VectorRow, [string]>, dimensions: number, maxBytes = MAX_BYTES) {
    const count = Math.max(1, Math.floor(maxBytes / (4 * dimensions)));
    this.#byIds = byIds;
    this.dimensions = dimensions;
    this.#numbers = new Float32Array(count * dimensions);
    this.#bytes = new Uint8Array(this.#numbers.buffer);
  }

  /** Calls `use` with each of these vectors that is stored, in any order. What it is given is valid during the call. */
  each(ids: Iterable<number>, use: (place: VectorPlace, numbers: Float32Array) => void): void {
    const missing: number[] = [];
    for (const id of ids) {
      const slot = this.#slots.get(id);
      if (slot === undefined) missing.push(id);
      else this.#use(slot, use);
    }
    if (missing.length === 0) return;
    for (const row of this.#byIds.all(`[${missing.join()}]`)) this.#use(this.#put(row), use);
  }

  #use(slot: number, use: (place: VectorPlace, numbers: Float32Array) => void): void {
    const start = slot * this.dimensions;
    use(this.#places[slot] as VectorPlace, this.#numbers.subarray(start, start + this.dimensions));
  }

  #put({ embedding, ...place }: VectorRow): number {
    const slot = this.#next;
    this.#next = (slot + 1) % (this.#numbers.length / this.dimensions);
    const former = this.#places[slot];
    if (former) this.#slots.delete(former.id);
    this.#bytes.set(embedding, slot * this.dimensions * 4);
    this.#places[slot] = place;
    this.#slots.set(place.id, slot);
    return slot;
  }
}
