/**
 * Finding by meaning, compared with the build of 22 November on the same vectors in the same run:
 *
 *     bun bench/find/meaning.ts [vectors]      100,000 by default
 *
 * A million vectors need 4 GB in the temporary folder, or in `--folder <folder>`, where they stay and are used
 * again by the next run. Only the recall is measured with
 *
 *     bun bench/find/meaning.ts --sample              the sample library, with what people type
 *     bun bench/find/meaning.ts --real <database>     a copy of that of a data folder, with its own vectors
 */
import type { Database } from 'bun:sqlite';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { KeySet } from '../../src/library/finding.ts';
import { createLibrary, type Library } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { formerBuild } from './former_build.ts';
import { judgedNeedles, judgedQueries } from './judged/index.ts';
import { sampleLibrary } from './sample_library.ts';

const MODEL = 'synthetic-384';
const DIMENSIONS = 384;
const TOPICS = 500;
/** How far vectors lie from the middle of their topic. */
const SPREAD = 0.06;
const QUERIES = 60;
const WARMING_QUERIES = 10;
const FORMER_QUERIES = 5;
const SAVED_AT_ONCE = 1000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    real: { type: 'string' },
    sample: { type: 'boolean' },
    memory: { type: 'string' },
    folder: { type: 'string' },
  },
});
const random = seeded(20_261_129);
const topics = Array.from({ length: TOPICS }, () => unit(() => normal()));
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
mkdirSync(folder, { recursive: true });
try {
  if (values.memory) reportMemory(values.memory);
  else if (values.real) measureReal(values.real);
  else if (values.sample) await measureSample();
  else await measure(Number(positionals[0] ?? 100_000));
} finally {
  if (!values.folder) rmSync(folder, { recursive: true });
}

async function measure(size: number) {
  const isMade = existsSync(join(folder, 'now.sqlite'));
  const former = await openFormer();
  const db = openDatabase(join(folder, 'now.sqlite'));
  const library = createLibrary(db);
  if (!isMade) fill(db, library, former, size);
  const queries = Array.from({ length: QUERIES }, made);
  const memory =
    await Bun.$`${process.execPath} ${import.meta.path} --memory ${db.filename}`.text();
  const some = everyHundredth(size);
  const formerMs = median(queries.slice(0, FORMER_QUERIES), (query) =>
    former.library.postsLike(MODEL, query, 10),
  );
  const ms = median(queries, (query) => library.postsLike(MODEL, query, { limit: 10 }));
  const filtered = median(queries, (query) =>
    library.meaning.nearest(MODEL, query, { limit: 10, among: some }),
  );
  const floats = readAll(db);
  const loop = median(queries, (query) => exact(floats, query));
  heading(`the 10 nearest of ${size.toLocaleString('en')} vectors`);
  row('build of 22 November', formerMs, 1);
  row('all numbers in memory, compared one by one', loop, formerMs / loop);
  row('codes in memory, the nearest compared exactly', ms, formerMs / ms);
  row('the same among 1 % of the posts', filtered, formerMs / filtered);
  console.log(`  among 1 % / without a filter: ${(filtered / ms).toFixed(2)}`);
  console.log(`  reading the codes: ${memory.trim()}`);
  reportRecall(library, floats, queries, some);
}

/** In a process of its own, whose memory nothing else changes. */
function reportMemory(path: string) {
  const library = createLibrary(openDatabase(path));
  const before = process.memoryUsage.rss();
  const loading = time(() => library.meaning.nearest(MODEL, made(), { limit: 10 }));
  Bun.gc(true);
  const memory = (process.memoryUsage.rss() - before) / 1e6;
  console.log(`${loading.toFixed(0)} ms, ${memory.toFixed(0)} MB`);
}

async function measureSample() {
  const deps = await sampleLibrary(judgedNeedles, false);
  const floats = readAll(deps.database);
  const typed = [...judgedQueries, ...judgedNeedles].map(({ query }) => query);
  const embedded = await deps.embedder.embed(typed, { signal: new AbortController().signal });
  report(deps.library, floats, embedded, 10);
  await deps.close();
}

function report(library: Library, floats: Floats, queries: Float32Array[], step: number) {
  console.log(`\n${floats.keys.length} vectors of ${floats.model}, ${queries.length} queries`);
  const some = everyHundredth(Math.max(...floats.keys), step);
  for (const limit of [10, 100]) reportRecall(library, floats, queries, some, limit);
}

function measureReal(path: string) {
  copyFileSync(path, join(folder, 'real.sqlite'));
  const db = openDatabase(join(folder, 'real.sqlite'));
  const library = createLibrary(db);
  const floats = readAll(db);
  const step = Math.max(1, Math.floor(floats.keys.length / 200));
  const queries = floats.keys
    .filter((_, i) => i % step === 0)
    .map((key) => library.meaning.vectorOf(floats.model, key) as Float32Array);
  report(library, floats, queries, 10);
}

interface Floats {
  model: string;
  keys: number[];
  numbers: Float32Array;
}

function readAll(db: Database): Floats {
  const { model, count, dimensions } = db
    .query<{ model: string; count: number; dimensions: number }, []>(
      'SELECT model, count(*) AS count, dimensions FROM vectors GROUP BY model ORDER BY count DESC',
    )
    .get() ?? { model: MODEL, count: 0, dimensions: DIMENSIONS };
  const floats: Floats = { model, keys: [], numbers: new Float32Array(count * dimensions) };
  const bytes = new Uint8Array(floats.numbers.buffer);
  const rows = db.query<{ post_key: number; embedding: Uint8Array }, [string]>(
    'SELECT post_key, embedding FROM vectors WHERE model = ? ORDER BY id',
  );
  for (const { post_key, embedding } of rows.iterate(model)) {
    bytes.set(embedding, floats.keys.length * embedding.length);
    floats.keys.push(post_key);
  }
  return floats;
}

/** The cosine of the last of so many nearest posts: what is as near counts as found. */
function exact({ keys, numbers }: Floats, query: Float32Array, among?: KeySet, limit = 10): number {
  const best = new Map<number, number>();
  let least = -2;
  for (const [i, key] of keys.entries()) {
    if (among && !has(among, key)) continue;
    let sum = 0;
    for (let d = 0, at = i * query.length; d < query.length; d++, at++)
      sum += (query[d] as number) * (numbers[at] as number);
    if (sum <= least) continue;
    best.set(key, Math.max(sum, best.get(key) ?? -2));
    if (best.size < 8 * limit) continue;
    const kept = [...best].sort((a, b) => b[1] - a[1]).slice(0, limit);
    best.clear();
    for (const [k, value] of kept) best.set(k, value);
    least = kept.at(-1)?.[1] ?? -2;
  }
  return [...best.values()].sort((a, b) => b - a)[limit - 1] ?? -2;
}

function reportRecall(
  library: Library,
  floats: Floats,
  queries: Float32Array[],
  some: KeySet,
  limit = 10,
) {
  for (const [name, among] of [
    [`recall@${limit}`, undefined],
    [`recall@${limit} with the filter`, some],
  ] as const) {
    let found = 0;
    for (const query of queries) {
      const last = exact(floats, query, among, limit);
      const near = library.meaning.nearest(floats.model, query, {
        limit,
        ...(among && { among }),
      });
      found += near.filter(({ similarity }) => similarity >= last - 1e-5).length;
    }
    console.log(`  ${name}: ${(found / (queries.length * limit)).toFixed(4)}`);
  }
}

/** The library of the former build, whose limit was a number. */
type FormerLibrary = Pick<Library, 'savePosts' | 'saveVectors'> & {
  postsLike(model: string, vector: Float32Array, limit: number): unknown;
};

async function openFormer(): Promise<{ library: FormerLibrary; db: Database }> {
  const root = await formerBuild();
  const { openDatabase } = await import(join(root, 'src/database.ts'));
  const { createLibrary } = await import(join(root, 'src/library/index.ts'));
  const db = openDatabase(join(folder, 'former.sqlite'));
  return { db, library: createLibrary(db) };
}

function fill(
  db: Database,
  library: Library,
  former: { library: FormerLibrary; db: Database },
  size: number,
) {
  for (let first = 1; first <= size; first += SAVED_AT_ONCE) {
    const numbers = Array.from({ length: SAVED_AT_ONCE }, (_, i) => first + i);
    const posts = numbers.map((number) => ({
      source: 'bench',
      id: String(number),
      kind: 'post' as const,
      author: `author_${number % 200}`,
      authorName: `Author ${number % 200}`,
      text: `post ${number}`,
      createdAt: new Date(1_700_000_000_000 + number * 1000),
      links: [],
      media: [],
    }));
    const vectors = numbers.map((key) => ({ key, vector: made() }));
    for (const each of [{ db, library }, former])
      each.db.transaction(() => {
        each.library.savePosts(posts);
        each.library.saveVectors(MODEL, vectors);
      })();
  }
}

function everyHundredth(largest: number, step = 100): KeySet {
  const bits = new Uint32Array((largest >>> 5) + 1);
  let size = 0;
  for (let key = 7; key <= largest; key += step, size++)
    bits[key >>> 5] = (bits[key >>> 5] as number) | (1 << (key & 31));
  return { bits, size };
}

function has({ bits }: KeySet, key: number): boolean {
  return (((bits[key >>> 5] ?? 0) >>> (key & 31)) & 1) === 1;
}

function made(): Float32Array {
  const topic = topics[Math.floor(random() * TOPICS)] as Float32Array;
  return unit((i) => (topic[i] as number) + SPREAD * normal());
}

function unit(numberAt: (i: number) => number): Float32Array {
  const vector = Float32Array.from({ length: DIMENSIONS }, (_, i) => numberAt(i));
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return vector.map((x) => x / length);
}

function normal(): number {
  return random() + random() + random() + random() - 2;
}

function median(queries: Float32Array[], run: (query: Float32Array) => unknown): number {
  // A server has answered before.
  for (const query of queries.slice(0, WARMING_QUERIES)) run(query);
  const times = queries.map((query) => time(() => run(query))).sort((a, b) => a - b);
  return times[times.length >> 1] as number;
}

/** The processor's time in ms, which other processes on the machine disturb less than the clock's. */
function time(run: () => unknown): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function heading(text: string) {
  console.log(`\n${text}\n  ${''.padEnd(48)}${'ms'.padStart(9)}${'times faster'.padStart(14)}`);
}

function row(name: string, ms: number, ratio: number) {
  console.log(
    `  ${name.padEnd(48)}${ms.toPrecision(3).padStart(9)}${ratio.toPrecision(3).padStart(14)}`,
  );
}

/** Mulberry32. */
function seeded(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
