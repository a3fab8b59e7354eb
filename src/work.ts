import type { Config } from './config.ts';
import { jobTracker } from './jobs/index.ts';
import { createLogger } from './logger.ts';
import { openProgram } from './services.ts';
import { shutDownOnSignals } from './shutdown.ts';

/**
 * Runs queued jobs of the data folder without a server, until SIGINT or SIGTERM. Any number of
 * workers may share the folder with a server.
 */
export async function work(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  const program = await openProgram(config, 'worker', logger);
  await jobTracker.start();
  program.vitals.start();
  // What else there is keeps no process alive.
  setInterval(() => {}, 1 << 30);
  shutDownOnSignals({ program, drainMs: config.drainMs, logger });
  console.log(`xgpt works on the jobs in ${config.dataDir}`);
}
