import type { Job, Tracker } from '../jobs/index.ts';

/** A job as a program gets it that asks for this one: with its attempts, its steps, its children. */
export function detailedJob(tracker: Tracker, job: Job) {
  const { attempts, steps, children } = tracker.detailsOf(job.id);
  return {
    ...job,
    attempts,
    steps,
    children: children.map(({ id, type, status }) => ({ id, type, status })),
  };
}
