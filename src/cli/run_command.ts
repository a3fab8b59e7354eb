import { type JobContext, jobTracker, type TrackedJobType, type Tracker } from '../jobs/index.ts';

export interface RunCommandOptions {
  /** The job's type: `scrape`, `search`, `embed`, `discover`, or a name of your own. */
  name: TrackedJobType;
  /** False runs the function without a job. Default true. */
  trackAsJob?: boolean;
  /** The input, shown with the job. */
  jobMetadata?: Record<string, unknown>;
  /** Default: the app's own tracker. */
  tracker?: Tracker;
}

/** What `runCommand` adds to an object that the function returns. */
export interface CommandRun {
  /** How long the function ran, in ms. */
  duration: number;
  /** Absent without `trackAsJob`. */
  jobId?: string;
}

/** An object with `CommandRun` added; arrays and values that are no objects are returned unchanged. */
export type CommandResult<Result> = Result extends readonly unknown[]
  ? Result
  : Result extends object
    ? Result & CommandRun
    : Result;

/**
 * Runs a function as a tracked job: the job appears in the taskbar of every page, may report
 * progress, and is cancelled through its context's signal. It ends when the function ends: as failed
 * when the function throws or returns `{ success: false, message }`, as cancelled when it was
 * cancelled meanwhile, otherwise as completed. An error is thrown again.
 * @returns what the function returned, with `duration` and `jobId` when that is an object.
 * @throws TypeError when `name` is empty; nothing was run then.
 */
export async function runCommand<Result>(
  run: (job: JobContext | undefined) => Promise<Result> | Result,
  { name, trackAsJob = true, jobMetadata, tracker = jobTracker }: RunCommandOptions,
): Promise<CommandResult<Result>> {
  if (!name.trim())
    throw new TypeError('runCommand: The name is empty. Give a job type, such as scrape.');
  const beganAt = performance.now();
  const duration = () => Math.round(performance.now() - beganAt);
  if (!trackAsJob) return withRun(await run(undefined), { duration: duration() });
  await tracker.initialize();
  const job = await tracker.createJob(name, jobMetadata);
  const { jobId } = job;
  try {
    const result = await run(job);
    const failure = failureOf(result);
    await tracker.completeJob(jobId, failure === undefined, failure?.message);
    return withRun(result, { duration: duration(), jobId });
  } catch (error) {
    await tracker.completeJob(jobId, false, error instanceof Error ? error.message : `${error}`);
    throw error;
  }
}

/** The failure that a result of `{ success: false, message }` reports. */
function failureOf(result: unknown): { message: string | undefined } | undefined {
  const { success, message, error }: Record<string, unknown> = Object(result);
  if (success !== false) return undefined;
  const reasons = [message, error instanceof Error ? error.message : error];
  const reason = reasons.find((text) => typeof text === 'string' && text.trim() !== '');
  return { message: reason as string | undefined };
}

function withRun<Result>(result: Result, run: CommandRun): CommandResult<Result> {
  const isObject = typeof result === 'object' && result !== null && !Array.isArray(result);
  if (!isObject) return result as CommandResult<Result>;
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(result));
  // A copy of another object would lose its methods.
  if (!isPlain && !Object.isExtensible(result)) return result as CommandResult<Result>;
  return Object.assign(isPlain ? { ...result } : result, run) as CommandResult<Result>;
}
