import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { JobTimedOut } from '../errors.ts';
import type { End } from '../store/store.ts';
import type { Completion } from './completion.ts';
import type { ErrorReporter } from './error_reporter.ts';
import type { Execution, Executions } from './executions.ts';

/** Between two attempts to write a forced end, in ms. */
const RETRY_MS = 1_000;

interface GracePeriodDeps {
  executions: Executions;
  completion: Completion;
  clock: Clock;
  logger: Logger;
  errors: ErrorReporter;
  /** How long a handler may take to stop, in ms. */
  graceMs: number;
}

/** Ends jobs whose handlers do not stop in time after a cancel, or when their time is up. */
export class GracePeriod {
  constructor(private readonly deps: GracePeriodDeps) {
    deps.executions.stopping.subscribe((execution) => {
      deps.clock.after(deps.graceMs, () => void this.#endByForce(execution));
    });
  }

  async #endByForce(execution: Execution): Promise<void> {
    const { executions, completion, clock, logger, errors } = this.deps;
    if (!executions.has(execution)) return;
    if (execution.isUndoing && !execution.isCancelled) return;
    const retry = () => clock.after(RETRY_MS, () => void this.#endByForce(execution));
    // Its own end may fail to be written, and nothing else would try again.
    if (execution.ending) {
      retry();
      return;
    }
    const { note, end } = this.#forcedEnd(execution);
    const isWritten = await errors.attempt('A forced end could not be written', async () => {
      const ended = await completion.end(execution, end);
      if (ended) logger.warn(note, { job: execution.id });
    });
    if (!isWritten) retry();
  }

  #forcedEnd({ tracked, isCancelled, controller }: Execution): { note: string; end: End } {
    const seconds = Math.round(this.deps.graceMs / 1000);
    const problem = tracked ? 'its program had not ended it' : 'the handler was still running';
    const stopped = (event: string) => `Stopped by force: ${problem} ${seconds} s after ${event}.`;
    const { reason } = controller.signal;
    if (isCancelled || !(reason instanceof JobTimedOut)) {
      const note = stopped('the cancel');
      return { note, end: { as: 'cancelled', note } };
    }
    // Not retried: the next attempt would run beside a handler that does not stop.
    const note = `${reason.message} ${stopped('that')}`;
    return { note, end: { as: 'failed', reason: note, failure: 'timeout' } };
  }
}
