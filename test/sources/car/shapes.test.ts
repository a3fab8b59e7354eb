import { describe, expect, test } from 'bun:test';
import { encode } from '@atcute/cbor';
import {
  type Block,
  block,
  carOf,
  commitOf,
  did,
  exportOf,
  like,
  linkTo,
  manyPosts,
  post,
  postPath,
  treeOf,
} from '../../support/car_fixture.ts';
import { pagesOf, postsOf, textsOf } from './reading.ts';

const records = manyPosts(120);
const tree = treeOf(records);
const root = commitOf(tree.root);
const all = [root, ...tree.blocks];
const texts = Array.from({ length: 120 }, (_, i) => `Post ${119 - i}`);

/** An order that is neither that of the tree nor that of time, and always the same. */
function mixed(blocks: Block[]): Block[] {
  return blocks.toSorted((a, b) => Buffer.compare(a.cid, b.cid));
}

describe('exports of other tools are read', () => {
  const other = block(like(1));
  const cases: [string, Buffer][] = [
    ['nodes before what is below them', carOf([root], all)],
    ['nodes after what is below them', carOf([root], all.toReversed())],
    ['blocks in the order of their hashes', carOf([root], mixed(all))],
    ['all blocks twice', carOf([root], [...all, ...mixed(all)])],
    ['blocks that belong to no record', carOf([root], [other, ...all, block(post(999))])],
    ['several roots', carOf([root, other, tree.root], [...all, other])],
    ['several roots, the first of which is absent', carOf([other, root], all)],
    ['nodes without the fields that are null', withoutNulls()],
  ];
  test.each(cases)('%s', async (_, car) => {
    expect(await textsOf(car)).toEqual(texts);
  });
});

function withoutNulls(): Buffer {
  const leaf = (minute: number) => block(post(minute));
  const leaves = Array.from({ length: 120 }, (_, minute) => leaf(minute));
  const e = leaves.map((value, minute) => ({
    p: 0,
    k: { $bytes: Buffer.from(postPath(minute)).toString('base64').replace(/=+$/, '') },
    v: linkTo(value),
  }));
  const node = block({ e });
  const commit = commitOf(node);
  return carOf([commit], [commit, node, ...leaves]);
}

test('two records with equal contents are two posts', async () => {
  const same = post(0, { text: 'Good morning!' });
  const car = exportOf({ [postPath(1)]: same, [postPath(2)]: same, [postPath(3)]: post(3) });
  const posts = await postsOf(car);
  expect(posts.map(({ text }) => text)).toEqual(['Post 3', 'Good morning!', 'Good morning!']);
  expect(new Set(posts.map(({ id }) => id)).size).toBe(3);
});

test('an account without records has no posts', async () => {
  expect(await pagesOf(exportOf({}))).toMatchObject([
    { items: [], total: 0, profile: { id: did, posts: 0, following: 0 } },
  ]);
});

test('a commit of version 2, without a revision, is read; it is as new as its newest post', async () => {
  const [page] = await pagesOf(exportOf(records, { version: 2, rev: undefined }));
  expect(page?.items[0]?.asOf).toEqual(new Date(Date.UTC(2026, 0, 1, 1, 59)));
});

test('an export from the future is not newer than now', async () => {
  const [page] = await pagesOf(exportOf(records, { rev: '7777777777777' }));
  const asOf = page?.items[0]?.asOf?.getTime() ?? 0;
  expect(Math.abs(asOf - Date.now())).toBeLessThan(60_000);
});

test('the hash of every block is checked, also of those that no record has', async () => {
  const wrong = { cid: block(post(1)).cid, bytes: encode(post(2)) };
  await expect(textsOf(carOf([root], [...all, wrong]))).rejects.toThrow('do not match their hash');
});
