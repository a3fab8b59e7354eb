import { setImmediate as nextTurn } from 'node:timers/promises';
import { damaged, incomplete } from './damage.ts';
import { type NodeEntry, readNode, type TreeNode } from './node.ts';
import type { ScannedCar } from './scan.ts';

/** A record in the tree: `app.bsky.feed.post/3kaaaaaaaaa2a`, and the number of its block. */
export interface TreeRecord {
  collection: string;
  rkey: string;
  block: number;
}

interface Walk {
  car: ScannedCar;
  root: Uint8Array;
  maxDepth: number;
  signal: AbortSignal;
}

/** A node on the way from the root to the present one. */
interface Frame {
  node: TreeNode;
  /** The index of the entry that comes next. */
  next: number;
}

/** How long nodes are read before the event loop gets a turn, in ms. */
const TURN_MS = 5;
const RECORDS_PER_LOOK = 64;

/** The syntax of record paths: https://atproto.com/specs/repository and /specs/record-key. */
const KEY = /^([a-zA-Z0-9.-]{1,317})\/([\w.~:-]{1,512})$/;

/**
 * Walks the tree of records in the order of its keys, and makes sure that all of it is there.
 * @throws Unreadable when a node or a record is missing, or the keys are not in order.
 */
export async function* walkTree({
  car,
  root,
  maxDepth,
  signal,
}: Walk): AsyncGenerator<TreeRecord[]> {
  const path = new Path(car, maxDepth);
  path.descend(root, 0);
  let turnEnds = performance.now() + TURN_MS;
  while (path.depth > 0) {
    yield path.records(RECORDS_PER_LOOK);
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    signal.throwIfAborted();
    turnEnds = performance.now() + TURN_MS;
  }
}

class Path {
  readonly #frames: Frame[] = [];
  #lastKey = '';

  constructor(
    private readonly car: ScannedCar,
    private readonly maxDepth: number,
  ) {}

  get depth(): number {
    return this.#frames.length;
  }

  /** Enters a subtree, by the digest at this position: its leftmost node becomes the present one. */
  descend(bytes: Uint8Array, start: number): void {
    let node = this.#enter(bytes, start);
    while (node.left !== undefined) node = this.#enter(node.bytes, node.left);
  }

  /** The next records, at most as many; none at the end. */
  records(most: number): TreeRecord[] {
    const found: TreeRecord[] = [];
    while (found.length < most) {
      const frame = this.#frames.at(-1);
      if (!frame) break;
      const { node } = frame;
      const entry = node.entries[frame.next];
      frame.next += 1;
      if (!entry) {
        this.#frames.pop();
        continue;
      }
      found.push(this.#record(node, entry));
      if (entry.right !== undefined) this.descend(node.bytes, entry.right);
    }
    return found;
  }

  #enter(bytes: Uint8Array, start: number): TreeNode {
    if (this.depth === this.maxDepth) throw damaged(`its tree has more than ${this.depth} levels`);
    const block = this.car.blocks.find(bytes, start);
    if (block === undefined) throw incomplete('a part of its tree of records');
    const contents = this.car.nodes.get(block, this.car.blocks.length(block));
    if (!contents) throw damaged('its tree of records has a node of an unknown form');
    const node = readNode(contents);
    const isEmpty = node.entries.length === 0 && node.left === undefined;
    if (isEmpty && this.depth > 0) throw damaged('its tree has an empty node');
    this.#frames.push({ node, next: 0 });
    return node;
  }

  #record(node: TreeNode, { key, value }: NodeEntry): TreeRecord {
    const [, collection = '', rkey = ''] = KEY.exec(key) ?? [];
    if (!collection) throw damaged('its tree has a key of an unknown form');
    if (key <= this.#lastKey) throw damaged(`its records are not in order (at ${key})`);
    this.#lastKey = key;
    const block = this.car.blocks.find(node.bytes, value);
    if (block === undefined) throw incomplete(`the record ${key}`);
    return { collection, rkey, block };
  }
}
