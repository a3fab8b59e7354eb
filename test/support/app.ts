import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isEmbedding } from '../../src/app/is_embedding.ts';
import { createConnections, createSecretKey } from '../../src/connections/index.ts';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import {
  type Clock,
  createTracker,
  type Job,
  systemClock,
  type TrackerOptions,
} from '../../src/jobs/index.ts';
import { createLibrary } from '../../src/library/index.ts';
import { definitionsOf, loadOperations } from '../../src/operations/index.ts';
import { isOnce, repeatedDefaults } from '../../src/operations/words.ts';
import { type Config, loadConfig } from '../../src/platform/config.ts';
import { createHealth } from '../../src/platform/create_health.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { type Logger, silentLogger } from '../../src/platform/logger.ts';
import { createSchedules } from '../../src/schedules/index.ts';
import { createBlueskySource } from '../../src/sources/bluesky/index.ts';
import type { LiveDeps } from '../../src/sources/connection.ts';
import { createSources } from '../../src/sources/index.ts';
import type { Source } from '../../src/sources/source.ts';
import { withoutSecrets } from '../../src/sources/without_secrets.ts';
import { createApp } from '../../src/web/app.ts';
import { createWebhooks } from '../../src/webhooks/index.ts';
import { MODEL_CACHE } from './model_cache.ts';
import { until } from './wait.ts';

const leftovers: (() => Promise<void> | void)[] = [];

/** Stops all apps. Every test file that calls `setupApp` calls this in `afterAll`. */
export async function closeApps(): Promise<void> {
  for (const clean of leftovers.splice(0).reverse()) await clean();
}

/**
 * The whole program with an in-memory database (or a given one, as after a restart), an empty data
 * folder and the real model.
 */
export async function setupApp(
  env: Record<string, string> = {},
  {
    healthClock = systemClock,
    modelsDir = MODEL_CACHE,
    addSources = () => [],
    logger = silentLogger,
    ...trackerOptions
  }: Pick<TrackerOptions, 'cancelGraceMs' | 'clock'> & {
    healthClock?: Clock;
    modelsDir?: string;
    /** Sources besides the program's own, or in place of those with the same name. */
    addSources?: (live: LiveDeps) => Source[];
    logger?: Logger;
  } = {},
  database = openDatabase(':memory:'),
) {
  const dataDir = mkdtempSync(join(tmpdir(), 'xgpt-test-'));
  leftovers.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const config: Config = loadConfig({ XGPT_DATA_DIR: dataDir, XGPT_SAMPLE_PAGE_MS: '0', ...env });
  const secretKey = createSecretKey(config);
  const connections = createConnections({ db: database, secretKey });
  const sources = new Map(createSources({ ...config, live: connections }));
  for (const source of addSources(connections)) {
    sources.set(source.name, withoutSecrets(source, connections.credentials));
  }
  const services = {
    library: createLibrary(database),
    sources,
    embedder: createLocalEmbedder({ modelsDir }),
    importsDir: config.importsDir,
  };
  const operations = await loadOperations(services);
  const tracker = createTracker({
    ...trackerOptions,
    logger,
    database,
    definitions: definitionsOf(operations),
    save(data) {
      data.write?.();
      return services.library.save(data);
    },
    maxWaiting: config.maxWaiting,
  });
  const health = createHealth({
    db: database,
    kind: 'server',
    clock: healthClock,
    logger,
  });
  const webhooks = createWebhooks(tracker, {
    db: database,
    secretKey,
    allowPrivate: config.privateWebhooks,
    ...(trackerOptions.clock && { now: trackerOptions.clock.now }),
  });
  tracker.errors.watch = health;
  const { clock } = trackerOptions;
  const typeRules = { repeatedDefaults, isOnce };
  const schedules = createSchedules({ database, tracker, logger, clock, ...typeRules });
  const closing = new AbortController();
  const app = await createApp({
    ...services,
    isEmbedding: () => isEmbedding(tracker, health),
    operations,
    connections,
    webhooks,
    schedules,
    database,
    tracker,
    health,
    config,
    logger,
    closing: closing.signal,
  });
  leftovers.push(async () => {
    closing.abort();
    await health.stop();
    await schedules.stop();
    await tracker.stop();
    await services.embedder.close();
  });

  const request = (path: string, init: RequestInit = {}) =>
    app.handle(new Request(`http://localhost:3000${path}`, init));

  /** A request for JSON. */
  const json = (path: string, init: RequestInit = {}) =>
    request(path, { ...init, headers: { accept: 'application/json', ...init.headers } });

  return {
    ...services,
    app,
    config,
    connections,
    webhooks,
    schedules,
    database,
    tracker,
    health,
    closing,
    operations,
    request,
    json,
    /** The number of open streams, from `/healthz`. */
    watchers: async () =>
      ((await (await json('/healthz')).json()) as { watchers: number }).watchers,
    /** A form, as curl sends it. */
    post: (path: string, fields: Record<string, string> = {}, headers = {}) =>
      request(path, { method: 'POST', body: new URLSearchParams(fields), headers }),
    statusOnDisk: (id: string) =>
      (database.query('SELECT status FROM jobs WHERE id = ?').get(id) as { status: string }).status,
    ended: (id: string, ms?: number): Promise<Job> =>
      until(
        `${id} has ended`,
        () => (tracker.getJob(id)?.completedAt ? tracker.getJob(id) : undefined),
        ms,
      ),
  };
}

export type TestApp = Awaited<ReturnType<typeof setupApp>>;

/** Bluesky as if it could not be reached, found out at once. */
export function noBluesky(live: LiveDeps): Source[] {
  const fetch = (async () => {
    throw new TypeError('The service cannot be reached.');
  }) as unknown as typeof globalThis.fetch;
  const timing = { gapMs: 0, loginGapMs: 0, backoffMs: 0 };
  const url = 'https://bluesky.example';
  return [createBlueskySource({ live: { ...live, fetch }, url, timing })];
}

/** The `Accept` header of a browser that follows a link or sends a form. */
export const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
