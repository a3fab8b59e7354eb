import type { Job, JobDetails, JobPage, Tracker } from '../../jobs/index.ts';
import { abridge } from '../../text/abridge.ts';
import { boundedJob, listedJob } from '../../text/abridged_job.ts';

/** The JSON of a single job, with its attempts, steps and children. */
export async function detailedJob({ reader }: Tracker, job: Job) {
  return withDetails(job, await reader.detailsOf(job.id));
}

function withDetails(job: Job, { attempts, steps, children }: JobDetails) {
  return {
    ...job,
    attempts,
    steps,
    children: children.map(({ id, type, status }) => ({ id, type, status })),
  };
}

/** The same for streams: the result is complete, everything else is bounded. */
export function followedJob(job: Job, details: JobDetails) {
  const { attempts, steps, ...rest } = withDetails(job, details);
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
