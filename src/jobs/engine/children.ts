import type { Job } from '../job.ts';
import { isFinal } from '../lifecycle.ts';
import type { Desk } from './desk.ts';
import type { Execution } from './executions.ts';

/** How often a parent looks at its children, in ms. */
const LOOK_MS = 200;

/**
 * Waits until every child of a job has ended; the job's progress is the sum of theirs meanwhile.
 * @param expected how much a child will have to do at most, as long as it does not know itself.
 * @throws the signal's reason when the job is stopped meanwhile.
 */
export async function allEnded(
  execution: Execution,
  desk: Desk,
  expected: (child: Job) => number,
  report: (current: number, total: number, message: string) => Promise<void>,
): Promise<Job[]> {
  const { signal } = execution.controller;
  for (;;) {
    signal.throwIfAborted();
    const children = desk.reader
      .children(execution.id)
      .map((job) => desk.executions.withProgress(job));
    const ended = children.filter(({ status }) => isFinal(status)).length;
    const total = totalOf(children, expected);
    const current = sum(children.map(({ progress }) => progress.current));
    await report(current, total, `${ended} of ${children.length} jobs have ended`);
    if (ended === children.length) return children;
    await pause(desk, signal);
  }
}

/**
 * What all of them have to do: those that do not know yet are taken to be like those that do, but
 * no larger than is expected of them. 0 = unknown, as long as none knows.
 */
function totalOf(children: Job[], expected: (child: Job) => number): number {
  const known = children.flatMap((child) => knownSize(child) ?? []);
  if (known.length === 0) return 0;
  const typical = Math.ceil(sum(known) / known.length);
  return sum(children.map((child) => knownSize(child) ?? Math.min(typical, expected(child))));
}

/** One that has ended has no more to do than it did. */
function knownSize({ status, progress: { current, total } }: Job): number | undefined {
  if (isFinal(status)) return status === 'completed' ? Math.max(current, total) : current;
  return total > 0 ? total : undefined;
}

function pause({ clock }: Desk, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      cancel();
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.after(LOOK_MS, wake);
    signal.addEventListener('abort', wake);
  });
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
