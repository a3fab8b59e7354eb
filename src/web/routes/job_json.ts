import type { Job, JobPage, Tracker } from '../../jobs/index.ts';
import { abridge } from '../../text/abridge.ts';
import { listedJob, toldJob } from '../../text/abridged_job.ts';

/** A job as a program gets it that asks for this one: with its attempts, its steps, its children. */
export function detailedJob(tracker: Tracker, job: Job) {
  const { attempts, steps, children } = tracker.reader.detailsOf(job.id);
  return {
    ...job,
    attempts,
    steps,
    children: children.map(({ id, type, status }) => ({ id, type, status })),
  };
}

/** The same as it is sent with every change: its result is whole, all else is bounded. */
export function followedJob(tracker: Tracker, job: Job) {
  const { attempts, steps, ...rest } = detailedJob(tracker, job);
  return { ...rest, ...toldJob(job), attempts: attempts.map(abridge), steps: steps.map(abridge) };
}

/** A page of jobs, each of them bounded: a thousand may be on it. */
export function listedPage(page: JobPage): JobPage {
  return { ...page, jobs: page.jobs.map(listedJob) };
}
