import { describe, expect, test } from 'bun:test';
import { encode } from '@atcute/cbor';
import {
  type Block,
  block,
  carOf,
  commitOf,
  entry,
  exportOf,
  like,
  linkTo,
  manyPosts,
  post,
  postPath,
  treeOf,
} from '../../support/car_fixture.ts';
import { refusal, textsOf } from './reading.ts';

const records = { ...manyPosts(40), 'app.bsky.feed.like/3kaaaaaaaaa22': like(1) };
const whole = exportOf(records);

function changedAt(position: number): Buffer {
  const bytes = Buffer.from(whole);
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  return bytes;
}

/** An export whose tree is this one node. */
function withRoot(root: Block, others: Block[] = []): Buffer {
  const commit = commitOf(root);
  return carOf([commit], [commit, root, ...others]);
}

const [first, second] = [block(post(1)), block(post(2))];
const [path1, path2] = [postPath(1), postPath(2)];

describe('an export is refused as a whole', () => {
  test('when any one byte differs', async () => {
    const { length } = whole;
    const positions = Array.from({ length: 60 }, (_, i) => Math.floor((i * (length - 1)) / 59));
    for (const position of positions) {
      expect(await refusal(changedAt(position))).toContain('Bluesky export');
    }
  });

  test('when it is cut off at any place', async () => {
    const { length } = whole;
    const cuts = Array.from({ length: 60 }, (_, i) => Math.floor((i * (length - 1)) / 59));
    for (const cut of cuts)
      expect(await refusal(whole.subarray(0, cut))).toContain('Bluesky export');
  });

  test('when there is something after its end', async () => {
    for (const rest of ['\0\0', 'ab', '\r\n', 'x'.repeat(100)]) {
      expect(await refusal(Buffer.concat([whole, Buffer.from(rest)]))).toContain('damaged');
    }
  });

  test('when one block of the tree or one record is missing, also one that is not read', async () => {
    const tree = treeOf(records);
    const commit = commitOf(tree.root);
    const blocks = [commit, ...tree.blocks];
    for (const missing of blocks) {
      const car = carOf(
        [commit],
        blocks.filter((one) => one !== missing),
      );
      expect(await refusal(car)).toMatch(
        /^The Bluesky export is incomplete: .+ is missing\. Export it/,
      );
    }
  });
});

describe('the message says what is wrong', () => {
  const cases: [string, Buffer, RegExp][] = [
    ['a byte of a block', changedAt(whole.length - 5), /contents of its block \d+ do not match/],
    ['cut in a block', whole.subarray(0, -1), /block \d+ is cut off/],
    ['an empty file', Buffer.alloc(0), /does not begin with a CAR header/],
    ['another file', Buffer.from('hello, this is no CAR file'), /does not begin with a CAR header/],
    ['a header without roots', carOf([], []), /header names no root/],
    ['a root that is absent', carOf([first], [second]), /incomplete: its root is missing/],
    ['a root that is no commit', carOf([first], [first]), /not an export of a Bluesky account/],
    [
      'a tree that is a record',
      withRoot(first),
      /its tree of records has a node of an unknown form/,
    ],
    [
      'keys in the wrong order',
      withRoot(block({ l: null, e: [entry('', path2, second), entry(path2, path1, first)] }), [
        first,
        second,
      ]),
      /records are not in order/,
    ],
    [
      'a key twice',
      withRoot(block({ l: null, e: [entry('', path1, first), entry(path1, path1, second)] }), [
        first,
        second,
      ]),
      /records are not in order/,
    ],
    [
      'a key that is no path',
      withRoot(block({ l: null, e: [entry('', 'app.bsky.feed.post', first)] }), [first]),
      /key of an unknown form/,
    ],
    [
      'a key that shares more than there is',
      withRoot(block({ l: null, e: [{ ...entry('', path1, first), p: 3 }] }), [first]),
      /node of an unknown form/,
    ],
    ['a node with unknown fields', withRoot(block({ e: [], x: 1 })), /node of an unknown form/],
    [
      'a block with another kind of hash',
      carOf(
        [first],
        [{ cid: new Uint8Array([1, 0x71, 0x1e, 0x20, ...new Uint8Array(32)]), bytes: first.bytes }],
      ),
      /block 1 is not addressed by a SHA-256/,
    ],
    [
      'a CAR of version 2',
      Buffer.concat([Buffer.from([0x0a]), encode({ version: 2 }), new Uint8Array(40)]),
      /CAR file of version 2/,
    ],
  ];
  test.each(cases)('%s', async (_, car, message) => {
    expect(await refusal(car)).toMatch(message);
  });

  test('and what to do', async () => {
    expect(await refusal(changedAt(whole.length - 5))).toBe(
      'The Bluesky export is damaged: the contents of its block 58 do not match their hash. ' +
        'Export it from Bluesky again, or copy it again.',
    );
  });
});

describe('limits', () => {
  test.each([
    ['the file', { maxBytes: 1000 }],
    ['a block', { maxBlockBytes: 100 }],
    ['the number of blocks', { maxBlocks: 20 }],
    ['the tree', { maxTreeBytes: 500 }],
    ['the keys', { maxKeyBytes: 100 }],
    ['the depth of the tree', { maxDepth: 1 }],
  ])('%s', async (_, limits) => {
    expect(await refusal(whole, limits)).toContain('Bluesky export');
  });

  test('a tree that leads through many empty nodes is refused', async () => {
    let node = block({ l: null, e: [entry('', path1, first)] });
    const nodes = [node];
    for (let level = 0; level < 100; level += 1) {
      node = block({ l: linkTo(node), e: [] });
      nodes.push(node);
    }
    expect(await refusal(withRoot(node, [...nodes, first]))).toContain('levels');
  });

  test('a part of the tree that is linked twice is refused', async () => {
    const shared = block({ l: null, e: [entry('', path1, first)] });
    const root = block({ l: linkTo(shared), e: [entry('', path2, second, shared)] });
    expect(await refusal(withRoot(root, [shared, first, second]))).toContain('not in order');
  });

  test('an empty node below the root is refused', async () => {
    const empty = block({ l: null, e: [] });
    const root = block({ l: linkTo(empty), e: [entry('', path1, first)] });
    expect(await refusal(withRoot(root, [empty, first]))).toContain('empty node');
  });

  test('a record nested a million levels deep is passed over', async () => {
    const deep = Buffer.concat([Buffer.alloc(1_000_000, 0x81), Buffer.from([0xf6])]);
    expect(await textsOf(exportOf({ [path1]: deep, [path2]: post(2) }))).toEqual(['Post 2']);
  });

  test('a length far beyond the file is refused before anything is reserved', async () => {
    const huge = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    expect(await refusal(Buffer.concat([whole, huge]))).toContain('impossible length');
    expect(await refusal(Buffer.concat([Buffer.from([0xff, 0xff, 0x7f]), whole]))).toContain(
      'header',
    );
    const list = Buffer.from([0x9a, 0xff, 0xff, 0xff, 0xff]);
    expect(await textsOf(exportOf({ [path1]: list, [path2]: post(2) }))).toEqual(['Post 2']);
  });
});
