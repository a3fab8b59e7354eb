/**
 * The server of `bench/stream.ts`, in its own process: the real app with tracked jobs, controlled by
 * IPC. `/ceiling` sends the same bytes to its connections without a tracker.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnections, createSecretKey } from '../src/connections/index.ts';
import { createLocalEmbedder } from '../src/embedding/index.ts';
import { createTracker, type JobContext, type JobType, systemClock } from '../src/jobs/index.ts';
import { createLibrary } from '../src/library/index.ts';
import { definitionsOf, loadOperations } from '../src/operations/index.ts';
import { loadConfig } from '../src/platform/config.ts';
import { createHealth } from '../src/platform/create_health.ts';
import { openDatabase } from '../src/platform/database.ts';
import { silentLogger } from '../src/platform/logger.ts';
import { createSchedules } from '../src/schedules/index.ts';
import { createSources } from '../src/sources/index.ts';
import { createApp } from '../src/web/app.ts';
import { createWebhooks } from '../src/webhooks/index.ts';

export type Command =
  | { do: 'jobs'; count: number }
  | { do: 'update'; ms: number; perSecond: number }
  | { do: 'flood'; ms: number }
  | { do: 'ceiling'; ms: number; bytes: number }
  | { do: 'cancel' }
  | { do: 'memory' };

export type Answer = Record<string, number | string>;

const TYPES: JobType[] = ['scrape', 'search', 'discover', 'embed'];

const dataDir = mkdtempSync(join(tmpdir(), 'xgpt-bench-'));
const config = loadConfig({ XGPT_DATA_DIR: dataDir, XGPT_MAX_CONNECTIONS: '20000' });
const database = openDatabase(config.databasePath);
const connections = createConnections({ db: database, secretKey: createSecretKey(config) });
const services = {
  library: createLibrary(database),
  sources: createSources({ ...config, live: connections }),
  embedder: createLocalEmbedder(config),
  importsDir: config.importsDir,
};
const operations = await loadOperations(services);
const tracker = createTracker({ database, definitions: definitionsOf(operations) });
const app = await createApp({
  ...services,
  operations,
  connections,
  webhooks: createWebhooks(tracker, {
    db: database,
    secretKey: createSecretKey(config),
    allowPrivate: false,
  }),
  database,
  schedules: createSchedules({ database, tracker }),
  tracker,
  health: createHealth({ db: database, kind: 'server', clock: systemClock, logger: silentLogger }),
  config,
  logger: silentLogger,
  closing: new AbortController().signal,
});

let ceilingPiece = new Uint8Array();
let ceilingWakes: (() => void)[] = [];
app.get('/ceiling', ({ request, server }) => {
  server?.timeout(request, 0);
  return new Response(ceiling(request.signal) as unknown as BodyInit);
});
app.listen({ port: 0, hostname: '127.0.0.1' });

let jobs: JobContext[] = [];

async function* ceiling(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let last = new Uint8Array();
  while (!signal.aborted) {
    if (last === ceilingPiece) await new Promise<void>((resolve) => ceilingWakes.push(resolve));
    last = ceilingPiece;
    yield ceilingPiece;
  }
}

async function carryOut(command: Command): Promise<Answer> {
  switch (command.do) {
    case 'jobs':
      return startJobs(command.count);
    case 'update':
      return update(command.ms, command.perSecond);
    case 'flood':
      return flood(command.ms);
    case 'ceiling':
      return floodCeiling(command.ms, command.bytes);
    case 'cancel':
      return cancelOne();
    case 'memory':
      Bun.gc(true);
      return { rss: process.memoryUsage.rss() };
  }
}

async function startJobs(count: number): Promise<Answer> {
  for (const job of jobs) await tracker.completeJob(job.jobId, true);
  for (const { jobId } of jobs) await tracker.removeJob(jobId);
  jobs = [];
  for (let index = 0; index < count; index++) {
    const type = TYPES[index % TYPES.length] as JobType;
    jobs.push(await tracker.createJob(type, { username: `user_${index}` }));
  }
  return { count };
}

/** Updates every job this many times a second, as far as the process can. */
async function update(ms: number, perSecond: number): Promise<Answer> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const probed = await tracker.createJob('embed', { model: 'probe' });
  const probing = probe(probed, begin + ms);
  let accepted = 0;
  for (;;) {
    const elapsed = performance.now() - begin;
    if (elapsed >= ms) break;
    const due = (Math.min(elapsed, ms) / 1000) * perSecond * jobs.length;
    while (accepted < due) accepted += updateAll(accepted / jobs.length);
    await Bun.sleep(1);
  }
  const seconds = (performance.now() - begin) / 1000;
  const used = process.cpuUsage(cpu);
  await probing;
  await tracker.removeJob(probed.jobId, { force: true });
  return {
    perSecond: accepted / seconds,
    cpu: (used.user + used.system) / 1e6 / seconds,
    rss: process.memoryUsage.rss(),
  };
}

function updateAll(step: number): number {
  for (const job of jobs) void job.updateProgress(step, 20_000, 'Reading page 14 of 50');
  return jobs.length;
}

/**
 * Updates one more job now and then, with the time in its message. Of the others' updates, only the
 * last before each event would be seen, together with the wait for that event.
 */
async function probe(job: JobContext, until: number): Promise<void> {
  for (let step = 0; performance.now() < until; step++) {
    await job.updateProgress(step, 0, `t=${now()}`);
    await Bun.sleep(100 + Math.random() * 100);
  }
}

/** Milliseconds on a clock that all processes of this machine share. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** A version of the feed at every turn of the event loop: more than any connection can receive. */
async function flood(ms: number): Promise<Answer> {
  const end = performance.now() + ms;
  for (let step = 0; performance.now() < end; step++) {
    updateAll(step);
    tracker.feed.progressed(jobs.map(({ jobId }) => jobId));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {};
}

async function floodCeiling(ms: number, bytes: number): Promise<Answer> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    ceilingPiece = new Uint8Array(bytes).fill(120);
    ceilingPiece.set(new TextEncoder().encode('event: c\ndata: '));
    ceilingPiece.set([10, 10], bytes - 2);
    const wakes = ceilingWakes;
    ceilingWakes = [];
    for (const wake of wakes) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {};
}

async function cancelOne(): Promise<Answer> {
  const job = await tracker.createJob('scrape', { username: 'to_cancel' });
  await Bun.sleep(120);
  const sent = now();
  await tracker.cancelJob(job.jobId);
  setTimeout(() => void tracker.completeJob(job.jobId, true), 500);
  return { id: job.jobId, sent };
}

process.on('message', async (command: Command) => {
  process.send?.(await carryOut(command));
});
process.on('disconnect', () => {
  rmSync(dataDir, { recursive: true, force: true });
  process.exit(0);
});
process.send?.({ port: app.server?.port ?? 0 });
