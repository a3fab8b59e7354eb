import { count } from '../../../text/format.ts';
import { hasDigest } from './cid.ts';
import { tooLarge } from './damage.ts';

/** The contents of a block: their offset in the file and their length, in bytes. */
interface Place {
  position: number;
  length: number;
}

const DIGEST_BYTES = 32;
const NONE = -1;

/**
 * Where each block of a file is, by its SHA-256. Blocks are numbered in the order of the file. The
 * arrays take about 60 bytes a block; a `Map` with texts as keys takes five times as much.
 */
export class BlockIndex {
  #digests = new Uint8Array(0);
  #positions = new Float64Array(0);
  #lengths = new Uint32Array(0);
  /** Open addressing: a slot has the number of a block, or `NONE`. */
  #slots = new Int32Array(0);
  #size = 0;

  /** @param expected number of blocks for which there is room from the beginning. */
  constructor(
    private readonly maxBlocks: number,
    expected: number,
  ) {
    this.#grow(2 ** Math.ceil(Math.log2(Math.min(Math.max(expected, 64), maxBlocks))));
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Adds a block, whose digest begins at `start`.
   * @returns its number; undefined when the file has it twice. The first one counts then.
   * @throws Unreadable when there are too many.
   */
  add(bytes: Uint8Array, start: number, place: Place): number | undefined {
    if (this.#size === this.#lengths.length) this.#grow(this.#size * 2);
    const slot = this.#slotOf(bytes, start);
    if (this.#slots[slot] !== NONE) return undefined;
    if (this.#size >= this.maxBlocks) {
      throw tooLarge(`it has more than ${count(this.maxBlocks)} blocks`);
    }
    const block = this.#size;
    const own = block * DIGEST_BYTES;
    for (let at = 0; at < DIGEST_BYTES; at += 1) this.#digests[own + at] = bytes[start + at] ?? 0;
    this.#positions[block] = place.position;
    this.#lengths[block] = place.length;
    this.#slots[slot] = block;
    this.#size += 1;
    return block;
  }

  /**
   * The number of a block, or undefined when the file does not have it.
   * @param start position of the digest in the bytes.
   */
  find(bytes: Uint8Array, start = 0): number | undefined {
    const block = this.#slots[this.#slotOf(bytes, start)] ?? NONE;
    return block === NONE ? undefined : block;
  }

  /** The offset of a block's contents in the file, in bytes. */
  position(block: number): number {
    return this.#positions[block] ?? 0;
  }

  length(block: number): number {
    return this.#lengths[block] ?? 0;
  }

  /** Whether these are the contents of a block. */
  hasContents(block: number, contents: Uint8Array): boolean {
    return hasDigest(contents, this.#digests, block * DIGEST_BYTES);
  }

  /** The slot of this digest, or the free one in which it belongs. */
  #slotOf(bytes: Uint8Array, start: number): number {
    const last = this.#slots.length - 1;
    let slot = numberAt(bytes, start) & last;
    for (;;) {
      const block = this.#slots[slot] ?? NONE;
      if (block === NONE || this.#isDigestOf(block, bytes, start)) return slot;
      slot = (slot + 1) & last;
    }
  }

  #isDigestOf(block: number, bytes: Uint8Array, start: number): boolean {
    const own = block * DIGEST_BYTES;
    for (let index = 0; index < DIGEST_BYTES; index += 1) {
      if (this.#digests[own + index] !== bytes[start + index]) return false;
    }
    return true;
  }

  #grow(capacity: number): void {
    this.#digests = copied(this.#digests, new Uint8Array(capacity * DIGEST_BYTES));
    this.#positions = copied(this.#positions, new Float64Array(capacity));
    this.#lengths = copied(this.#lengths, new Uint32Array(capacity));
    this.#slots = new Int32Array(capacity * 2).fill(NONE);
    for (let block = 0; block < this.#size; block += 1) {
      this.#slots[this.#slotOf(this.#digests, block * DIGEST_BYTES)] = block;
    }
  }
}

function copied<Values extends { set(from: Values): void }>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}

/** Four bytes of a digest, which is as good as random: it needs no hash of its own. */
function numberAt(bytes: Uint8Array, start: number): number {
  const byte = (offset: number) => bytes[start + offset] ?? 0;
  return (byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3);
}
