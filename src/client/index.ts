/** Starts and follows jobs from a browser, Bun or Node. Without dependencies. */
import { type Client, createClient, type TrackOptions } from './client.ts';

export { type Client, type ClientOptions, createClient, type TrackOptions } from './client.ts';
export { JobError, type JobErrorCode, RequestError } from './errors.ts';
export type { CollectedPost, Finder, FindOptions, FoundPage, SavedFind } from './find.ts';
export type { Failure, JobState, JobStep, TrackedStatus } from './job_state.ts';
export * from './job_types.ts';
export type { SourceQueue, SourceQueues, TypeQueue, TypeQueues } from './queues.ts';
export type {
  Schedule,
  ScheduleChanges,
  ScheduleRequest,
  ScheduleRun,
  Schedules,
} from './schedules.ts';
export type { TrackedJob } from './tracked_job.ts';
export type { Watch, WatchEvent, WatchedJob, WatchOptions } from './watch.ts';
export type { WorkerProcess, Workers } from './workers.ts';

let defaultClient: Client | undefined;

/** Tracks a job of the page's server, or outside of pages of port 3000 of this machine. */
export const track = ((given: string, options?: TrackOptions) => {
  defaultClient ??= createClient();
  return defaultClient.track(given, options);
}) as Client['track'];
