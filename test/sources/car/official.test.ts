import { expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BlockMap,
  blocksToCarFile,
  getFullRepo,
  MemoryBlockstore,
  Repo,
  WriteOpAction,
} from '@atproto/repo';
import { readCar } from '../../../src/sources/archive/car/index.ts';
import {
  did,
  like,
  manyPosts,
  post,
  postPath,
  type Records,
  tid,
  treeOf,
} from '../../support/car_fixture.ts';
import { pagesOf } from './reading.ts';

/** Signatures are not read. */
const keypair = {
  jwtAlg: 'ES256K',
  did: () => 'did:key:none',
  sign: async () => new Uint8Array(64),
};

/** The export of an account with these records, by the official library. */
async function officialRepo(records: Records) {
  const storage = new MemoryBlockstore();
  const writes = Object.entries(records).map(([path, record]) => {
    const [collection = '', rkey = ''] = path.split('/');
    return { action: WriteOpAction.Create as const, collection, rkey, record } as never;
  });
  const repo = await Repo.create(storage, did, keypair, writes);
  return { storage, repo };
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunks));
}

test('an export of the official library is read whole: 25,000 posts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xgpt-car-'));
  try {
    const { storage, repo } = await officialRepo({
      ...manyPosts(25_000),
      'app.bsky.actor.profile/self': { $type: 'app.bsky.actor.profile', displayName: 'Aurora' },
    });
    await Bun.write(join(folder, 'repo.car'), await bytesOf(getFullRepo(storage, repo.cid)));
    const pages = readCar(join(folder, 'repo.car'), {
      includeReplies: true,
      includeReposts: true,
      signal: new AbortController().signal,
    });
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    let minute = 25_000;
    for await (const page of pages) {
      expect(page.total).toBe(25_000);
      for (const { id, text, authorName } of page.items) {
        minute -= 1;
        expect(`${id} ${text} ${authorName}`).toBe(
          `at://${did}/${postPath(minute)} Post ${minute} Aurora`,
        );
      }
    }
    clearInterval(timer);
    expect(minute).toBe(0);
    // The server answers meanwhile.
    expect(turns).toBeGreaterThan(20);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);

test('an export is read after records were changed and removed, and says when it was made', async () => {
  const { storage, repo } = await officialRepo(manyPosts(50));
  const [collection, rkey] = postPath(7).split('/') as [string, string];
  const later = await repo.applyWrites(
    [
      { action: WriteOpAction.Update, collection, rkey, record: post(7, { text: 'Changed' }) },
      { action: WriteOpAction.Delete, collection, rkey: postPath(8).split('/')[1] ?? '' },
    ] as never,
    keypair,
  );
  const [page] = await pagesOf(await bytesOf(getFullRepo(storage, later.cid)));
  const texts = page?.items.map(({ text }) => text) ?? [];
  expect(texts).toHaveLength(49);
  expect(texts).toContain('Changed');
  expect(texts).not.toContain('Post 8');
  expect(Math.abs((page?.profile?.asOf?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
});

test('the order of blocks does not matter', async () => {
  const { storage, repo } = await officialRepo(manyPosts(300));
  const blocks = new BlockMap();
  for (const [cid, bytes] of [...storage.blocks.entries()]
    .map(({ cid, bytes }) => [cid, bytes] as const)
    .reverse()) {
    blocks.set(cid, bytes);
  }
  const [page] = await pagesOf(await blocksToCarFile(repo.cid, blocks));
  expect(page?.total).toBe(300);
});

test('the exports of these tests have the tree that the official library makes', async () => {
  const records = {
    ...manyPosts(500),
    ...Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`app.bsky.feed.like/${tid(1.7e12 + i)}`, like(i)]),
    ),
  };
  const { repo } = await officialRepo(records);
  expect(Buffer.from(treeOf(records).root.cid)).toEqual(Buffer.from(repo.commit.data.bytes));
});
