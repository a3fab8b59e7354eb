import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residentMb } from '../suite/memory.ts';
import { quantile } from '../suite/results.ts';
import { type RunningServer, startServer } from '../suite/xgpt_server.ts';
import type { PreparedBench, SourceBench } from './source_bench.ts';

export interface SourceFigures {
  items: number;
  perSecond: number;
  /** Over a run before and a run after the product's. */
  barePerSecond: number;
  /** Resident memory of the server, in MB: idle, after a fifth of the items, and at most. */
  rss: { idle: number; early: number; peak: number };
  /**
   * CPU time of 1,000 items in ms: of the library, of the product's server, and of the double, which is
   * the same for both. On a machine that others use, these figures say more than rates.
   */
  cpu: { bare: number; product: number; double?: number };
  /** 99th percentile of the time that `/healthz` takes, in ms. */
  healthP99: { idle: number; busy: number };
}

const IDLE_MS = 4_000;
const HEALTH_EVERY_MS = 25;
const MEMORY_EVERY_MS = 100;

/** Runs one bench: the library alone, the product, and the library again. */
export async function measureSource(bench: SourceBench, file: string): Promise<SourceFigures> {
  const prepared = await bench.prepare(bench.items);
  const dataDir = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
  const env = {
    XGPT_DATA_DIR: dataDir,
    XGPT_LOG_LEVEL: 'error',
    XGPT_SCRAPE_CONCURRENCY: '1',
    XGPT_SEARCH_CONCURRENCY: '1',
    ...prepared.env,
  };
  const server = await startServer([join(import.meta.dir, 'server.ts'), file], env);
  try {
    await prepared.connect?.(server.url);
    return await measure(prepared, server);
  } finally {
    await server.stop();
    await prepared.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(prepared: PreparedBench, server: RunningServer): Promise<SourceFigures> {
  const bareBefore = await rateOf(prepared.bare);
  const { pid } = process;
  const idleHealth = watchHealth(server.url);
  await Bun.sleep(IDLE_MS);
  const idle = await idleHealth.stop();
  const memory = watchMemory(server.pid);
  const busyHealth = watchHealth(server.url);
  const cpuBefore = cpuMs(server.pid);
  const product = await rateOf(() => runJobs(prepared, server.url));
  const cpuOfProduct = cpuMs(server.pid) - cpuBefore;
  const busy = await busyHealth.stop();
  const rss = memory.stop();
  const [ownBefore, doubleBefore] = [cpuMs(pid), prepared.pid && cpuMs(prepared.pid)];
  const bareAfter = await rateOf(prepared.bare);
  const thousands = product.items / 1_000;
  const cpu = {
    bare: (cpuMs(pid) - ownBefore) / thousands,
    product: cpuOfProduct / thousands,
    ...(prepared.pid && { double: (cpuMs(prepared.pid) - Number(doubleBefore)) / thousands }),
  };
  if (bareAfter.items !== product.items) {
    throw new Error(`The product read ${product.items} items, the library ${bareAfter.items}.`);
  }
  return {
    items: product.items,
    perSecond: product.perSecond,
    barePerSecond: (2 * product.items) / (bareBefore.seconds + bareAfter.seconds),
    rss,
    cpu,
    healthP99: { idle: quantile(idle, 0.99), busy: quantile(busy, 0.99) },
  };
}

async function rateOf(work: () => Promise<number>) {
  const start = performance.now();
  const items = await work();
  const seconds = (performance.now() - start) / 1_000;
  return { items, seconds, perSecond: items / seconds };
}

/** @returns how many posts the jobs have read. */
async function runJobs({ jobs }: PreparedBench, url: string): Promise<number> {
  let items = 0;
  for (const { type, input } of jobs) {
    const { id } = await json(`${url}/api/${type}`, {
      method: 'POST',
      body: new URLSearchParams(input),
    });
    for (;;) {
      const job = await json(`${url}/api/jobs/${id}`);
      if (job.status === 'completed') {
        items += job.result?.posts ?? 0;
        break;
      }
      if (job.completedAt) throw new Error(`${id} ${job.status}: ${job.errorMessage}`);
      await Bun.sleep(50);
    }
  }
  return items;
}

interface JobAnswer {
  id: string;
  status: string;
  completedAt?: string;
  errorMessage?: string;
  result?: { posts?: number };
}

async function json(url: string, init: RequestInit = {}): Promise<JobAnswer> {
  const response = await fetch(url, { ...init, headers: { accept: 'application/json' } });
  const { job, error } = (await response.json()) as { job?: JobAnswer; error?: object };
  if (!job) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(error)}`);
  return job;
}

/** Requests at fixed times, whether the last one has been answered or not. */
function watchHealth(url: string) {
  const times: number[] = [];
  const pending = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const start = performance.now();
    const request = fetch(`${url}/healthz`)
      .then((response) => response.text())
      .then(() => void times.push(performance.now() - start));
    pending.add(request);
    void request.finally(() => pending.delete(request));
  }, HEALTH_EVERY_MS);
  return {
    async stop(): Promise<number[]> {
      clearInterval(timer);
      await Promise.all(pending);
      return times;
    },
  };
}

function watchMemory(pid: number) {
  const samples = [residentMb(pid)];
  const timer = setInterval(() => samples.push(residentMb(pid)), MEMORY_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      const early = samples[Math.floor(samples.length / 5)] as number;
      return { idle: samples[0] as number, early, peak: Math.max(...samples) };
    },
  };
}

/** User and system time, of which the kernel counts hundredths of a second. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
