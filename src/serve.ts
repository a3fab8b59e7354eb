import { mkdirSync } from 'node:fs';
import { createApp } from './app.ts';
import { type Config, InvalidConfig } from './config.ts';
import { appDatabase } from './database.ts';
import { createLocalEmbedder } from './embedding/index.ts';
import { jobTracker } from './jobs/index.ts';
import { createLibrary } from './library/index.ts';
import { createLogger } from './logger.ts';
import { loadOperations } from './operations/index.ts';
import { removeStalePartials } from './sources/archive/index.ts';
import { createSources } from './sources/index.ts';

/** Runs the server with a runner beside it until SIGINT or SIGTERM. Resolves when it listens. */
export async function serve(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  makeDataFolder(config);
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
  const server = listen(app, config);
  // Only now: a server that finds its port taken must not have claimed jobs.
  await jobTracker.start();

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
  // Last of all: whoever reads the address may send a signal at once.
  console.log(`xgpt is at ${server?.url.href}`);
}

function listen(app: Awaited<ReturnType<typeof createApp>>, config: Config) {
  try {
    return app.listen({
      hostname: config.host,
      port: config.port,
      // Elysia shares a taken port otherwise, and each request would go to one or the other.
      reusePort: false,
      // Each route limits its own body, and says what to do instead; Bun would answer with nothing.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    }).server;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new InvalidConfig(
      `Port ${config.port} is in use. Stop what listens there, or set PORT to another one.`,
      { cause },
    );
  }
}

function makeDataFolder({ dataDir, importsDir }: Config): void {
  try {
    mkdirSync(importsDir, { recursive: true });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new InvalidConfig(
      `The data folder ${dataDir} cannot be used: ${reason}. Set XGPT_DATA_DIR to a folder that can be written to.`,
      { cause },
    );
  }
}

function onSignals(run: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal);
    process.once(signal, run);
  }
}
