import type { KeySet } from '../finding.ts';
import { createKernel, type Kernel, type Places, ROW_TAIL_BYTES } from './kernel.ts';
import { descending, signSums } from './sign_sums.ts';

/** How many rows a scan can be asked for. */
export const MAX_WANTED = 4096;

const FOUND_BYTES = 8 * 4 * MAX_WANTED;
const PAGE_BYTES = 65_536;

/** How much more memory is taken than is needed, so that it is not taken for each row: an eighth. */
const SPARE_SHIFT = 3;

/** Vectors, those that are probably nearest to a given one first. */
export interface RankedCodes {
  ids: Uint32Array;
  /** What they are ordered by, from the highest to the lowest. */
  sums: Float64Array;
}

/** The signs of a vector's numbers: bit i % 8 of byte i / 8 is set when number i is negative. */
export function codeOf(vector: Float32Array): Uint8Array {
  const code = new Uint8Array((vector.length + 7) >>> 3);
  const numbers = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  for (let i = 0; i < numbers.length; i++) {
    code[i >>> 3] = (code[i >>> 3] as number) | (((numbers[i] as number) >>> 31) << (i & 7));
  }
  return code;
}

/** The codes of one model's vectors, in the order of the vectors' ids: 56 bytes each for 384 numbers. */
export class Codes {
  /** How many rows there are, with those that were removed. */
  count = 0;
  readonly #codeBytes: number;
  readonly #rowBytes: number;
  readonly #places: Places;
  readonly #rows: number;
  readonly #kernel: Kernel;
  #bytes: Uint8Array;
  #words: Uint32Array;

  /** @param dimensions of the model's vectors. */
  constructor(dimensions: number) {
    const vectors = Math.ceil(dimensions / 128);
    this.#codeBytes = vectors * 16;
    this.#rowBytes = this.#codeBytes + ROW_TAIL_BYTES;
    const found = this.#codeBytes + 4 * (this.#codeBytes * 8 + 4);
    this.#places = { counts: this.#codeBytes, found, foundEnd: found + FOUND_BYTES };
    this.#rows = this.#places.foundEnd;
    this.#kernel = createKernel(vectors, this.#places);
    this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
    this.#words = new Uint32Array(this.#kernel.memory.buffer);
  }

  /** @param id larger than those of all rows. */
  add(id: number, key: number, code: Uint8Array): void {
    const row = this.#rows + this.count * this.#rowBytes;
    this.#reserve(row + this.#rowBytes);
    this.#bytes.fill(0, row, row + this.#codeBytes);
    this.#bytes.set(code, row);
    this.#words[(row + this.#codeBytes) >>> 2] = key;
    this.#words[(row + this.#codeBytes + 4) >>> 2] = id;
    this.count++;
  }

  /** Replaces the key of a row. Rows with the key 0 are not found. @returns its former key. */
  setKey(id: number, key: number): number {
    const row = this.#rowOf(id);
    if (row === undefined) return 0;
    const word = (row + this.#codeBytes) >>> 2;
    const former = this.#words[word] as number;
    this.#words[word] = key;
    return former;
  }

  /** The ids of the vectors nearest by their codes: at most twice as many as `wanted`. */
  nearest(code: Uint8Array, wanted: number, among?: KeySet): number[] {
    const ids: number[] = [];
    for (const row of this.#scan(code, wanted, among)) ids.push(this.#idOf(row));
    return ids;
  }

  /**
   * The same for a vector, and ordered by the sums of its numbers with the signs of the codes: those that
   * are probably nearest first.
   */
  ranked(vector: Float32Array, wanted: number, among?: KeySet): RankedCodes {
    const rows = this.#scan(codeOf(vector), wanted, among);
    const all = signSums(vector, this.#words, rows, this.#codeBytes);
    const order = descending(all);
    const ids = new Uint32Array(rows.length);
    const sums = new Float64Array(rows.length);
    for (let place = 0; place < order.length; place++) {
      const i = order[place] as number;
      ids[place] = this.#idOf(rows[i] as number);
      sums[place] = all[i] as number;
    }
    return { ids, sums };
  }

  /** @returns the addresses of the rows found. */
  #scan(code: Uint8Array, wanted: number, among?: KeySet): Uint32Array {
    const end = this.#rows + this.count * this.#rowBytes;
    const { found } = this.#places;
    if (among) {
      this.#reserve(end + among.bits.byteLength);
      this.#words.set(among.bits, end >>> 2);
    }
    this.#bytes.fill(0, 0, found);
    this.#bytes.set(code, 0);
    const keys = among ? among.bits.length * 32 : 0;
    const total = this.#kernel.scan(this.#rows, end, among ? end : 0, keys, wanted);
    const rows = new Uint32Array(total);
    for (let i = 0; i < total; i++) rows[i] = this.#words[(found + i * 8) >>> 2] as number;
    return rows;
  }

  #idOf(row: number): number {
    return this.#words[(row + this.#codeBytes + 4) >>> 2] as number;
  }

  #rowOf(id: number): number | undefined {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#idAt(middle) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.count && this.#idAt(low) === id
      ? this.#rows + low * this.#rowBytes
      : undefined;
  }

  #idAt(index: number): number {
    return this.#idOf(this.#rows + index * this.#rowBytes);
  }

  #reserve(bytes: number): void {
    const missing = bytes - this.#bytes.length;
    if (missing <= 0) return;
    const wanted = missing + (this.#bytes.length >>> SPARE_SHIFT);
    this.#kernel.memory.grow(Math.ceil(wanted / PAGE_BYTES));
    this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
    this.#words = new Uint32Array(this.#kernel.memory.buffer);
  }
}
