/**
 * Pages of finds over HTTP, of many posts and of a thousand: `bun bench/find/pages.ts [posts] [--meaning] [--json]
 * [--processor] [--database <file>] [--kept <folder>]`, a million posts by default. Both servers run at the same time and
 * are asked by turns, so that what else the machine does slows down both. With `--meaning` each post has a vector, and an
 * endpoint of this script embeds the queries. With `--json`, the API is asked instead of the pages. With a file, a copy of
 * it is used instead of made-up posts; with a folder, made-up posts are kept there for the next time.
 * With `--processor` the servers' processor time is measured instead of the time until the answer (on Linux only): on
 * a machine that is used by others, waits say little.
 *
 * Each page is requested after another process has saved a post, as while a job collects. And it is requested again, as
 * when somebody pages or refines.
 */
import type { Database } from 'bun:sqlite';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLibrary, type Library } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import type { Post } from '../../src/sources/post.ts';
import { median } from '../suite/results.ts';
import { timed } from '../suite/timing.ts';
import { type RunningServer, startXgpt } from '../suite/xgpt_server.ts';
import { PAGE, postsFrom } from './made_posts.ts';
import { MADE_DIMENSIONS, MADE_MODEL, madeVector } from './made_vectors.ts';

const FEW = 1_000;
const RUNS = 15;
/** A server is idle when it takes so little of so much time, in ms: it reads lists of words while nobody waits. */
const IDLE = { processor: 5, of: 250 };
const MAX_LOOKS = 200;

const QUERIES = [
  'common',
  'topic7',
  'common topic7',
  'rare3',
  'topi*',
  'common from:author7',
  'topic7 OR topic8',
];
const PAGES = [
  '',
  ...QUERIES.flatMap((q) => ['best', 'words', 'newest'].map((way) => pathOf(q, way))),
  ...['from:author7', 'since:2026-01-01', 'lang:eo'].map((q) => pathOf(q, 'best')),
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    database: { type: 'string' },
    json: { type: 'boolean' },
    kept: { type: 'string' },
    meaning: { type: 'boolean' },
    processor: { type: 'boolean' },
  },
});
const MANY = Number(positionals[0] ?? 1_000_000);

interface Measured {
  server: RunningServer;
  /** Over another connection, as another process has one. */
  savePost(): void;
  close(): Promise<void>;
}

const endpoint = values.meaning ? serveVectors() : undefined;
const few = await opened(FEW, undefined);
const many = await opened(MANY, values.database);
try {
  // They read ahead a second after they have started.
  await Bun.sleep(2_000);
  await report();
} finally {
  await few.close();
  await many.close();
  await endpoint?.stop(true);
}

async function report() {
  const head = ['1,000', MANY.toLocaleString('en'), 'times']
    .map((name) => name.padStart(11))
    .join('');
  console.log(`\n${'ms'.padEnd(44)}${'after a change'.padStart(33)}${'again'.padStart(33)}`);
  console.log(`${''.padEnd(44)}${head}${head}`);
  for (const path of PAGES) {
    const row = [await measured(path, true), await measured(path, false)];
    console.log(`/find${path.padEnd(39)}${row.join('')}`);
  }
}

/** The median times of a page of both, and their ratio. */
async function measured(path: string, changed: boolean): Promise<string> {
  const times = new Map<Measured, number[]>([
    [few, []],
    [many, []],
  ]);
  for (const each of times.keys()) {
    await request(each, path);
    await idle(each);
  }
  for (let run = 0; run < RUNS; run++)
    for (const [each, runs] of times) {
      if (changed) each.savePost();
      const before = processorTime(each.server.pid);
      const waited = await timed(() => request(each, path));
      runs.push(values.processor ? processorTime(each.server.pid) - before : waited);
    }
  const [before = 0, after = 0] = [...times.values()].map((runs) => median(runs));
  return [before, after, after / before].map((number) => number.toFixed(1).padStart(11)).join('');
}

/** Resolves when a server has read what the first request of a page has asked for. */
async function idle({ server: { pid } }: Measured): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const before = processorTime(pid);
    await Bun.sleep(IDLE.of);
    if (processorTime(pid) - before < IDLE.processor) return;
  }
  throw new Error('The server does not come to rest.');
}

/** Of all threads of a process, in ms. */
function processorTime(pid: number): number {
  if (!values.processor) return 0;
  const folder = `/proc/${pid}/task`;
  const times = readdirSync(folder).map((thread) => {
    try {
      return Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // It has ended since.
      return 0;
    }
  });
  return times.reduce((sum, time) => sum + time, 0) / 1e6;
}

async function request({ server }: Measured, path: string): Promise<void> {
  const address = values.json ? '/api/find' : '/find';
  const accept = values.json ? 'application/json' : 'text/html';
  const response = await fetch(server.url + address + path, { headers: { accept } });
  const page = await response.text();
  if (!response.ok) throw new Error(`${address}${path} answered ${response.status}.`);
  if (!page.includes(values.json ? '"createdAt"' : 'class="post"'))
    throw new Error(`${address}${path} has no posts.`);
}

function pathOf(q: string, way: string): string {
  return `?${new URLSearchParams({ q, ...(way === 'newest' ? { sort: way } : { by: way }) })}`;
}

async function opened(count: number, database: string | undefined): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
  const file = join(folder, 'xgpt.sqlite');
  copyFileSync(database ?? madeDatabase(count, folder), file);
  const server = await startXgpt(folder, {
    ...(endpoint && {
      XGPT_MODEL_URL: endpoint.url.href,
      XGPT_MODEL: MADE_MODEL,
      XGPT_MODEL_DIMENSIONS: String(MADE_DIMENSIONS),
    }),
  });
  const changes = openDatabase(file);
  const savePost = createSaving(changes, createLibrary(changes), count);
  return {
    server,
    savePost,
    async close() {
      changes.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @returns a function that saves one more post. */
function createSaving(db: Database, library: Library, count: number): () => void {
  db.run('PRAGMA busy_timeout = 10000');
  let next = count;
  return () => {
    const [post] = postsFrom(next, next + 1);
    library.savePosts([{ ...(post as Post), id: String(next) }]);
    next++;
  };
}

/** @returns the file of a database with made-up posts. */
function madeDatabase(count: number, folder: string): string {
  const kept = values.kept ?? folder;
  mkdirSync(kept, { recursive: true });
  const file = join(kept, `${values.meaning ? 'meaning' : 'words'}${count}.sqlite`);
  if (!existsSync(file)) fill(file, count);
  return file;
}

function fill(file: string, count: number) {
  const db = openDatabase(file);
  db.run('PRAGMA synchronous = OFF');
  const library = createLibrary(db);
  for (let from = 0; from < count; from += PAGE)
    db.transaction(() => {
      const posts = postsFrom(from, count);
      library.savePosts(posts);
      if (!values.meaning) return;
      // A new library numbers its posts from 1.
      const vectors = posts.map((_, i) => ({ key: from + i + 1, vector: madeVector(from + i) }));
      library.saveVectors(MADE_MODEL, vectors);
    })();
  db.close();
}

/** An API as OpenAI's, whose vectors are near those of some posts. */
function serveVectors() {
  return Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { input } = (await request.json()) as { input: string[] };
      const data = input.map((text, index) => ({
        index,
        embedding: [...madeVector(Bun.hash.crc32(text))],
      }));
      return Response.json({ data });
    },
  });
}
