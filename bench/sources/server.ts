/** The measured server, in a process of its own: the real app, with the sources of one bench. */
import { createConnections, createSecretKey } from '../../src/connections/index.ts';
import { createLocalEmbedder } from '../../src/embedding/index.ts';
import { createTracker, systemClock } from '../../src/jobs/index.ts';
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
import type { SourceBench } from './source_bench.ts';

const [file = ''] = process.argv.slice(2);
const { default: bench } = (await import(file)) as { default: SourceBench };
const config = loadConfig();
const database = openDatabase(config.databasePath);
const connections = createConnections({ db: database, secretKey: createSecretKey(config) });
const sources = new Map(createSources({ ...config, live: connections }));
for (const source of bench.addSources?.(connections) ?? []) sources.set(source.name, source);
const deps = {
  library: createLibrary(database),
  sources,
  embedder: createLocalEmbedder(config),
  importsDir: config.importsDir,
};
const operations = await loadOperations(deps);
const tracker = createTracker({
  database,
  definitions: definitionsOf(operations),
  save(data) {
    data.write?.();
    return deps.library.save(data);
  },
});
const app = await createApp({
  ...deps,
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
await tracker.start();
const { server } = app.listen({ port: 0, hostname: '127.0.0.1' });
console.log(`http://127.0.0.1:${server?.port}`);
