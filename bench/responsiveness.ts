/**
 * Whether the server stays responsive: how long `GET /healthz` takes when idle and while `embed` runs,
 * how often the taskbar changes meanwhile, and how long starting a job takes. Server and client are
 * separate processes. The ratios are to the idle row.
 *
 *     bun bench/responsiveness.ts [posts to embed, default 3000]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantile } from './suite/results.ts';
import { healthDuring, timed } from './suite/timing.ts';
import { startXgpt } from './suite/xgpt_server.ts';

const POSTS = Number(process.argv[2] ?? 3_000);
const ROOT = join(import.meta.dir, '..');
const HEALTH_PAUSE_MS = 2;
const MODELS = join(ROOT, 'node_modules/.cache/xgpt-models');

const dataDir = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
const server = await startXgpt(dataDir, { XGPT_SAMPLE_PAGE_MS: '0' });

try {
  await Bun.$`mkdir -p ${dataDir}/models && cp -r ${MODELS}/. ${dataDir}/models/`.nothrow().quiet();
  const { url } = server;
  await collect(url);

  const idle = await healthDuring(url, HEALTH_PAUSE_MS, () => Bun.sleep(3_000));
  const embed = await start(url, 'embed', {});
  const stream = followTaskbar(url);
  const busy = await healthDuring(url, HEALTH_PAUSE_MS, () => ended(url, embed));
  const { gaps } = await stream.stop();
  const starts = await timeStarts(url, 200);

  console.log(`\n${POSTS} posts embedded, requests one after the other, in ms\n`);
  console.log('                          requests     p50     p99     max   p99 to idle');
  row('GET /healthz, idle', idle, idle);
  row('GET /healthz, embedding', busy, idle);
  row('POST /api/scrape → 202', starts, idle);
  row('taskbar, between events', gaps);
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function collect(url: string): Promise<void> {
  for (const query of ['a,e,i,o,u,t,s,n']) {
    const id = await start(url, 'search', { query, maxTweets: String(POSTS) });
    await ended(url, id);
  }
}

async function timeStarts(url: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    times.push(
      await timed(() =>
        start(url, 'scrape', { username: 'aurora_lab', maxTweets: String(index + 1) }),
      ),
    );
  }
  return times;
}

function followTaskbar(url: string) {
  const aborter = new AbortController();
  const gaps: number[] = [];
  const reading = (async () => {
    const response = await fetch(`${url}/api/jobs/stream`, { signal: aborter.signal });
    let last = performance.now();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      if (!new TextDecoder().decode(chunk).includes('event: job')) continue;
      gaps.push(performance.now() - last);
      last = performance.now();
    }
  })().catch(() => {});
  return {
    async stop() {
      aborter.abort();
      await reading;
      return { gaps };
    },
  };
}

async function start(url: string, type: string, fields: Record<string, string>): Promise<string> {
  const response = await fetch(`${url}/api/${type}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { accept: 'application/json' },
  });
  return ((await response.json()) as { job: { id: string } }).job.id;
}

async function ended(url: string, id: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/api/jobs/${id}`, {
      headers: { accept: 'application/json' },
    });
    const { job } = (await response.json()) as { job: { completedAt?: string } };
    if (job.completedAt) return;
    await Bun.sleep(50);
  }
}

function row(name: string, times: number[], ceiling?: number[]): void {
  const figures = [0.5, 0.99, 1].map((share) => quantile(times, share));
  const ratio = ceiling ? (quantile(times, 0.99) / quantile(ceiling, 0.99)).toFixed(1) : '';
  const cells = figures.map((figure) => figure.toFixed(2).padStart(8));
  console.log(
    `${name.padEnd(26)}${String(times.length).padStart(8)}${cells.join('')}${ratio.padStart(14)}`,
  );
}
