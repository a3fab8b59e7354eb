/**
 * Exports and pages of finds over HTTP: `bun bench/find/export.ts [posts] [--database <file>]`, a million posts
 * by default. Server and client are separate processes. It tells how soon an export begins, how much memory
 * the server takes meanwhile and how long `GET /healthz` waits, and how much slower pages are than with a
 * thousand posts. With a file, a copy of it is used instead of made-up posts.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { residentMb } from '../suite/memory.ts';
import { max, median, quantile } from '../suite/results.ts';
import { healthDuring, timed } from '../suite/timing.ts';
import { startXgpt } from '../suite/xgpt_server.ts';
import { PAGE, postsFrom } from './made_posts.ts';

const FEW = 1_000;
const PAGE_RUNS = 25;
const HEALTH_PAUSE_MS = 5;

/** In which the memory of an export is told, to show whether it grows with what was sent. */
const QUARTERS = [0.25, 0.5, 0.75, 1];

const PAGES = [
  'find',
  'find?q=common',
  'find?q=topic7',
  'find?q=common+topic7',
  'find?q=rare3',
  'find?q=from%3Aauthor7',
  'find?q=since%3A2026-01-01',
  'forget',
  'forget?username=author7',
];

const EXPORTS = [
  { accept: 'text/csv', query: '' },
  { accept: 'application/x-ndjson', query: '' },
  { accept: 'application/x-ndjson', query: '?q=common&sort=newest' },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { database: { type: 'string' } },
});
const MANY = Number(positionals[0] ?? 1_000_000);

const few = await withServer(FEW, undefined, measurePages);
await withServer(MANY, values.database, async (url, pid) => {
  const many = await measurePages(url);
  console.log(
    `\n${'pages, ms'.padEnd(44)}${'1,000'.padStart(9)}${MANY.toLocaleString('en').padStart(11)}   times`,
  );
  for (const [path, ms] of many) {
    const before = few.get(path) as number;
    console.log(
      `${path.padEnd(44)}${ms1(before, 9)}${ms1(ms, 11)}${(ms / before).toFixed(1).padStart(8)}`,
    );
  }
  const idle = await healthDuring(url, HEALTH_PAUSE_MS, () => Bun.sleep(3_000));
  console.log(
    `\nGET /healthz, idle: p50 ${ms1(median(idle))} ms, p99 ${ms1(quantile(idle, 0.99))} ms`,
  );
  for (const each of EXPORTS) await measureExport(url, pid, each);
});

/** Runs the server with so many posts. */
async function withServer<T>(
  count: number,
  database: string | undefined,
  work: (url: string, pid: number) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
  const file = join(folder, 'xgpt.sqlite');
  if (database) copyFileSync(database, file);
  else fill(file, count);
  const server = await startXgpt(folder);
  try {
    return await work(server.url, server.pid);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function fill(file: string, count: number) {
  const db = openDatabase(file);
  db.run('PRAGMA synchronous = OFF');
  const library = createLibrary(db);
  for (let from = 0; from < count; from += PAGE) library.savePosts(postsFrom(from, count));
  db.close();
}

/** The median time of each page, requested again and again as people who page and refine do. */
async function measurePages(url: string): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const path of PAGES) {
    const runs: number[] = [];
    for (let run = 0; run < PAGE_RUNS; run++)
      runs.push(
        await timed(async () => {
          const response = await fetch(`${url}/${path}`);
          await response.text();
          if (!response.ok) throw new Error(`/${path} answered ${response.status}.`);
        }),
      );
    times.set(path, median(runs));
  }
  return times;
}

async function measureExport(
  url: string,
  pid: number,
  { accept, query }: (typeof EXPORTS)[number],
) {
  const before = residentMb(pid);
  const memory: { lines: number; mb: number }[] = [];
  let firstMs = 0;
  let totalMs = 0;
  let bytes = 0;
  let lines = 0;
  const health = await healthDuring(url, HEALTH_PAUSE_MS, async () => {
    const beganAt = performance.now();
    const response = await fetch(`${url}/api/find${query}`, { headers: { accept } });
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      firstMs ||= performance.now() - beganAt;
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) lines++;
      memory.push({ lines, mb: residentMb(pid) });
    }
    totalMs = performance.now() - beganAt;
  });
  const most = (from: number, to: number) =>
    max(
      memory.filter((at) => at.lines > from * lines && at.lines <= to * lines).map(({ mb }) => mb),
    );
  console.log(`\nexport ${accept} ${query || '(all posts)'}
  ${lines.toLocaleString('en')} lines, ${(bytes / 1e6).toFixed(0)} MB in ${(totalMs / 1000).toFixed(1)} s
  first byte: ${ms1(firstMs)} ms
  memory of the server, MB: ${before.toFixed(0)} before; at most ${QUARTERS.map((to) => most(to - 0.25, to).toFixed(0)).join(', ')} in each quarter
  GET /healthz meanwhile: p50 ${ms1(median(health))} ms, p99 ${ms1(quantile(health, 0.99))} ms, longest ${ms1(max(health))} ms`);
}

function ms1(ms: number, width = 0): string {
  return ms.toFixed(1).padStart(width);
}
