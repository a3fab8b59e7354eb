import { expect, test } from 'bun:test';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { createArchiveSource } from '../../src/sources/archive/index.ts';
import { accountFiles, temporaryFolder, tweet } from '../support/archive_fixture.ts';

const partBytes = 100e6;
const words = 'aurora lab candle river copper violet seven lantern orbit quiet'.split(' ');

/** A tweets file of that size, whose texts differ enough to be packed as real ones are. */
function* largePart(bytes: number): Generator<Buffer> {
  let written = 0;
  for (let id = 1; written < bytes; id += 500) {
    const entries = Array.from({ length: 500 }, (_, offset) => largeEntry(id + offset));
    const start = id === 1 ? 'window.YTD.tweets.part0 = [\n' : ',\n';
    const piece = Buffer.from(start + entries.join(',\n'));
    written += piece.length;
    yield piece;
  }
  yield Buffer.from('\n]\n');
}

function largeEntry(id: number): string {
  const text = Array.from({ length: 40 }, (_, i) => words[(id * (i + 7) + ((id >> i) & 5)) % 10]);
  return JSON.stringify(tweet(id, { full_text: `${id} ${text.join(' ')} 🔥 &amp;` }), null, 2);
}

async function writeLargeZip(path: string): Promise<void> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(accountFiles())) zip.addBuffer(Buffer.from(text), name);
  zip.addReadStream(Readable.from(largePart(partBytes)), 'data/tweets.js', { compressionLevel: 1 });
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(path)));
}

/**
 * Samples how much memory is in use and how long the event loop is held up: the smaller of the
 * time that passed and the CPU time this process used, as other programs may take the CPU away.
 */
function watchProcess() {
  const startRss = process.memoryUsage.rss();
  const clocks = () => ({ wall: performance.now(), cpu: process.cpuUsage() });
  let last = clocks();
  const seen = { gapMs: 0, growthMb: 0 };
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(last.cpu);
    const gap = Math.min(performance.now() - last.wall, (user + system) / 1000);
    seen.gapMs = Math.max(seen.gapMs, gap);
    seen.growthMb = Math.max(seen.growthMb, (process.memoryUsage.rss() - startRss) / 1e6);
    last = clocks();
  }, 5);
  return { seen, [Symbol.dispose]: () => clearInterval(timer) };
}

test('a file of 100 MB is streamed, never held in memory', async () => {
  await using folder = await temporaryFolder();
  await writeLargeZip(join(folder.path, 'large.zip'));
  Bun.gc(true);
  using watch = watchProcess();
  const pages = createArchiveSource({ importsDir: folder.path }).posts({
    archive: 'large.zip',
    includeReplies: true,
    includeReposts: true,
    signal: new AbortController().signal,
  });
  let posts = 0;
  let total = 0;
  for await (const page of pages) {
    posts += page.items.length;
    total = page.total ?? 0;
  }
  expect(posts).toBeGreaterThan(100_000);
  expect(total).toBe(posts);
  expect(watch.seen.gapMs).toBeLessThan(250);
  expect(watch.seen.growthMb).toBeLessThan(600);
}, 600_000);
