/**
 * What a scrape of `/metrics` costs the server, with a few ended jobs on disk and with a million.
 *
 *     bun bench/metrics.ts [--jobs 1000000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finishedJobs } from './scale/fill.ts';
import { cpuMs } from './suite/cpu.ts';
import { startXgpt } from './suite/xgpt_server.ts';

/** The goal, in ms of CPU time of the server for each scrape. */
const MAX_CPU_MS = 5;

const SCRAPES = 300;

/** The first scrapes load the client library and compile what they run. */
const WARM_UP = 50;

interface Cost {
  cpuMs: number;
  /** From the request to the last byte, the median. */
  medianMs: number;
  firstMs: number;
  bytes: number;
}

async function costOf(folder: string): Promise<Cost> {
  const server = await startXgpt(folder);
  try {
    const first = await scrape(server.url);
    for (let n = 1; n < WARM_UP; n++) await scrape(server.url);
    const before = cpuMs(server.pid);
    const times: number[] = [];
    for (let n = 0; n < SCRAPES; n++) times.push((await scrape(server.url)).ms);
    times.sort((a, b) => a - b);
    return {
      cpuMs: (cpuMs(server.pid) - before) / SCRAPES,
      medianMs: times[SCRAPES >> 1] ?? Number.NaN,
      firstMs: first.ms,
      bytes: first.bytes,
    };
  } finally {
    await server.stop();
  }
}

async function scrape(url: string): Promise<{ ms: number; bytes: number }> {
  const from = performance.now();
  const response = await fetch(`${url}/metrics`, {
    headers: { accept: 'application/openmetrics-text' },
  });
  const { byteLength: bytes } = await response.arrayBuffer();
  if (!response.ok) throw new Error(`GET /metrics answered ${response.status}.`);
  return { ms: performance.now() - from, bytes };
}

const given = process.argv.indexOf('--jobs');
const most = given === -1 ? 1_000_000 : Number(process.argv[given + 1]);
const shared = mkdtempSync(join(tmpdir(), 'xgpt-bench-metrics-'));
try {
  console.log('| ended jobs | CPU, ms | median, ms | first, ms | bytes |');
  console.log('|---:|---:|---:|---:|---:|');
  let cpu = Number.NaN;
  for (const jobs of [1_000, most]) {
    const cost = await costOf(await finishedJobs(shared, jobs));
    cpu = cost.cpuMs;
    const figures = [cpu, cost.medianMs, cost.firstMs].map((ms) => ms.toFixed(2));
    console.log(`| ${jobs.toLocaleString('en')} | ${figures.join(' | ')} | ${cost.bytes} |`);
  }
  console.log(
    `\nGoal: less than ${MAX_CPU_MS} ms of CPU. ${cpu < MAX_CPU_MS ? 'Reached.' : 'Missed.'}`,
  );
  process.exitCode = cpu < MAX_CPU_MS ? 0 : 1;
} finally {
  rmSync(shared, { recursive: true, force: true });
}
