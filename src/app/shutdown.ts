import { jobTracker } from '../jobs/index.ts';
import { appDatabase } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import type { ProcessDeps } from './bootstrap.ts';

/** Whatever happens on the way, the process ends this long after its drain time, in ms. */
const LAST_MS = 5_000;

interface Shutdown {
  deps: ProcessDeps;
  drainMs: number;
  logger: Logger;
  /** What takes requests: it is told before the jobs are. */
  closing?: AbortController;
  closeServer?: () => Promise<void>;
}

/** At the first SIGINT or SIGTERM everything is brought to rest; a second one waits for nothing. */
export function shutDownOnSignals(shutdown: Shutdown): void {
  onSignals(() => {
    shutdown.logger.info('Shutting down: running jobs are put back and go on at the next start.');
    void shutDown(shutdown);
  });
}

/** Brings everything to rest and ends the process with 0; a signal meanwhile ends it at once. */
export async function shutDown({ deps, drainMs, logger, closing, closeServer }: Shutdown) {
  onSignals(() => process.exit(1));
  setTimeout(() => {
    logger.error('The shutdown took too long. Jobs that were running go on at the next start.');
    process.exit(1);
  }, drainMs + LAST_MS).unref();
  closing?.abort();
  try {
    await jobTracker.stop(drainMs);
    await closeServer?.();
    await deps.embedder.close();
  } catch (error) {
    logger.error('Not everything could be put back; the next start does it.', { error });
  }
  await deps.health.stop();
  appDatabase().close();
  process.exit(0);
}

function onSignals(run: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal);
    process.once(signal, run);
  }
}
