import { describe, expect, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCar } from '../../../src/sources/archive/car/index.ts';
import { postsPerPage } from '../../../src/sources/archive/car/limits.ts';
import type { LeftOut } from '../../../src/sources/source.ts';
import {
  address,
  did,
  exportOf,
  like,
  manyPosts,
  post,
  postPath,
  type Records,
  tid,
} from '../../support/car_fixture.ts';
import { pagesOf, postsOf, textsOf } from './reading.ts';

/** Posts of three pages. */
const COUNT = 2 * postsPerPage + 50;

const theirs = 'at://did:plc:other/app.bsky.feed.post/3kaaaaaaaaa22';
const reply = { reply: { root: { uri: theirs }, parent: { uri: theirs } } };

/** 700 posts, 100 replies and 100 reposts among them, and three records that cannot be read. */
function mixedRecords(): Records {
  const records: Records = {};
  for (let minute = 0; minute < 700; minute += 1) {
    const repost = {
      $type: 'app.bsky.feed.repost',
      subject: { uri: theirs },
      createdAt: post(minute).createdAt,
    };
    if (minute % 7 === 5) records[postPath(minute).replace('post', 'repost')] = repost;
    else records[postPath(minute)] = post(minute, minute % 7 === 3 ? reply : {});
  }
  return {
    ...records,
    [postPath(800)]: { ...post(800), text: 7 },
    [postPath(100.5)]: { $type: 'app.bsky.feed.like' },
    [postPath(0.5)]: Buffer.from([0xff]),
    'app.bsky.feed.like/3kaaaaaaaaa22': like(1),
    'app.bsky.feed.like/3kaaaaaaaaa32': like(2),
    'com.example.chess/3kaaaaaaaaa22': { $type: 'com.example.chess' },
  };
}

const mixed = exportOf(mixedRecords());

function sumOf(pages: { leftOut?: LeftOut }[]): LeftOut {
  const sum: LeftOut = {};
  for (const { leftOut = {} } of pages) {
    for (const [reason, n] of Object.entries(leftOut) as [keyof LeftOut, number][]) {
      sum[reason] = (sum[reason] ?? 0) + n;
    }
  }
  return sum;
}

describe('pages', () => {
  test('come newest first, with the total', async () => {
    const pages = await pagesOf(exportOf(manyPosts(COUNT)));
    expect(pages.map(({ items }) => items.length)).toEqual([postsPerPage, postsPerPage, 50]);
    expect(pages.map(({ total }) => total)).toEqual([COUNT, COUNT, COUNT]);
    expect(pages.flatMap(({ items }) => items.map(({ text }) => text))).toEqual(
      Array.from({ length: COUNT }, (_, i) => `Post ${COUNT - 1 - i}`),
    );
    expect(pages.map(({ cursor }) => cursor !== undefined)).toEqual([true, true, false]);
  });

  test.each([
    [{ includeReplies: true, includeReposts: true }, 700, { unreadable: 3 }],
    [{ includeReplies: false, includeReposts: true }, 600, { unreadable: 3, replies: 100 }],
    [{ includeReplies: true, includeReposts: false }, 600, { unreadable: 3, reposts: 100 }],
    [
      { includeReplies: false, includeReposts: false },
      500,
      { unreadable: 3, replies: 100, reposts: 100 },
    ],
  ])('say what was left out: %o', async (options, total, leftOut) => {
    const pages = await pagesOf(mixed, options);
    expect(pages.flatMap(({ items }) => items)).toHaveLength(total);
    expect(pages.every((page) => page.total === total)).toBe(true);
    expect(sumOf(pages)).toEqual(leftOut);
  });

  test('say in notes what could not be read and what was passed over', async () => {
    const pages = await pagesOf(mixed);
    expect(pages.flatMap(({ notes = [] }) => notes)).toEqual([
      'Records of other kinds were passed over: 2 app.bsky.feed.like, 1 com.example.chess.',
      `${address(postPath(800))} could not be read: it has no text.`,
      `${address(postPath(100.5))} could not be read: it is a record of another kind.`,
      `${address(postPath(0.5))} could not be read: it cannot be decoded.`,
    ]);
  });

  test('do not flood the log with what could not be read', async () => {
    const records = Object.fromEntries(
      Array.from({ length: 500 }, (_, minute) => [postPath(minute), { $type: 'x', minute }]),
    );
    const [page] = await pagesOf(exportOf(records));
    expect(page).toMatchObject({ items: [], leftOut: { unreadable: 500 } });
    expect(page?.notes).toHaveLength(21);
    expect(page?.notes?.at(-1)).toBe('480 more records could not be read.');
  });
});

describe('a cursor', () => {
  test('continues after its page, and nothing is counted twice', async () => {
    const options = { includeReplies: false, includeReposts: false };
    const pages = await pagesOf(mixed, options);
    for (const [index, { cursor }] of pages.entries()) {
      if (cursor === undefined) continue;
      const rest = await pagesOf(mixed, { ...options, cursor });
      const wanted = pages.slice(index + 1);
      expect(rest.map(({ items }) => items)).toEqual(wanted.map(({ items }) => items));
      expect(sumOf(rest)).toEqual(sumOf(wanted));
    }
  });

  test('of another export is refused', async () => {
    const [page] = await pagesOf(exportOf(manyPosts(COUNT)));
    const { cursor } = page ?? {};
    await expect(postsOf(exportOf(manyPosts(COUNT + 1)), { cursor })).rejects.toThrow(
      'has changed since',
    );
    await expect(postsOf(mixed, { cursor: 'abc' })).rejects.toThrow('cannot resume');
    await expect(postsOf(mixed, { cursor: '1.2.3.4' })).rejects.toThrow('cannot resume');
  });
});

describe('the username', () => {
  const car = exportOf(manyPosts(1));
  test.each([
    [undefined, did],
    [did, did],
    ['aurora.example', 'aurora.example'],
  ])('%s gives %s', async (username, author) => {
    expect(await postsOf(car, { username })).toMatchObject([{ author, authorId: did }]);
  });

  test.each(['did:plc:other', 'aurora_lab'])('%s is refused', async (username) => {
    await expect(textsOf(car, { username })).rejects.toThrow(
      `belongs to ${did}, not to ${username}`,
    );
  });
});

test('a cancelled reading ends at once, with the reason', async () => {
  const reason = new Error('cancelled');
  await expect(textsOf(mixed, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('posts with keys that are no times are read too', async () => {
  const rkeys = ['self', 'zzzz', tid(Date.UTC(2026, 0, 1))];
  const records = Object.fromEntries(
    rkeys.map((rkey) => [`app.bsky.feed.post/${rkey}`, post(1, { text: rkey })]),
  );
  expect(new Set(await textsOf(exportOf(records)))).toEqual(new Set(rkeys));
});

test('an export that changes while it is read is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xgpt-car-'));
  try {
    const path = join(folder, 'repo.car');
    const car = exportOf(manyPosts(COUNT));
    await Bun.write(path, car);
    const pages = readCar(path, {
      includeReplies: true,
      includeReposts: true,
      signal: new AbortController().signal,
    });
    expect((await pages.next()).value?.items).toHaveLength(postsPerPage);
    await writeFile(path, Buffer.alloc(car.length), { flag: 'r+' });
    await expect(pages.next()).rejects.toThrow('changed while it was read');
  } finally {
    await rm(folder, { recursive: true });
  }
});
