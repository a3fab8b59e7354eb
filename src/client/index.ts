/** Starts jobs and follows them, from a browser, Bun or Node. Depends on nothing. */
import { type Client, createClient, type TrackOptions } from './client.ts';

export { type Client, type ClientOptions, createClient, type TrackOptions } from './client.ts';
export { JobError, type JobErrorCode, RequestError } from './errors.ts';
export type { Failure, JobState, JobStep, TrackedStatus } from './job_state.ts';
export * from './job_types.ts';
export type { TrackedJob } from './tracked_job.ts';

let usual: Client | undefined;

/** Of the server that the page came from, or of this machine's port 3000 outside of pages. */
export const track = ((given: string, options?: TrackOptions) => {
  usual ??= createClient();
  return usual.track(given, options);
}) as Client['track'];
