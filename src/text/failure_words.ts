import type { Failure } from '../jobs/listing.ts';

/** Why a job failed for good, in the words of every place that tells it. */
export const FAILURE_WORDS: Record<Failure, string> = {
  permanent: 'permanent error',
  exhausted: 'no attempts left',
  interrupted: 'interrupted',
  timeout: 'out of time',
};
