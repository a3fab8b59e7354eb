/**
 * How soon five hosts tell each other: two servers, three workers and PostgreSQL, each in a network namespace of its own
 * (Linux, as the superuser; otherwise processes of this machine). Times in ms:
 *
 *     bun bench/cluster_nodes.ts [--samples 60]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Job } from '../src/jobs/index.ts';
import { linesOf } from '../test/chaos/trace_lines.ts';
import { type Host, Network } from '../test/cluster/network.ts';
import { lastingPort } from '../test/support/port.ts';
import { startPostgres } from '../test/support/postgres/server.ts';
import { until } from '../test/support/wait.ts';
import { table } from './suite/markdown.ts';
import { quantile } from './suite/results.ts';

const ROOT = join(import.meta.dir, '..');
const TOKEN = 'measured-by-a-program';
const HEADERS = { authorization: `Bearer ${TOKEN}`, accept: 'application/json' };

const { values } = parseArgs({ options: { samples: { type: 'string', default: '60' } } });
const samples = Number(values.samples);

/** Rounds before the first that counts: the first ones run code that is not compiled yet. */
const WARM_UP = 15;

const folder = mkdtempSync(join(tmpdir(), 'xgpt-cluster-bench-'));
const trace = join(folder, 'trace.jsonl');
const network = Network.create();
const postgres = await startPostgres(network);
const nodes: Bun.Subprocess[] = [];
// The ends of child processes alone would not be waited for.
const alive = setInterval(() => {}, 1 << 30);

try {
  const servers = ['server-1', 'server-2'].map((name) => startNode('serve', name));
  await Promise.all(servers.map(untilAnswered));
  for (const name of ['worker-3', 'worker-4', 'worker-5']) startNode('worker', name);
  await until('all processes are known', async () => {
    const health = await ask<{ processes: unknown[] }>(servers[0] as string, '/healthz');
    return health.processes.length >= nodes.length;
  });
  console.log(report(await measure(servers as [string, string])));
} finally {
  for (const node of nodes) node.kill('SIGKILL');
  await Promise.all(nodes.map(({ exited }) => exited));
  await postgres.stop();
  network?.remove();
  rmSync(folder, { recursive: true, force: true });
  clearInterval(alive);
}
process.exit(0);

/** @returns its address. */
function startNode(command: 'serve' | 'worker', name: string): string {
  const host: Host | undefined = network?.addHost(name);
  const address = host?.address ?? '127.0.0.1';
  const port = host ? '3000' : lastingPort();
  const env = {
    ...process.env,
    ...{ XGPT_DATABASE_URL: postgres.address, XGPT_DATA_DIR: join(folder, name) },
    ...{ XGPT_SECRET_KEY: 'c1'.repeat(32), XGPT_TOKEN: TOKEN, XGPT_HOSTS: address },
    ...{ HOST: address, PORT: port, XGPT_LOG_LEVEL: 'error', XGPT_SAMPLE_PAGE_MS: '2000' },
    ...{ XGPT_SCRAPE_CONCURRENCY: '5', XGPT_CHAOS_TRACE: trace },
  };
  const preload = ['--preload', join(ROOT, 'test/chaos/trace.ts')];
  const program = [process.execPath, ...preload, join(ROOT, 'src/main.ts'), command];
  const node = Bun.spawn([...(host?.prefix ?? []), ...program], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  nodes.push(node);
  return `http://${address}:${port}`;
}

async function untilAnswered(server: string): Promise<void> {
  await until(`${server} answers`, () =>
    fetch(`${server}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
}

async function ask<Answer>(server: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(server + path, {
    method: body ? 'POST' : 'GET',
    headers: { ...HEADERS, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Answer;
}

interface Times {
  shown: number[];
  begun: number[];
  aborted: number[];
}

/** Starts each job at the first server, follows it at the second one, and cancels it there while it runs elsewhere. */
async function measure([first, second]: [string, string]): Promise<Times> {
  const times: Times = { shown: [], begun: [], aborted: [] };
  const seen = await followed(second);
  for (let n = -WARM_UP; n < samples; n++) {
    if (n === 0) for (const all of Object.values(times)) all.length = 0;
    const from = now();
    const { job } = await ask<{ job: Job }>(first, '/api/scrape', { username: 'aurora_lab' });
    times.shown.push((await seen(job.id)) - from);
    const begin = await traced(job.id, 'begin');
    times.begun.push(begin.at - from);
    await Bun.sleep(20 + Math.random() * 50);
    const cancelledAt = now();
    await ask(second, `/api/jobs/${job.id}/cancel`, {});
    times.aborted.push((await traced(job.id, 'end')).at - cancelledAt);
  }
  return times;
}

function traced(id: string, what: 'begin' | 'end') {
  return until(`${id} has its ${what}`, () =>
    linesOf(trace).find((line) => line.job === id && line.what === what),
  );
}

/** When the page at a server has shown a job. */
async function followed(server: string): Promise<(id: string) => Promise<number>> {
  const response = await fetch(`${server}/api/jobs/stream`, {
    headers: { authorization: HEADERS.authorization },
  });
  const at = new Map<string, number>();
  const decoder = new TextDecoder();
  void (async () => {
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      const found = decoder.decode(part, { stream: true }).matchAll(/id="job-([\w-]+)"/g);
      for (const [, id = ''] of found) if (!at.has(id)) at.set(id, now());
    }
  })().catch(() => {});
  return (id) => until(`${id} is shown`, () => at.get(id));
}

/** The clock of the trace. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function report({ shown, begun, aborted }: Times): string {
  const row = (what: string, all: number[], goal: string) => [
    what,
    quantile(all, 0.5),
    quantile(all, 0.99),
    all.length,
    goal,
  ];
  return table(
    ['ms', 'p50', 'p99', 'samples', 'goal'],
    [
      row('a job started at one server is on the page of the other', shown, 'p99 ≤ 100'),
      row('a cancel at the other server ends the handler on a third host', aborted, 'p99 ≤ 200'),
      row('from the request to the handler’s first line', begun, 'p50 ≤ 60'),
    ],
  );
}
