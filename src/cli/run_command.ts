import { type JobContext, type JobType, jobTracker, type Tracker } from '../jobs/index.ts';

export interface RunCommandOptions {
  /** The job's type: `scrape`, `search`, `embed` or `discover`. */
  name: JobType;
  /** False runs the function without a job. Default true. */
  trackAsJob?: boolean;
  /** The input, shown with the job. */
  jobMetadata?: Record<string, unknown>;
  /** Default: the app's own tracker. */
  tracker?: Tracker;
}

/**
 * Runs a function as a tracked job: the job appears in the taskbar of every page, may report
 * progress, and is cancelled through its context's signal. Returns the function's result; an error
 * ends the job as failed and is thrown again.
 * @throws TypeError when `name` is empty; nothing was run then.
 */
export async function runCommand<Result>(
  run: (job: JobContext | undefined) => Promise<Result>,
  { name, trackAsJob = true, jobMetadata, tracker = jobTracker }: RunCommandOptions,
): Promise<Result> {
  if (!name.trim())
    throw new TypeError('runCommand: The name is empty. Give a job type, such as scrape.');
  if (!trackAsJob) return run(undefined);
  await tracker.initialize();
  const job = await tracker.createJob(name, jobMetadata);
  try {
    const result = await run(job);
    await tracker.completeJob(job.jobId, true);
    return result;
  } catch (error) {
    await tracker.completeJob(
      job.jobId,
      false,
      error instanceof Error ? error.message : `${error}`,
    );
    throw error;
  }
}
