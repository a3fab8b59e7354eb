import { count } from '../../../text/format.ts';
import { tooLarge } from './damage.ts';

const CHUNK_BYTES = 2 * 1024 ** 2;

/**
 * The nodes of the tree of records, held in memory: they are small, and the walk would otherwise read
 * the file at a different position for each of them.
 */
export class TreeNodes {
  readonly #chunks: Uint8Array[] = [];
  /** Free bytes of the last chunk. */
  #free = 0;
  #size = 0;
  /** The number of a block → the position of its contents, all chunks being one. */
  readonly #positions = new Map<number, number>();

  constructor(private readonly maxBytes: number) {}

  /**
   * @param node at most `CHUNK_BYTES` long, as all blocks are.
   * @throws Unreadable when the nodes are too large together.
   */
  add(block: number, node: Uint8Array): void {
    this.#size += node.length;
    if (this.#size > this.maxBytes) {
      throw tooLarge(`its tree has more than ${count(this.maxBytes)} bytes`);
    }
    if (node.length > this.#free) {
      this.#chunks.push(new Uint8Array(CHUNK_BYTES));
      this.#free = CHUNK_BYTES;
    }
    const start = CHUNK_BYTES - this.#free;
    this.#chunks.at(-1)?.set(node, start);
    this.#free -= node.length;
    this.#positions.set(block, (this.#chunks.length - 1) * CHUNK_BYTES + start);
  }

  /** The contents of a node of this length; undefined for a block that is none. */
  get(block: number, length: number): Uint8Array | undefined {
    const position = this.#positions.get(block);
    if (position === undefined) return undefined;
    const start = position % CHUNK_BYTES;
    return this.#chunks[Math.floor(position / CHUNK_BYTES)]?.subarray(start, start + length);
  }
}

/**
 * Whether a block may be a node of the tree: a map whose first key is `e`. The format sorts keys by
 * length, so that the `$type` of a record comes later. Some writers omit the key `l` when it is null.
 */
export function isTreeNode(contents: Uint8Array): boolean {
  const [map, key, name] = contents;
  return (map === 0xa1 || map === 0xa2) && key === 0x61 && name === 0x65;
}
