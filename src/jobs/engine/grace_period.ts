import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
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

/** Ends cancelled jobs whose handlers do not stop in time. */
export class GracePeriod {
  constructor(private readonly deps: GracePeriodDeps) {
    deps.executions.cancelled.subscribe((execution) => {
      deps.clock.after(deps.graceMs, () => void this.#endByForce(execution));
    });
  }

  async #endByForce(execution: Execution): Promise<void> {
    const { executions, completion, clock, logger, errors, graceMs } = this.deps;
    if (!executions.has(execution)) return;
    const retry = () => clock.after(RETRY_MS, () => void this.#endByForce(execution));
    // Its own end may fail to be written, and nothing else would try again.
    if (execution.ending) {
      retry();
      return;
    }
    const seconds = Math.round(graceMs / 1000);
    const problem = execution.tracked
      ? 'its program had not ended it'
      : 'the handler was still running';
    const note = `Stopped by force: ${problem} ${seconds} s after the cancel.`;
    const isWritten = await errors.attempt('A cancel could not be written', async () => {
      const ended = await completion.end(execution, { as: 'cancelled', note });
      if (ended) logger.warn(note, { job: execution.id });
    });
    if (!isWritten) retry();
  }
}
