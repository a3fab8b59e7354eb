import type { Job } from '../jobs/job.ts';
import { abridge } from './abridge.ts';
import { cutTelling } from './cut.ts';

/** How many of its errors a job that is one of many tells, the newest. */
const MAX_ERRORS = 20;

/** How much of an error such a job tells, in UTF-16 code units. */
const MAX_ERROR = 2_000;

/** A job as it is told again and again: what was asked and its errors are bounded, its result is whole. */
export function toldJob(job: Job): Job {
  const { metadata, errorMessage, errors } = job;
  return {
    ...job,
    ...(metadata && { metadata: abridge(metadata) }),
    ...(errorMessage !== undefined && { errorMessage: cutTelling(errorMessage, MAX_ERROR) }),
    errors: newest(errors).map((error) => cutTelling(error, MAX_ERROR)),
  };
}

/** A job as one of a list: bounded in everything. */
export function listedJob(job: Job): Job {
  const { result } = job;
  return { ...toldJob(job), ...(result !== undefined && { result: abridge(result) }) };
}

function newest(errors: string[]): string[] {
  const earlier = errors.length - MAX_ERRORS;
  if (earlier <= 0) return errors;
  return [`… ${earlier.toLocaleString('en')} earlier ones`, ...errors.slice(-MAX_ERRORS)];
}
