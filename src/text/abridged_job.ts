import type { Job } from '../jobs/job.ts';
import { abridge } from './abridge.ts';
import { cutWithLength } from './cut.ts';
import { counted } from './format.ts';

/** How many errors a bounded job has, the newest ones. */
const MAX_ERRORS = 20;

/** The longest error in one, in UTF-16 code units. */
const MAX_ERROR = 2_000;

/** A job for repeated updates: input and errors are bounded, the result is whole. */
export function boundedJob(job: Job): Job {
  const { metadata, errorMessage, errors } = job;
  return {
    ...job,
    ...(metadata && { metadata: abridge(metadata) }),
    ...(errorMessage !== undefined && { errorMessage: cutWithLength(errorMessage, MAX_ERROR) }),
    errors: newest(errors).map((error) => cutWithLength(error, MAX_ERROR)),
  };
}

/** A job for lists: everything is bounded. */
export function listedJob(job: Job): Job {
  const { result } = job;
  return { ...boundedJob(job), ...(result !== undefined && { result: abridge(result) }) };
}

function newest(errors: string[]): string[] {
  const earlier = errors.length - MAX_ERRORS;
  if (earlier <= 0) return errors;
  return [`… ${counted(earlier, 'earlier error')}`, ...errors.slice(-MAX_ERRORS)];
}
