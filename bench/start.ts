/**
 * The time from the start of the process to the first byte of `/`, compared with a bare Bun server,
 * and how much a browser downloads. `bun bench/start.ts [rounds]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../src/app/compiled/compile.ts';
import { atMost, criteriaTable, figureAtMost } from './suite/markdown.ts';
import { BROWSER, LATER_PAGES } from './suite/pages.ts';
import type { Criterion } from './suite/suite.ts';

const ROOT = join(import.meta.dir, '..');
const MAIN = join(ROOT, 'src/main.ts');
const ROUNDS = 7;

/** How often a client retries until the server answers, in ms. */
const RETRY_MS = 2;
const MAX_START_MS = 15_000;

/** The minimum that answers: Bun itself, and an open database. */
const BARE = `
  import { Database } from 'bun:sqlite';
  const db = new Database(process.env.FOLDER + '/bare.sqlite', { create: true });
  db.run('PRAGMA journal_mode = WAL');
  db.run('CREATE TABLE t (a INTEGER PRIMARY KEY)');
  const all = db.query('SELECT * FROM t');
  Bun.serve({ hostname: '127.0.0.1', port: Number(process.env.PORT), fetch: () => Response.json(all.all()) });
`;

const FRESH = '`/`, fresh data folder';
const EXISTING = '`/`, existing folder';

interface Row {
  what: string;
  /** In ms, or in bytes. */
  samples: number[];
}

/** @returns tables in Markdown with their sentences, and how they compare with the goals. */
export async function bench(rounds = ROUNDS): Promise<{ text: string; criteria: Criterion[] }> {
  await compile();
  const rows = await measureStarts(rounds);
  const weight = await weigh();
  const [bare] = rows.filter(({ what }) => what.startsWith('bare'));
  const base = median(bare?.samples ?? [Number.NaN]);
  const lines = rows.map(({ what, samples }) => {
    const ms = median(samples);
    const range = `${Math.min(...samples).toFixed(0)}–${Math.max(...samples).toFixed(0)}`;
    return `| ${what} | ${ms.toFixed(0)} | ${range} | ${(ms / base).toFixed(1)} |`;
  });
  const text = [
    `From the start of the process, medians of ${rounds} rounds in turn:`,
    '',
    '| | ms | range | × bare |',
    '|---|---|---|---|',
    ...lines,
    '',
    'Over the wire, headers included, as a browser with `accept-encoding: gzip, deflate, br, zstd` gets it:',
    '',
    '| | requests | bytes |',
    '|---|---|---|',
    ...weight.map(({ what, requests, bytes }) => `| ${what} | ${requests} | ${bytes} |`),
  ].join('\n');
  const ratio = (start: string) =>
    median(rows.find(({ what }) => what === start)?.samples ?? [Number.NaN]) / base;
  const [first, later] = weight;
  const criteria = [
    atMost('first byte of `/` to a bare server, existing folder', ratio(EXISTING), 5),
    atMost('first byte of `/` to a bare server, fresh folder', ratio(FRESH), 5),
    figureAtMost('first page', (first?.bytes ?? Number.NaN) / 1_000, 50, 'KB'),
    figureAtMost('later pages, the heaviest', (later?.bytes ?? Number.NaN) / 1_000, 10, 'KB'),
  ];
  return { text, criteria };
}

async function measureStarts(rounds: number): Promise<Row[]> {
  const rows = {
    bare: { what: 'bare Bun server', samples: [] as number[] },
    fresh: { what: FRESH, samples: [] as number[] },
    again: { what: EXISTING, samples: [] as number[] },
    sources: { what: '`/`, existing folder, from the sources', samples: [] as number[] },
    help: { what: '`--help`, to its end', samples: [] as number[] },
  };
  for (let round = 0; round < rounds; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
    try {
      const bare = join(folder, 'bare.ts');
      await Bun.write(bare, BARE);
      rows.bare.samples.push(await firstByte([bare], { FOLDER: folder }));
      const data = { XGPT_DATA_DIR: join(folder, 'data') };
      rows.fresh.samples.push(await firstByte([MAIN], data));
      rows.again.samples.push(await firstByte([MAIN], data));
      rows.sources.samples.push(await firstByte([MAIN], { ...data, XGPT_CODE_CACHE: 'off' }));
      rows.help.samples.push(await timeToEnd([MAIN, '--help']));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return Object.values(rows);
}

async function firstByte(args: string[], env: Record<string, string>): Promise<number> {
  const startedAt = performance.now();
  await using server = start(args, env);
  const answer = await firstAnswer(server.url);
  const ms = performance.now() - startedAt;
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${args.join(' ')} answered ${answer.status}.`);
  return ms;
}

function start(args: string[], env: Record<string, string>) {
  const port = freePort();
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: ROOT,
    stdout: 'ignore',
    stderr: 'inherit',
    env: { ...process.env, PORT: String(port), XGPT_LOG_LEVEL: 'error', ...env },
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}

async function firstAnswer(url: string): Promise<Response> {
  const giveUpAt = performance.now() + MAX_START_MS;
  for (;;) {
    try {
      return await fetch(`${url}/`, { headers: { ...BROWSER, connection: 'close' } });
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await Bun.sleep(RETRY_MS);
    }
  }
}

async function timeToEnd(args: string[]): Promise<number> {
  const startedAt = performance.now();
  await Bun.spawn([process.execPath, ...args], { cwd: ROOT, stdout: 'ignore' }).exited;
  return performance.now() - startedAt;
}

async function weigh() {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
  try {
    await using server = start([MAIN], { XGPT_DATA_DIR: folder });
    await (await firstAnswer(server.url)).arrayBuffer();
    const kept = new Set<string>();
    const first = await visit(server.url, '/', kept);
    const later = [];
    // Each as the second page: what another one brought is not there.
    for (const path of LATER_PAGES)
      later.push({ path, ...(await visit(server.url, path, new Set(kept))) });
    const heaviest = later.toSorted((a, b) => b.bytes - a.bytes)[0];
    return [
      { what: 'first page', ...first },
      { what: `later pages, the heaviest (\`${heaviest?.path}\`)`, ...heaviest },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A page and the files it needs that the browser has not cached. */
async function visit(url: string, path: string, kept: Set<string>) {
  const page = await received(url, path);
  const named = new Set(page.text.match(/(?:src|href|content)="(\/(?:assets|favicon)[^"]*)"/g));
  let { bytes } = page;
  let requests = 1;
  for (const attribute of named) {
    const asset = attribute.slice(attribute.indexOf('"') + 1, -1);
    if (kept.has(asset)) continue;
    const { bytes: more, cacheControl } = await received(url, asset);
    if (cacheControl?.includes('immutable')) kept.add(asset);
    bytes += more;
    requests++;
  }
  return { requests, bytes };
}

async function received(url: string, path: string) {
  const headers = BROWSER;
  const raw = await fetch(url + path, { headers, decompress: false });
  const body = (await raw.arrayBuffer()).byteLength;
  const head = [...raw.headers].reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    19,
  );
  const text = await (await fetch(url + path, { headers })).text();
  return { bytes: head + body, text, cacheControl: raw.headers.get('cache-control') };
}

function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });
  const { port } = server;
  server.stop(true);
  return port ?? 0;
}

function median(samples: number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1] ?? Number.NaN;
}

if (import.meta.main) {
  const { text, criteria } = await bench(Number(process.argv[2] ?? ROUNDS));
  console.log(`${text}\n\n${criteriaTable(criteria)}`);
  process.exit(0);
}
