import { jobName } from '../../../views/format.ts';
import { printable } from '../../../views/text/printable.ts';
import { isActive, type Job, type Tracker } from '../../jobs/index.ts';
import { complain } from '../complain.ts';
import { CommandFailed, EXIT } from '../exit.ts';
import { findJob, openJobs, shortId, whoRunsJobs } from '../open_jobs.ts';

/** Cancels jobs; one at work may take a moment to stop. Returns the exit code. */
export function cancelJobs(parts: string[]): Promise<number> {
  return forEach(parts, async (tracker, job) => {
    if (!(await tracker.cancelJob(job.id))) throw already(job, 'there is nothing to cancel');
    return `is ${tracker.getJob(job.id)?.status ?? 'gone'}.`;
  });
}

/** Puts ended jobs back into the line. Returns the exit code. */
export function retryJobs(parts: string[]): Promise<number> {
  return forEach(parts, async (tracker, job) => {
    if (isActive(job.status)) throw already(job, 'there is nothing to retry');
    if (!(await tracker.retryJob(job.id))) {
      throw new CommandFailed(
        `${nameOf(job)} was done by the program that made it; run that again.`,
        EXIT.failed,
      );
    }
    return ['is in the line again.', whoRunsJobs()].filter(Boolean).join(' ');
  });
}

/** Forgets jobs; those under way only with `force`. Returns the exit code. */
export function removeJobs(parts: string[], { force = false } = {}): Promise<number> {
  return forEach(parts, async (tracker, job) => {
    if (!(await tracker.removeJob(job.id, { force }))) {
      throw already(job, 'cancel it first, or add --force');
    }
    return 'is removed.';
  });
}

/** One after the other, whatever becomes of the others. The exit code is that of the first failure. */
async function forEach(
  parts: string[],
  change: (tracker: Tracker, job: Job) => Promise<string>,
): Promise<number> {
  const tracker = await openJobs();
  let code: number = EXIT.completed;
  for (const part of parts) {
    try {
      const job = findJob(tracker, part);
      console.log(`${nameOf(job)} ${await change(tracker, job)}`);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      complain(error.message);
      if (code === EXIT.completed) code = error.code;
    }
  }
  return code;
}

function already(job: Job, advice: string): CommandFailed {
  return new CommandFailed(`${nameOf(job)} is ${job.status}: ${advice}.`, EXIT.failed);
}

function nameOf(job: Job): string {
  return `${printable(jobName(job))} (${shortId(job.id)})`;
}
