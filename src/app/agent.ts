import { jobTracker } from '../jobs/index.ts';
import type { Config } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { bootstrap } from './bootstrap.ts';
import { requireDataFolder } from './data_folder.ts';
import { shutDown, shutDownOnSignals } from './shutdown.ts';
import { surviveDatabaseErrors } from './uncaught.ts';

/**
 * How long jobs may continue once the agent has closed the pipe, in ms, unless the drain time is shorter.
 * The official client (2.4.0) sends SIGTERM 2 s after it has closed, and SIGKILL 2 s after that.
 */
const PIPE_DRAIN_MS = 500;

/**
 * Serves one agent over standard input and output until it closes them, or a signal comes. Runs jobs as
 * a worker does, so that it needs no server; what is unfinished at the end goes back to the queue, and
 * resumes in a server, a worker or the next of these.
 * @param options of an agent that only reads: then it runs no jobs, and is no worker.
 */
export async function serveAgent(config: Config, options: { isReader: boolean }): Promise<void> {
  if (options.isReader) requireDataFolder(config);
  const logger = createLogger(config.logLevel);
  const deps = await bootstrap(config, options.isReader ? 'command' : 'worker', logger);
  surviveDatabaseErrors(deps.health);
  const { serveAgentOnStdio } = await import('../mcp/stdio.ts');
  if (!options.isReader) {
    await jobTracker.start();
    await deps.health.start();
  }
  const { drainMs, stopWithParent } = config;
  const closing = new AbortController();
  const { signal } = closing;
  const served = serveAgentOnStdio(
    { ...deps, ...{ tracker: jobTracker, config, logger, closing: signal } },
    options,
  );
  const shutdown = { deps, drainMs, withParent: stopWithParent, logger, closing };
  shutDownOnSignals({ ...shutdown, closeServer: () => served });
  await served;
  if (signal.aborted) return;
  await shutDown({ ...shutdown, drainMs: Math.min(drainMs, PIPE_DRAIN_MS) });
}
