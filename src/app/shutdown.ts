import { jobTracker } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { isHangupIgnored } from '../platform/hangup.ts';
import type { Logger } from '../platform/logger.ts';
import { closeAppData } from './app_data.ts';
import type { ProcessDeps } from './bootstrap.ts';
import { onParentEnd } from './parent.ts';

/**
 * A second signal this soon is the same one, in ms. Ctrl-C reaches npm and the server together, and npm
 * passes it on.
 */
const SAME_SIGNAL_MS = 1_000;

/** The process exits at most this long after its drain time, whatever happens, in ms. */
const MAX_OVERTIME_MS = 5_000;

type ShutdownDeps = Pick<ProcessDeps, 'embedder' | 'health' | 'schedules'>;

interface Shutdown {
  deps: ShutdownDeps;
  drainMs: number;
  /** Whether the end of the parent process counts as a signal: npm passes on SIGINT and SIGTERM only. */
  withParent: boolean;
  logger: Logger;
  /** Aborted first, so that streams end and no new requests are accepted. */
  closing?: AbortController;
  closeServer?: () => Promise<void>;
}

/**
 * The first SIGINT, SIGTERM or SIGHUP shuts the process down in order; a second SIGINT or SIGTERM
 * later than that ends it at once. Not a second SIGHUP: a terminal that is closed often sends two.
 */
export function shutDownOnSignals(shutdown: Shutdown): void {
  let hasBegun = false;
  const begin = () => {
    if (hasBegun) return;
    hasBegun = true;
    shutdown.logger.info(
      'Shutting down. Running jobs go back to the queue and resume at the next start.',
    );
    void shutDown({ ...shutdown, isSignalled: true });
  };
  onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], begin);
  if (shutdown.withParent) onParentEnd(begin);
}

/**
 * Stops jobs and server in order and exits with 0. A second SIGINT or SIGTERM ends the process at once;
 * the first one, when no signal has begun this, asks for what happens already.
 */
export async function shutDown({
  deps,
  drainMs,
  logger,
  closing,
  closeServer,
  isSignalled = false,
}: Omit<Shutdown, 'withParent'> & { isSignalled?: boolean }) {
  let signalledAt = isSignalled ? performance.now() : undefined;
  onSignals(['SIGINT', 'SIGTERM'], () => {
    signalledAt ??= performance.now();
    if (performance.now() - signalledAt > SAME_SIGNAL_MS) process.exit(1);
  });
  onSignals(['SIGHUP'], () => {});
  setTimeout(() => {
    logger.error('The shutdown took too long. Running jobs resume at the next start.');
    process.exit(1);
  }, drainMs + MAX_OVERTIME_MS).unref();
  closing?.abort();
  try {
    await deps.schedules.stop();
    await jobTracker.stop(drainMs);
    await closeServer?.();
    await deps.embedder.close();
  } catch (error) {
    logger.error('Not all jobs could be put back into the queue. The next start does that.', {
      error,
    });
  }
  await deps.health.stop();
  await closeAppData(loadConfig());
  process.exit(0);
}

function onSignals(signals: NodeJS.Signals[], run: () => void): void {
  for (const signal of signals) {
    if (signal === 'SIGHUP' && isHangupIgnored()) continue;
    process.removeAllListeners(signal);
    process.on(signal, run);
  }
}
