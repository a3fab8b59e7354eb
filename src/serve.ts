import { mkdirSync } from 'node:fs';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { appDatabase } from './database.ts';
import { createLocalEmbedder } from './embedding/index.ts';
import { jobTracker } from './jobs/index.ts';
import { createLibrary } from './library/index.ts';
import { createLogger } from './logger.ts';
import { loadOperations } from './operations/index.ts';
import { removeStalePartials } from './sources/archive/index.ts';
import { createSources } from './sources/index.ts';

/** A multipart form around a file of the largest size, in bytes. */
const FORM_OVERHEAD = 1024 * 1024;

/** Runs the server with a runner beside it until SIGINT or SIGTERM. Resolves when it listens. */
export async function serve(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  mkdirSync(config.importsDir, { recursive: true });
  await removeStalePartials(config.importsDir);

  const services = {
    library: createLibrary(appDatabase()),
    sources: createSources(config),
    embedder: createLocalEmbedder({ ...config, logger }),
    importsDir: config.importsDir,
  };
  jobTracker.define(...(await loadOperations(services)));
  const closing = new AbortController();
  const app = await createApp({
    ...services,
    tracker: jobTracker,
    config,
    logger,
    closing: closing.signal,
  });
  await jobTracker.start();
  const server = app.listen({
    hostname: config.host,
    port: config.port,
    maxRequestBodySize: config.maxUploadBytes + FORM_OVERHEAD,
  }).server;
  console.log(`xgpt is at ${server?.url.href}`);

  const stop = async () => {
    // A second signal does not wait for anything.
    onSignals(() => process.exit(1));
    logger.info('Shutting down: running jobs are put back and go on at the next start.');
    closing.abort();
    await jobTracker.stop(config.drainMs);
    await server?.stop(true);
    await services.embedder.close();
    appDatabase().close();
    process.exit(0);
  };
  onSignals(() => void stop());
}

function onSignals(run: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal);
    process.once(signal, run);
  }
}
