import { count } from '../../../text/format.ts';
import { FOLLOW, POST, PROFILE, REPOST } from './addresses.ts';
import type { BlockIndex } from './block_index.ts';
import type { CarFile } from './car_file.ts';
import { readCommit } from './commit.ts';
import { incomplete, tooLarge } from './damage.ts';
import type { CarLimits } from './limits.ts';
import type { RecordKey } from './record_post.ts';
import { type ScannedCar, type ScanOptions, scanCar } from './scan.ts';
import { timeOfTid } from './tid.ts';
import { type TreeRecord, walkTree } from './tree.ts';

/** A post or repost of an export. */
export interface Item extends RecordKey {
  /** The number of its block. */
  block: number;
}

/** An account's export whose blocks and tree have been checked. */
export interface Repository {
  did: string;
  /** When it was made. */
  asOf?: Date;
  /** The digest of the commit, which stands for all contents. */
  commit: Uint8Array;
  blocks: BlockIndex;
  /** By their keys, newest first: the keys are ids that sort by time. */
  items: Item[];
  /** The block of the profile. */
  profile?: number;
  posts: number;
  following: number;
  /** Records of other kinds, by collection. */
  others: Map<string, number>;
}

/**
 * Reads and checks the structure of an export.
 * @throws Unreadable when it is damaged, incomplete or no export.
 */
export async function readRepository(file: CarFile, options: ScanOptions): Promise<Repository> {
  const car = await scanCar(file, options);
  const { digest, commit } = await findCommit(file, car);
  const { limits, signal } = options;
  const records = new Records(limits);
  const walk = { car, root: commit.tree, maxDepth: limits.maxDepth, signal };
  for await (const batch of walkTree(walk)) records.add(batch);
  const items = records.newestFirst();
  const asOf = notLaterThanNow(timeOfTid(commit.rev ?? items[0]?.rkey ?? ''));
  const { posts, following, profile, others } = records;
  const { did } = commit;
  // The nodes of the tree are not needed any more, and take as much memory as all that is returned.
  const { blocks } = car;
  return { did, commit: digest, blocks, items, posts, following, others, profile, asOf };
}

/** A file may have several roots; the first that is there is the commit. */
async function findCommit(file: CarFile, { roots, blocks }: ScannedCar) {
  for (const digest of roots) {
    const block = blocks.find(digest);
    if (block === undefined) continue;
    const contents = await file.read(blocks.position(block), blocks.length(block));
    return { digest: digest.slice(), commit: readCommit(contents) };
  }
  throw incomplete('its root');
}

/** A clock that was wrong must not make an export newer than all that follows. */
function notLaterThanNow(date: Date | undefined): Date | undefined {
  return date && new Date(Math.min(date.getTime(), Date.now()));
}

/** Sorts the records of a tree into those that are read and those that are counted. */
class Records {
  posts = 0;
  following = 0;
  profile: number | undefined;
  readonly others = new Map<string, number>();
  readonly #items: Record<RecordKey['collection'], Item[]> = { [POST]: [], [REPOST]: [] };
  #keyBytes = 0;

  constructor(private readonly limits: CarLimits) {}

  add(records: TreeRecord[]): void {
    for (const { collection, rkey, block } of records) {
      if (collection === POST || collection === REPOST) this.#addItem({ collection, rkey, block });
      else if (collection === PROFILE && rkey === 'self') this.profile = block;
      else this.others.set(collection, (this.others.get(collection) ?? 0) + 1);
    }
    this.posts = this.#items[POST].length;
    this.following = this.others.get(FOLLOW) ?? 0;
  }

  /** Merges the two collections, each of which is in ascending order. */
  newestFirst(): Item[] {
    const { [POST]: posts, [REPOST]: reposts } = this.#items;
    const merged: Item[] = [];
    for (let next = newer(posts, reposts).pop(); next; next = newer(posts, reposts).pop()) {
      merged.push(next);
    }
    return merged;
  }

  #addItem(item: Item): void {
    const { maxKeyBytes } = this.limits;
    this.#keyBytes += item.rkey.length;
    if (this.#keyBytes > maxKeyBytes)
      throw tooLarge(`its keys have more than ${count(maxKeyBytes)} bytes`);
    this.#items[item.collection].push(item);
  }
}

/** Of two lists the one whose last item is newer. */
function newer(a: Item[], b: Item[]): Item[] {
  return (a.at(-1)?.rkey ?? '') >= (b.at(-1)?.rkey ?? '') ? a : b;
}
