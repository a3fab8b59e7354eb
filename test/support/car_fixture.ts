import { hash } from 'node:crypto';
import { CidLinkWrapper, encode, toBytes } from '@atcute/cbor';

/** Exports of Bluesky accounts, written block by block, so that tests can write them wrongly too. */

export const did = 'did:plc:aurora22222222222222222';

/** Path of a record → its fields, or the bytes of its block. */
export type Records = Record<string, object>;

export interface Block {
  /** The CID in binary form. */
  cid: Uint8Array;
  bytes: Uint8Array;
}

export interface Tree {
  root: Block;
  /** All nodes and records, each node before what is below it. */
  blocks: Block[];
}

const DIGITS = '234567abcdefghijklmnopqrstuvwxyz';
const JANUARY = Date.UTC(2026, 0, 1);

/** The id of a time, in milliseconds since 1970. */
export function tid(ms: number): string {
  let microseconds = ms * 1000;
  let text = '';
  for (let digit = 0; digit < 11; digit += 1) {
    text = DIGITS.charAt(microseconds % 32) + text;
    microseconds = Math.floor(microseconds / 32);
  }
  return `${text}22`;
}

/** The path of the post of the `minute`th minute of 2026. */
export function postPath(minute: number): string {
  return `app.bsky.feed.post/${tid(JANUARY + minute * 60_000)}`;
}

export function address(path: string): string {
  return `at://${did}/${path}`;
}

/** A record of a post; `fields` are the ones that matter to the test. */
export function post(minute: number, fields: object = {}) {
  return {
    $type: 'app.bsky.feed.post',
    text: `Post ${minute}`,
    createdAt: new Date(JANUARY + minute * 60_000).toISOString(),
    langs: ['en'],
    ...fields,
  };
}

export function like(minute: number) {
  const uri = `at://did:plc:other/app.bsky.feed.post/${tid(JANUARY + minute * 1000)}`;
  return {
    $type: 'app.bsky.feed.like',
    subject: { uri, cid: String(cidOf(encode({ minute })).text) },
    createdAt: new Date(JANUARY + minute * 60_000).toISOString(),
  };
}

/** `count` posts, a minute apart. */
export function manyPosts(count: number): Records {
  return Object.fromEntries(
    Array.from({ length: count }, (_, minute) => [postPath(minute), post(minute)]),
  );
}

export function block(value: object): Block {
  const bytes = value instanceof Uint8Array ? value : encode(value);
  return { cid: cidOf(bytes).bytes, bytes };
}

export function linkTo({ cid }: Block): CidLinkWrapper {
  return new CidLinkWrapper(cid);
}

function cidOf(bytes: Uint8Array) {
  const cid = new Uint8Array([1, 0x71, 0x12, 0x20, ...hash('sha256', bytes, 'buffer')]);
  return { bytes: cid, text: new CidLinkWrapper(cid).$link };
}

/** The tree of these records, as the AT Protocol's repositories have it. */
export function treeOf(records: Records): Tree {
  const leaves = Object.keys(records)
    .sort()
    .map((key): Leaf => ({ key, layer: layerOf(key), value: block(records[key] ?? {}) }));
  return nodeOf(leaves, Math.max(0, ...leaves.map(({ layer }) => layer)));
}

interface Leaf {
  key: string;
  layer: number;
  value: Block;
}

/** Half the number of zero bits at the beginning of the key's SHA-256. */
function layerOf(key: string): number {
  const bits = [...hash('sha256', key, 'buffer').subarray(0, 8)];
  const zeros = bits.map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return Math.floor(zeros.indexOf('1') / 2);
}

function nodeOf(leaves: Leaf[], layer: number): Tree {
  const own = leaves.flatMap((leaf, index) => (leaf.layer === layer ? [index] : []));
  const below = (from: number, to = leaves.length) =>
    from < to ? nodeOf(leaves.slice(from, to), layer - 1) : undefined;
  const left = below(0, own[0]);
  const rights = own.map((index, position) => below(index + 1, own[position + 1]));
  const root = block({
    l: left ? linkTo(left.root) : null,
    e: own.map((index, position) => {
      const leaf = leaves[index] as Leaf;
      const before = position === 0 ? '' : (leaves[own[position - 1] as number] as Leaf).key;
      const right = rights[position];
      return entry(before, leaf.key, leaf.value, right?.root);
    }),
  });
  const parts = own.flatMap((index, position) => [
    (leaves[index] as Leaf).value,
    ...(rights[position]?.blocks ?? []),
  ]);
  return { root, blocks: [root, ...(left?.blocks ?? []), ...parts] };
}

/** An entry of a node. `before` is the key before it in the same node. */
export function entry(before: string, key: string, value: Block, right?: Block) {
  let shared = 0;
  while (shared < before.length && before[shared] === key[shared]) shared += 1;
  return {
    p: shared,
    k: toBytes(Buffer.from(key.slice(shared))),
    v: linkTo(value),
    t: right ? linkTo(right) : null,
  };
}

/** The commit of a tree. Its signature is 64 zero bytes: the reader cannot check any. */
export function commitOf(tree: Block, fields: object = {}): Block {
  return block({
    did,
    version: 3,
    rev: tid(Date.UTC(2026, 5, 1)),
    prev: null,
    data: linkTo(tree),
    sig: toBytes(new Uint8Array(64)),
    ...fields,
  });
}

/** A CAR file of version 1. */
export function carOf(roots: Block[], blocks: Iterable<Block>): Buffer {
  const header = encode({ version: 1, roots: roots.map(linkTo) });
  const pieces: Uint8Array[] = [varint(header.length), header];
  for (const { cid, bytes } of blocks) {
    pieces.push(varint(cid.length + bytes.length), cid, bytes);
  }
  return Buffer.concat(pieces);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return new Uint8Array([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

/** An export with these records: the commit, then the tree. */
export function exportOf(records: Records, commit: object = {}): Buffer {
  const tree = treeOf(records);
  const root = commitOf(tree.root, commit);
  return carOf([root], [root, ...tree.blocks]);
}
