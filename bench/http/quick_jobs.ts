import { join } from 'node:path';
import { spawnChild } from '../suite/children.ts';
import { monotonicMs, until } from '../suite/clock.ts';
import { max, quantile } from '../suite/results.ts';
import type { Figures, Setting } from '../suite/suite.ts';
import { startXgpt } from '../suite/xgpt_server.ts';
import { openTaskbarStream, type Piece } from './stream.ts';

/** Inputs with which a job has almost nothing to do. */
export const MIXES: Record<string, object> = {
  scrape: { username: 'tidal_lock', maxTweets: 1 },
  embed: {},
  search: { query: 'telescope', maxTweets: 1 },
};

const PROBE_EVERY_MS = 10;

/**
 * How long `/healthz` takes while `jobs` quick jobs drain, and how often the taskbar changes. Another
 * process enqueues the jobs, so that only the drain is measured.
 */
export async function measureQuickJobs(
  { folder, quick }: Setting,
  type: string,
  jobs: number,
): Promise<Figures> {
  const server = await startXgpt(folder, { XGPT_SAMPLE_PAGE_MS: '0' });
  const input = await inputOfOne(server.url, type);
  const idle = await probe(server.url, () => Bun.sleep(quick ? 500 : 2_000));
  const stream = await openTaskbarStream(server.url);
  await Bun.sleep(300);
  stream.forget();
  let ms = Number.NaN;
  const busy = await probe(server.url, async () => {
    ms = await drainFromOutside(folder, type, jobs, input);
  });
  const gap = largestGap(stream.pieces);
  stream.leave();
  await server.stop();
  return {
    idleP50: quantile(idle, 0.5),
    idleP99: quantile(idle, 0.99),
    p50: quantile(busy, 0.5),
    p99: quantile(busy, 0.99),
    max: max(busy),
    gap,
    perSecond: (jobs / ms) * 1_000,
  };
}

/** Runs one job and returns its stored input. */
async function inputOfOne(url: string, type: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const body = JSON.stringify(MIXES[type]);
  const started = await fetch(`${url}/api/${type}`, { method: 'POST', headers, body });
  const { job } = (await started.json()) as { job: { id: string; metadata: unknown } };
  const hasEnded = await until(async () => {
    const response = await fetch(`${url}/api/jobs/${job.id}`, { headers });
    return (
      ((await response.json()) as { job: { completedAt?: string } }).job.completedAt !== undefined
    );
  }, 20_000);
  if (!hasEnded) throw new Error(`The first ${type} did not end.`);
  return job.metadata;
}

/** @returns how long it took until all had ended, in ms. */
async function drainFromOutside(
  folder: string,
  type: string,
  jobs: number,
  input: unknown,
): Promise<number> {
  const script = join(import.meta.dir, 'enqueuer.ts');
  const child = spawnChild(
    [process.execPath, script, folder, type, String(jobs), JSON.stringify(input)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return Number(await new Response(child.stdout).text());
}

/**
 * Requests `/healthz` at fixed times, whether earlier requests have been answered or not: a server
 * that is blocked for a second gets a hundred requests in that second.
 */
async function probe(url: string, meanwhile: () => Promise<unknown>): Promise<number[]> {
  const times: Promise<number>[] = [];
  let isOver = false;
  const work = meanwhile().finally(() => {
    isOver = true;
  });
  for (let next = monotonicMs(); !isOver; next += PROBE_EVERY_MS) {
    times.push(healthTime(url));
    await Bun.sleep(Math.max(1, next + PROBE_EVERY_MS - monotonicMs()));
  }
  await work;
  return Promise.all(times);
}

async function healthTime(url: string): Promise<number> {
  const from = monotonicMs();
  await (await fetch(`${url}/healthz`)).arrayBuffer();
  return monotonicMs() - from;
}

/** The longest time without an event, in ms. */
function largestGap(pieces: Piece[]): number {
  const events = pieces.filter(({ text }) => text.includes('event:'));
  return max(events.slice(1).map(({ at }, index) => at - (events[index]?.at ?? at)));
}
