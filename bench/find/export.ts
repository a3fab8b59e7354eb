/**
 * Exports of finds over HTTP and in the terminal: `bun bench/find/export.ts [posts] [--database <file>]`, a
 * million posts by default. Server and client are separate processes. It tells how soon an export begins, how
 * much memory the server or the command takes meanwhile, and how long `GET /healthz` waits. With a file, a copy of
 * it is used instead of made-up posts.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLibrary } from '../../src/library/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { residentMb } from '../suite/memory.ts';
import { max, median, quantile } from '../suite/results.ts';
import { healthDuring } from '../suite/timing.ts';
import { startXgpt } from '../suite/xgpt_server.ts';
import { PAGE, postsFrom } from './made_posts.ts';

const HEALTH_PAUSE_MS = 5;

const MAIN = join(import.meta.dir, '../../src/main.ts');

/** In which the memory of an export is told, to show whether it grows with what was sent. */
const QUARTERS = [0.25, 0.5, 0.75, 1];

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

await withServer(MANY, values.database, async (url, pid, folder) => {
  const idle = await healthDuring(url, HEALTH_PAUSE_MS, () => Bun.sleep(3_000));
  console.log(
    `\nGET /healthz, idle: p50 ${ms1(median(idle))} ms, p99 ${ms1(quantile(idle, 0.99))} ms`,
  );
  for (const each of EXPORTS) await measureExport(url, pid, each);
  await measureCommand(folder);
});

/** Runs the server with so many posts. */
async function withServer(
  count: number,
  database: string | undefined,
  work: (url: string, pid: number, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
  const file = join(folder, 'xgpt.sqlite');
  if (database) copyFileSync(database, file);
  else fill(file, count);
  const server = await startXgpt(folder);
  try {
    await work(server.url, server.pid, folder);
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

async function measureExport(
  url: string,
  pid: number,
  { accept, query }: (typeof EXPORTS)[number],
) {
  const before = residentMb(pid);
  const memory: Sample[] = [];
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
  console.log(`\nexport ${accept} ${query || '(all posts)'}
  ${lines.toLocaleString('en')} lines, ${(bytes / 1e6).toFixed(0)} MB in ${(totalMs / 1000).toFixed(1)} s
  first byte: ${ms1(firstMs)} ms
  memory of the server, MB: ${before.toFixed(0)} before; at most ${inQuarters(memory)} in each quarter
  GET /healthz meanwhile: p50 ${ms1(median(health))} ms, p99 ${ms1(quantile(health, 0.99))} ms, longest ${ms1(max(health))} ms`);
}

/** The same in the terminal, which writes into a pipe. */
async function measureCommand(folder: string) {
  const command = [process.execPath, MAIN, 'find', '--csv'];
  const child = Bun.spawn(command, { env: { ...process.env, XGPT_DATA_DIR: folder } });
  const memory: Sample[] = [];
  let lines = 0;
  for await (const chunk of child.stdout) {
    for (const byte of chunk) if (byte === 10) lines++;
    memory.push({ lines, mb: residentMb(child.pid) });
  }
  console.log(`\nxgpt find --csv
  ${lines.toLocaleString('en')} lines
  memory, MB: at most ${inQuarters(memory)} in each quarter`);
}

interface Sample {
  /** Sent so far. */
  lines: number;
  mb: number;
}

function inQuarters(memory: Sample[]): string {
  const all = memory.at(-1)?.lines ?? 0;
  const most = (from: number, to: number) =>
    max(memory.filter(({ lines }) => lines > from * all && lines <= to * all).map(({ mb }) => mb));
  return QUARTERS.map((to) => most(to - 0.25, to).toFixed(0)).join(', ');
}

function ms1(ms: number, width = 0): string {
  return ms.toFixed(1).padStart(width);
}
