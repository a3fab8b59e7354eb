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

const POSTS = Number(process.argv[2] ?? 3_000);
const ROOT = join(import.meta.dir, '..');
const MODELS = join(ROOT, 'node_modules/.cache/xgpt-models');

const dataDir = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
const server = Bun.spawn([process.execPath, join(ROOT, 'src/main.ts')], {
  env: {
    ...process.env,
    PORT: '0',
    XGPT_DATA_DIR: dataDir,
    XGPT_SAMPLE_PAGE_MS: '0',
    XGPT_LOG_LEVEL: 'error',
  },
  stdout: 'pipe',
});

try {
  await Bun.$`mkdir -p ${dataDir}/models && cp -r ${MODELS}/. ${dataDir}/models/`.nothrow().quiet();
  const url = await addressOf(server.stdout);
  await collect(url);

  const idle = await healthFor(url, () => Bun.sleep(3_000));
  const embed = await start(url, 'embed', {});
  const stream = followTaskbar(url);
  const busy = await healthFor(url, () => ended(url, embed));
  const { gaps } = await stream.stop();
  const starts = await timeStarts(url, 200);

  console.log(`\n${POSTS} posts embedded, requests one after the other, in ms\n`);
  console.log('                          requests     p50     p99     max   p99 to idle');
  row('GET /healthz, idle', idle, idle);
  row('GET /healthz, embedding', busy, idle);
  row('POST /api/scrape → 202', starts, idle);
  row('taskbar, between events', gaps);
} finally {
  server.kill('SIGTERM');
  await server.exited;
  rmSync(dataDir, { recursive: true, force: true });
}

async function collect(url: string): Promise<void> {
  for (const query of ['a,e,i,o,u,t,s,n']) {
    const id = await start(url, 'search', { query, maxTweets: String(POSTS) });
    await ended(url, id);
  }
}

async function healthFor(url: string, work: () => Promise<unknown>): Promise<number[]> {
  let over = false;
  const done = work().then(() => {
    over = true;
  });
  const times: number[] = [];
  while (!over) {
    times.push(await timed(() => fetch(`${url}/healthz`).then((response) => response.text())));
    await Bun.sleep(2);
  }
  await done;
  return times;
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

async function timed(run: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

async function addressOf(stdout: ReadableStream<Uint8Array>): Promise<string> {
  for await (const chunk of stdout as unknown as AsyncIterable<Uint8Array>) {
    const address = /xgpt is at (http:\S+?)\/?\s/.exec(new TextDecoder().decode(chunk))?.[1];
    if (address) return address;
  }
  throw new Error('The server did not start.');
}

function row(name: string, times: number[], ceiling?: number[]): void {
  const at = (sorted: number[], share: number) =>
    sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  const sorted = times.toSorted((a, b) => a - b);
  const figures = [at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1)];
  const ratio = ceiling
    ? (
        at(sorted, 0.99) /
        at(
          ceiling.toSorted((a, b) => a - b),
          0.99,
        )
      ).toFixed(1)
    : '';
  const cells = figures.map((figure) => figure.toFixed(2).padStart(8));
  console.log(
    `${name.padEnd(26)}${String(times.length).padStart(8)}${cells.join('')}${ratio.padStart(14)}`,
  );
}
