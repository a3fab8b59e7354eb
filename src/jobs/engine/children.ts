import type { Clock } from '../../platform/clock.ts';
import { count, counted } from '../../text/format.ts';
import type { Job } from '../job.ts';
import { isFinal } from '../lifecycle.ts';
import type { JobReader } from '../store/store.ts';
import type { Execution, Executions } from './executions.ts';

/** How often a parent checks its children, in ms. */
const POLL_MS = 200;

interface ChildrenDeps {
  reader: JobReader;
  executions: Executions;
  clock: Clock;
}

/**
 * Waits until every child of a job has ended; meanwhile the job's progress is the sum of theirs.
 * @param expected the total of a child at most, for as long as the child has not reported one.
 * @throws the signal's reason when the job is stopped.
 */
export async function allEnded(
  { reader, executions, clock }: ChildrenDeps,
  execution: Execution,
  expected: (child: Job) => number,
  report: (current: number, total: number, message: string) => Promise<void>,
): Promise<Job[]> {
  const { signal } = execution.controller;
  for (;;) {
    signal.throwIfAborted();
    const read = await reader.children(execution.id);
    const children = read.map((job) => executions.withProgress(job));
    const ended = children.filter(({ status }) => isFinal(status)).length;
    const total = totalOf(children, expected);
    const current = sum(children.map(({ progress }) => progress.current));
    await report(current, total, `${count(ended)} of ${counted(children.length, 'job')} ended`);
    if (ended === children.length) return children;
    await pause(clock, signal);
  }
}

/**
 * The total of all children. Those without a total are taken to be like the others, but no larger
 * than expected. 0 = unknown, as long as no child has a total.
 */
function totalOf(children: Job[], expected: (child: Job) => number): number {
  const known = children.flatMap((child) => knownTotal(child) ?? []);
  if (known.length === 0) return 0;
  const typical = Math.ceil(sum(known) / known.length);
  return sum(children.map((child) => knownTotal(child) ?? Math.min(typical, expected(child))));
}

/** A child that has ended will do no more than it has done. */
function knownTotal({ status, progress: { current, total } }: Job): number | undefined {
  if (isFinal(status)) return status === 'completed' ? Math.max(current, total) : current;
  return total > 0 ? total : undefined;
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      cancel();
      signal.removeEventListener('abort', goOn);
      resolve();
    };
    const cancel = clock.after(POLL_MS, goOn);
    signal.addEventListener('abort', goOn);
  });
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
