/**
 * Reads the posts and reposts of an export and keeps nothing: with the official library, which checks all
 * hashes and holds the file in memory; with a small one that checks none; or with the product's reader.
 *
 *     bun bench/sources/read_car.ts <path> official|unchecked|product
 */
import { readFileSync } from 'node:fs';
import { fromStream } from '@atcute/repo';
import { MemoryBlockstore, Repo, readCarWithRoot } from '@atproto/repo';
import { readCar } from '../../src/sources/archive/car/index.ts';

const SAMPLE_MS = 20;

const readers: Record<string, (path: string) => Promise<number>> = {
  async official(path) {
    const { root, blocks } = await readCarWithRoot(readFileSync(path));
    const repo = await Repo.load(new MemoryBlockstore(blocks), root as never);
    let posts = 0;
    for await (const { collection, record } of repo.walkRecords()) {
      if (isPost(collection) && record) posts += 1;
    }
    return posts;
  },

  async unchecked(path) {
    let posts = 0;
    for await (const entry of fromStream(Bun.file(path).stream())) {
      if (isPost(entry.collection) && entry.record) posts += 1;
    }
    return posts;
  },

  async product(path) {
    const signal = new AbortController().signal;
    let posts = 0;
    const pages = readCar(path, { includeReplies: true, includeReposts: true, signal });
    for await (const { items } of pages) posts += items.length;
    return posts;
  },
};

function isPost(collection: string): boolean {
  return collection === 'app.bsky.feed.post' || collection === 'app.bsky.feed.repost';
}

const [path = '', name = ''] = process.argv.slice(2);
let peak = process.memoryUsage.rss();
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, SAMPLE_MS).unref();
const start = performance.now();
const posts = (await readers[name]?.(path)) ?? 0;
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage();
const peakMb = Math.max(peak, process.memoryUsage.rss()) / 1e6;
console.log(JSON.stringify({ posts, seconds, cpuSeconds: (user + system) / 1e6, peakMb }));
