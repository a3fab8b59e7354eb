/**
 * Finding by words: `bun bench/find/words.ts [posts] [--before <folder>]`. With the folder of an earlier
 * version (with its dependencies) the same searches run there, on the same posts. Times are the median
 * of 9 runs, in ms. Posts are made from one seed; 1,000,000 need 3 GB in the temporary folder.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FindQuery } from '../../src/find/query.ts';
import type { Library } from '../../src/library/index.ts';
import { PAGE, postsFrom } from './made_posts.ts';

const RUNS = 9;
const LIMIT = 20;
const HERE = join(import.meta.dir, '..', '..');

const [first = '100000', ...rest] = process.argv.slice(2);
const COUNT = Number(first);
const before = rest[0] === '--before' && rest[1] ? resolve(rest[1]) : undefined;

/** What is typed, and what the earlier version can be asked that is nearest to it. */
const SEARCHES: { name: string; typed: string; q: string }[] = [
  { name: 'a word in 73 % of the posts', typed: 'common', q: 'common ' },
  { name: 'a word in 2 %', typed: 'topic7', q: 'topic7' },
  { name: 'a word in 10 posts', typed: 'rare3', q: 'rare3' },
  { name: 'two words, 73 % and 2 %', typed: 'common topic7', q: 'common topic7' },
  { name: 'a prefix of 73 %', typed: 'com*', q: 'com' },
];
const NEW_ONLY = [
  '-common',
  'common from:author7',
  'common lang:eo',
  'common since:2026-01-01',
  'lang:eo',
];

async function main() {
  const then = before ? await measured(before, measureBefore) : undefined;
  const now = await measured(HERE, measureNow);
  console.log(`\n${COUNT.toLocaleString('en')} posts, page of ${LIMIT}, ms`);
  for (const [name, ms] of now) {
    const earlier = then?.get(name);
    const ratio =
      earlier === undefined
        ? ''
        : `  before ${earlier.toFixed(2)}, ratio ${(ms / earlier).toFixed(3)}`;
    console.log(`${name.padEnd(48)} ${ms.toFixed(2)}${ratio}`);
  }
}

type Measure = (library: Library, root: string) => Promise<Map<string, number>>;

async function measured(root: string, measure: Measure) {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-find-'));
  try {
    const { openDatabase } = await databaseOf(root);
    const { createLibrary } = await import(join(root, 'src/library/index.ts'));
    const db = openDatabase(join(folder, 'xgpt.sqlite'));
    const library: Library = createLibrary(db);
    const beganAt = performance.now();
    for (let from = 0; from < COUNT; from += PAGE) library.savePosts(postsFrom(from, COUNT));
    const seconds = (performance.now() - beganAt) / 1000;
    console.log(`${root}: saved in ${seconds.toFixed(0)} s`);
    const times = await measure(library, root);
    db.close();
    return times;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Where earlier versions have it, too. */
async function databaseOf(root: string) {
  const paths = ['src/platform/database.ts', 'src/database.ts'].map((path) => join(root, path));
  return import(paths.find((path) => existsSync(path)) ?? '');
}

async function measureBefore(library: Library) {
  const times = new Map<string, number>();
  for (const { name, q } of SEARCHES)
    times.set(`${name}: newest and count`, await median(() => library.posts({ q, limit: LIMIT })));
  return times;
}

async function measureNow(library: Library, root: string) {
  const { parseFind } = await import(join(root, 'src/find/index.ts'));
  const times = new Map<string, number>();
  const newest = async (query: FindQuery) => {
    library.words.postsOf((await library.words.newest(query, { limit: LIMIT })).keys);
    await library.words.countFound(query);
  };
  for (const { name, typed } of SEARCHES) {
    const query: FindQuery = parseFind(typed, Date.now());
    const words = query.words ?? { all: [] };
    times.set(`${name}: newest and count`, await median(() => newest(query)));
    times.set(
      `${name}: ranked`,
      await median(() => library.words.ranked(words, query.filters, LIMIT)),
    );
    times.set(`${name}: facets`, await median(() => library.words.facets(query)));
  }
  for (const typed of NEW_ONLY) {
    const query: FindQuery = parseFind(typed, Date.now());
    times.set(`${typed}: newest and count`, await median(() => newest(query)));
    const keys = await firstTime(() => library.words.keysOf(query.filters, query.words));
    times.set(`${typed}: set of keys, not kept`, keys);
  }
  return times;
}

async function median(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await firstTime(work));
  return times.sort((a, b) => a - b)[RUNS >> 1] as number;
}

async function firstTime(work: () => unknown): Promise<number> {
  const beganAt = performance.now();
  await work();
  return performance.now() - beganAt;
}

await main();
