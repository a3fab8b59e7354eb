import { jobTracker } from '../jobs/index.ts';
import type { Config } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { bootstrap } from './bootstrap.ts';
import { shutDown, shutDownOnSignals } from './shutdown.ts';
import { surviveDatabaseErrors } from './uncaught.ts';

/**
 * Runs queued jobs of the data folder without a server, until SIGINT, SIGTERM or SIGHUP. Any number of
 * workers can share the folder with a server.
 * @returns a function that shuts the worker down in order and exits with 0.
 */
export async function runWorker(config: Config): Promise<() => Promise<void>> {
  const logger = createLogger(config.logLevel);
  const deps = await bootstrap(config, 'worker', logger);
  surviveDatabaseErrors(deps.health);
  await jobTracker.start();
  await deps.schedules.start();
  await deps.health.start();
  // Nothing else keeps the process alive.
  setInterval(() => {}, 1 << 30);
  const shutdown = {
    deps,
    drainMs: config.drainMs,
    withParent: config.stopWithParent,
    logger,
  };
  shutDownOnSignals(shutdown);
  console.log(`xgpt runs the jobs in ${config.dataDir}`);
  return () => shutDown(shutdown);
}
