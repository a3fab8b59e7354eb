import type { Clock } from '../../platform/clock.ts';
import type { ErrorReporter } from './error_reporter.ts';

interface Task {
  /** Pause between two runs, in ms. */
  everyMs: number;
  /** What is reported when a run throws. */
  failure: string;
  run(): Promise<void> | void;
}

/** Runs a task again and again until the returned function is called; runs never overlap. */
export function repeat(clock: Clock, errors: ErrorReporter, task: Task): () => void {
  let cancel = () => {};
  let isStopped = false;
  const run = async () => {
    try {
      await task.run();
    } catch (error) {
      // What it reads may have been closed meanwhile.
      if (!isStopped) throw error;
    }
  };
  const turn = async () => {
    await errors.attempt(task.failure, run);
    if (!isStopped) cancel = clock.after(task.everyMs, turn);
  };
  cancel = clock.after(task.everyMs, turn);
  return () => {
    isStopped = true;
    cancel();
  };
}
