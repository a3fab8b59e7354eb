import { decode } from '@atcute/cbor';
import type { BlockIndex } from './block_index.ts';
import { type CarFile, changed } from './car_file.ts';

/** Blocks that are nearer to each other are read at once, with what is between them. */
const GAP_BYTES = 32 * 1024;
const RUN_BYTES = 1024 ** 2;

interface Run {
  blocks: number[];
  start: number;
  end: number;
}

/** Reads blocks of a file that has been scanned, in any order. */
export class BlockReader {
  #buffer = new Uint8Array(RUN_BYTES);

  constructor(
    private readonly file: CarFile,
    private readonly index: BlockIndex,
  ) {}

  /**
   * Reads the contents of some blocks and checks them again.
   * @returns them by the number of the block. They are valid until the next call, which uses the same
   * memory.
   * @throws Unreadable when the file has changed since it was scanned.
   */
  async read(blocks: number[]): Promise<Map<number, Uint8Array>> {
    const contents = new Map<number, Uint8Array>();
    const runs = runsOf(this.index, blocks);
    this.#makeRoom(runs);
    let used = 0;
    for (const run of runs) {
      const bytes = this.#buffer.subarray(used, used + run.end - run.start);
      used += bytes.length;
      if ((await this.file.readInto(bytes, run.start)) < bytes.length) throw changed();
      for (const block of run.blocks) contents.set(block, this.#contents(block, run, bytes));
    }
    return contents;
  }

  #makeRoom(runs: Run[]): void {
    const needed = runs.reduce((sum, { start, end }) => sum + end - start, 0);
    if (needed > this.#buffer.length) this.#buffer = new Uint8Array(needed);
  }

  #contents(block: number, run: Run, bytes: Uint8Array): Uint8Array {
    const start = this.index.position(block) - run.start;
    const contents = bytes.subarray(start, start + this.index.length(block));
    if (!this.index.hasContents(block, contents)) throw changed();
    return contents;
  }
}

/** Blocks are numbered in the order of the file. */
function runsOf(index: BlockIndex, blocks: number[]): Run[] {
  const runs: Run[] = [];
  for (const block of blocks.toSorted((a, b) => a - b)) {
    const start = index.position(block);
    const end = start + index.length(block);
    const run = runs.at(-1);
    if (run && start - run.end <= GAP_BYTES && end - run.start <= RUN_BYTES) {
      run.blocks.push(block);
      run.end = Math.max(run.end, end);
    } else runs.push({ blocks: [block], start, end });
  }
  return runs;
}

/**
 * The record in a block; undefined when it is no DAG-CBOR. Its CIDs and bytes are views of the contents.
 */
export function decodeRecord(contents: Uint8Array | undefined): unknown {
  try {
    return contents && decode(contents);
  } catch {
    return undefined;
  }
}
