import type { Job, JobDetails, JobPage, Tracker, Wait } from '../../jobs/index.ts';
import { abridge } from '../../text/abridge.ts';
import { boundedJob, listedJob } from '../../text/abridged_job.ts';
import { heldText } from '../../text/queue_text.ts';

/** The JSON of a single job, with its attempts, steps and children, and why it waits. */
export async function detailedJob({ reader }: Tracker, job: Job) {
  const [details, waitOf] = await Promise.all([reader.detailsOf(job.id), reader.waits([job])]);
  const wait = waitOf(job);
  return {
    ...withDetails(job, details),
    ...(Object.keys(wait).length > 0 && { wait: toJson(wait) }),
  };
}

function toJson(wait: Wait) {
  const { place, pause, lack } = wait;
  const reason = heldText(wait);
  return {
    ...(place !== undefined && { place }),
    ...(pause && {
      paused: pause.type === undefined ? named('source', pause.source) : named('type', pause.type),
    }),
    ...(lack && { lacking: named(lack.what, lack.name) }),
    ...(reason && { reason }),
  };
}

const named = (what: string, name: string) => ({ what, name });

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
