import { join } from 'node:path';
import { createTracker } from '../../src/jobs/index.ts';
import type { System } from '../peers/system.ts';
import { DATABASE_FILE, openXgpt } from '../peers/xgpt.ts';
import { monotonicMs, until } from '../suite/clock.ts';
import { cpuShare } from '../suite/cpu.ts';
import { quantile } from '../suite/results.ts';
import type { Figures, Setting } from '../suite/suite.ts';
import { startXgpt } from '../suite/xgpt_server.ts';
import { finishedJobs, TYPE } from './fill.ts';

const LIMIT_MS = 3_000;
const DRAIN_AT = 10;
const NEVER = new Promise<void>(() => {});

/** Enqueues one by one, then drains, with `count` ended jobs of the same type. */
export async function measureFinished({ shared, quick }: Setting, count: number): Promise<Figures> {
  const folder = await finishedJobs(shared, count);
  const place = { folder, servers: {}, concurrency: DRAIN_AT };
  const system = await openXgpt(place, { type: TYPE });
  const enqueued = await enqueueOneByOne(system, quick ? 200 : 2_000);
  const drainMs = await drain(system, enqueued.length, 0);
  await system.close();
  return { enqueueMs: quantile(enqueued, 0.5), drainMs };
}

/** A server with `count` ended jobs: idle, and starting scrapes. */
export async function measureServer({ shared, quick }: Setting, count: number): Promise<Figures> {
  const folder = await finishedJobs(shared, count);
  const server = await startXgpt(folder, { XGPT_SAMPLE_PAGE_MS: '60000' });
  await Bun.sleep(1_000);
  const idle = await cpuShare(server.pid, quick ? 1_000 : 5_000);
  const times: number[] = [];
  const begin = monotonicMs();
  for (let n = 1; n <= (quick ? 30 : 200) && monotonicMs() - begin < 2 * LIMIT_MS; n++) {
    const from = monotonicMs();
    await startScrape(server.url, n);
    times.push(monotonicMs() - from);
  }
  await server.stop();
  await cancelAll(folder);
  return { idle, postMs: quantile(times, 0.5) };
}

/** Enqueues one by one while `count` jobs wait. */
export async function measureWaiting({ folder, quick }: Setting, count: number): Promise<Figures> {
  const system = await openXgpt({ folder, servers: {}, concurrency: 1 });
  for (let n = 0; n < count; n += 1_000) {
    await system.enqueueBulk(n, Math.min(1_000, count - n));
  }
  const times = await enqueueOneByOne(system, quick ? 100 : 1_000);
  await system.close();
  return { enqueueMs: quantile(times, 0.5) };
}

/** Claims and ends quick jobs, ten at once, while `count` others keep running. */
export async function measureRunning({ folder, quick }: Setting, count: number): Promise<Figures> {
  const jobs = quick ? 300 : 3_000;
  const system = await openXgpt({ folder, servers: {}, concurrency: count + DRAIN_AT });
  for (let n = 0; n < count + jobs; n += 1_000) {
    await system.enqueueBulk(n, Math.min(1_000, count + jobs - n));
  }
  return { drainMs: await drain(system, jobs, count) };
}

/** @returns how long each took, in ms; fewer than `most` when the time is up. */
async function enqueueOneByOne(system: System, most: number): Promise<number[]> {
  const times: number[] = [];
  const begin = monotonicMs();
  while (times.length < most && monotonicMs() - begin < LIMIT_MS) {
    const from = monotonicMs();
    await system.enqueue(times.length);
    times.push(monotonicMs() - from);
  }
  return times;
}

/**
 * Milliseconds a job, from the start of the work (or from when the `held` jobs run, which do not end)
 * to the last delivery. Ends are not counted: that would read the tables under measurement.
 */
async function drain(system: System, jobs: number, held: number): Promise<number> {
  let delivered = 0;
  let from = monotonicMs();
  let last = Number.NaN;
  await system.work((n) => {
    if (n < held) {
      from = monotonicMs();
      return NEVER;
    }
    delivered++;
    last = monotonicMs();
  });
  await until(() => delivered >= jobs, 30_000, 5);
  return (last - from) / delivered;
}

async function startScrape(url: string, maxTweets: number): Promise<void> {
  const response = await fetch(`${url}/api/scrape`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ username: 'aurora_lab', maxTweets }),
  });
  await response.arrayBuffer();
  if (response.status !== 202) throw new Error(`POST /api/scrape answered ${response.status}.`);
}

/** Removes the jobs, so that the next measurement on the same file has nothing to run. */
async function cancelAll(folder: string): Promise<void> {
  const tracker = createTracker({ database: join(folder, DATABASE_FILE) });
  for (const { id } of tracker.getActiveJobs()) await tracker.cancelJob(id);
  await tracker.stop();
}
