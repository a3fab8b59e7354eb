import { bytes, count } from '../../../text/format.ts';
import { BlockIndex } from './block_index.ts';
import { type CarFile, SequentialReader } from './car_file.ts';
import { cidBytes, digestStart, hasDigest, startsWithCid } from './cid.ts';
import { damaged, tooLarge } from './damage.ts';
import { readHeader } from './header.ts';
import type { CarLimits } from './limits.ts';
import { isTreeNode, TreeNodes } from './tree_nodes.ts';

/** A file all of whose blocks have the contents that their hashes name. */
export interface ScannedCar {
  /** The digests of the roots that the header names. */
  roots: Uint8Array[];
  blocks: BlockIndex;
  nodes: TreeNodes;
}

export interface ScanOptions {
  limits: CarLimits;
  signal: AbortSignal;
  /** Called with the number of bytes that have been read. */
  onRead?: (bytes: number) => void;
}

/** Usual bytes per block: most records are likes, of about 230 bytes. */
const USUAL_BLOCK_BYTES = 256;
const MAX_VARINT_BYTES = 10;

/**
 * Reads a file from end to end and checks the SHA-256 of every block.
 * @throws Unreadable when a byte differs, the file is cut off, or it exceeds the limits.
 */
export async function scanCar(file: CarFile, options: ScanOptions): Promise<ScannedCar> {
  const { limits, signal, onRead } = options;
  if (file.size > limits.maxBytes) throw tooLarge(`it has more than ${bytes(limits.maxBytes)}`);
  const reader = new SequentialReader(file);
  const roots = await readHeader(reader);
  const blocks = new BlockIndex(limits.maxBlocks, file.size / USUAL_BLOCK_BYTES);
  const nodes = new TreeNodes(limits.maxTreeBytes);
  for (let number = 1; reader.has(MAX_VARINT_BYTES) || (await reader.fill(1)); number += 1) {
    const length = reader.varint();
    if (length === undefined || length > limits.maxBlockBytes + cidBytes) {
      throw damaged(`its block ${count(number)} has an impossible length`);
    }
    if (!reader.has(length)) {
      signal.throwIfAborted();
      onRead?.(reader.position);
      if (!(await reader.fill(length))) throw damaged(`its block ${count(number)} is cut off`);
    }
    takeBlock(reader, length, number, { blocks, nodes });
  }
  onRead?.(reader.position);
  return { roots, blocks, nodes };
}

function takeBlock(
  reader: SequentialReader,
  length: number,
  number: number,
  { blocks, nodes }: Omit<ScannedCar, 'roots'>,
): void {
  const position = reader.position + cidBytes;
  const block = reader.take(length);
  if (!startsWithCid(block)) {
    throw damaged(`its block ${count(number)} is not addressed by a SHA-256`);
  }
  const contents = block.subarray(cidBytes);
  if (!hasDigest(contents, block, digestStart)) {
    throw damaged(`the contents of its block ${count(number)} do not match their hash`);
  }
  const added = blocks.add(block, digestStart, { position, length: contents.length });
  if (added !== undefined && isTreeNode(contents)) nodes.add(added, contents);
}
