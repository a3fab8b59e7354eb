/**
 * The real app in a separate process, with jobs that report progress all the time. After `rest`, its
 * jobs stay as they are.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnections, createSecretKey } from '../../src/connections/index.ts';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { createTracker, type Job, type JobContext, systemClock } from '../../src/jobs/index.ts';
import { createLibrary } from '../../src/library/index.ts';
import { definitionsOf, loadOperations } from '../../src/operations/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { createHealth } from '../../src/platform/create_health.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { createSchedules } from '../../src/schedules/index.ts';
import { createSources } from '../../src/sources/index.ts';
import { createApp } from '../../src/web/app.ts';
import { createWebhooks } from '../../src/webhooks/index.ts';

/** Time between the start, the end and the removal of a short job, in ms. */
const PASSING_MS = 250;

interface Busyness {
  jobs: number;
  /** How often each of them reports progress, per second. */
  perSecond?: number;
  /** Whether short jobs start and end meanwhile. */
  passing?: boolean;
}

/** Starts one on a free port. */
export async function startBusyServer({ jobs, perSecond = 20, passing = false }: Busyness) {
  const ready = Promise.withResolvers<{ url: string; ids: string[] }>();
  const busyness = JSON.stringify({ jobs, perSecond, passing });
  const child = Bun.spawn([process.execPath, import.meta.path, busyness], {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc: (message) => ready.resolve(message),
  });
  void child.exited.then(() =>
    ready.reject(new Error('The busy server ended before it listened.')),
  );
  const { url, ids } = await ready.promise;
  const json = async <Answer>(path: string) =>
    (await (await fetch(url + path, { headers: { accept: 'application/json' } })).json()) as Answer;
  return {
    url,
    ids,
    watchers: async () => (await json<{ watchers: number }>('/healthz')).watchers,
    job: async (id: string) => (await json<{ job: Job }>(`/api/jobs/${id}`)).job,
    rest: () => child.send('rest'),
    end: async () => {
      child.disconnect();
      await child.exited;
    },
  };
}

async function main({ jobs: count, perSecond, passing }: Required<Busyness>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'xgpt-busy-'));
  const config = loadConfig({ XGPT_DATA_DIR: dataDir });
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
  const closing = new AbortController().signal;
  const logger = silentLogger;
  const health = createHealth({ db: database, kind: 'server', clock: systemClock, logger });
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
    health,
    config,
    logger,
    closing,
  });

  const jobs: JobContext[] = [];
  for (let index = 0; index < count; index++) {
    jobs.push(await tracker.createJob('scrape', { username: `user_${index}` }));
  }
  for (const { jobId, signal } of jobs) {
    // A cancelled job stops.
    signal.addEventListener('abort', () => void tracker.completeJob(jobId, true));
  }
  let step = 0;
  const timers = [setInterval(report, 1000 / perSecond)];
  if (passing) timers.push(setInterval(() => void pass(), PASSING_MS));

  function report(): void {
    step++;
    for (const job of jobs) void job.updateProgress(step, 1_000_000, `Reading page ${step}`);
  }

  async function pass(): Promise<void> {
    const { jobId } = await tracker.createJob('search', { query: 'passing' });
    await Bun.sleep(PASSING_MS * 1.5);
    await tracker.completeJob(jobId, true);
    await Bun.sleep(PASSING_MS * 1.5);
    await tracker.removeJob(jobId);
  }

  process.on('message', () => timers.forEach(clearInterval));
  process.on('disconnect', () => {
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(0);
  });
  app.listen({ port: 0, hostname: '127.0.0.1' });
  const url = `http://127.0.0.1:${app.server?.port}`;
  process.send?.({ url, ids: jobs.map(({ jobId }) => jobId) });
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? ''));
