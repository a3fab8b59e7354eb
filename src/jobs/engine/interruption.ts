import { ShuttingDown } from '../errors.ts';
import type { Completion } from './completion.ts';
import type { Executions } from './executions.ts';

/** Fails the tracked jobs of this process, which nobody can resume. */
export async function interruptTracked({
  executions,
  completion,
}: {
  executions: Executions;
  completion: Completion;
}): Promise<void> {
  const reason = 'Interrupted: xgpt was shut down.';
  const interrupt = executions.all().map(async (execution) => {
    // It may be ending already.
    if (execution.ending) await execution.ending.catch(() => {});
    else await completion.end(execution, { as: 'failed', reason, failure: 'interrupted' });
    execution.controller.abort(new ShuttingDown());
  });
  await Promise.all(interrupt);
}
