import type { PostKind } from '../../post.ts';
import { type BlockReader, decodeRecord } from './block_reader.ts';
import { kindOf } from './record_post.ts';
import type { Repository } from './repository.ts';

/** What each item of an export is, by its index. */
export type Kinds = Uint8Array;

const KINDS = ['unreadable', 'post', 'reply', 'repost'] as const;
const NONE = -1;
const BATCH = 1000;

export function kindAt(kinds: Kinds, item: number): PostKind | 'unreadable' {
  return KINDS[kinds[item] ?? 0] ?? 'unreadable';
}

/**
 * Reads all items once, in the order of the file, to learn what they are: how many of them a listing
 * has is known before its first page.
 */
export async function readKinds(
  reader: BlockReader,
  { blocks: index, did, items }: Repository,
  signal: AbortSignal,
): Promise<Kinds> {
  const kinds = new Uint8Array(items.length);
  const { first, next } = itemsByBlock(items, index.size);
  for (const blocks of batches(first)) {
    const contents = await reader.read(blocks);
    signal.throwIfAborted();
    for (const block of blocks) {
      const record = decodeRecord(contents.get(block));
      for (let item = first[block] ?? NONE; item !== NONE; item = next[item] ?? NONE) {
        const kind = kindOf(record, items[item] as Repository['items'][number], did);
        kinds[item] = typeof kind === 'string' ? KINDS.indexOf(kind) : 0;
      }
    }
  }
  return kinds;
}

/** The items of each block, as linked lists: records with equal contents share one. */
function itemsByBlock(items: Repository['items'], blocks: number) {
  const first = new Int32Array(blocks).fill(NONE);
  const next = new Int32Array(items.length).fill(NONE);
  items.forEach(({ block }, item) => {
    next[item] = first[block] ?? NONE;
    first[block] = item;
  });
  return { first, next };
}

/** The numbers of the blocks that have items, in the order of the file. */
function* batches(first: Int32Array): Generator<number[]> {
  let batch: number[] = [];
  for (let block = 0; block < first.length; block += 1) {
    if (first[block] === NONE) continue;
    batch.push(block);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
