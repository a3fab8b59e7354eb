import type { Job, JobPage, Tracker } from '../../jobs/index.ts';
import { abridge } from '../../text/abridge.ts';
import { boundedJob, listedJob } from '../../text/abridged_job.ts';

/** The JSON of a single job, with its attempts, steps and children. */
export function detailedJob(tracker: Tracker, job: Job) {
  const { attempts, steps, children } = tracker.reader.detailsOf(job.id);
  return {
    ...job,
    attempts,
    steps,
    children: children.map(({ id, type, status }) => ({ id, type, status })),
  };
}

/** The same for streams: the result is complete, everything else is bounded. */
export function followedJob(tracker: Tracker, job: Job) {
  const { attempts, steps, ...rest } = detailedJob(tracker, job);
  return {
    ...rest,
    ...boundedJob(job),
    attempts: attempts.map(abridge),
    steps: steps.map(abridge),
  };
}

/** A page of up to 1,000 jobs, each bounded. */
export function listedPage(page: JobPage): JobPage {
  return { ...page, jobs: page.jobs.map(listedJob) };
}
