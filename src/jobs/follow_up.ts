import type { Job, JobType } from './job.ts';
import type { NewJob } from './store/store.ts';

/** A job to be queued because another one has ended. */
export interface FollowUp {
  type: JobType;
  input: Record<string, unknown>;
}

/** What is known of a job that ends, before it is read. */
export type Ending = Pick<Job, 'type' | 'status' | 'failure'>;

/**
 * Called in the transaction that ends a job, which may be run again after a rollback: it must be
 * synchronous and have no other effect. `read` gives the whole job, with long texts cut.
 */
export type AfterEnd = (ended: Ending, read: () => Job | undefined) => FollowUp[];

/** The same with jobs that are ready to be queued. */
export type FollowUps = (ended: Ending, read: () => Job | undefined) => NewJob[];
