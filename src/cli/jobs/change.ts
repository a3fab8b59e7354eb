import { type BulkAction, isActive, type Job, type Tracker } from '../../jobs/index.ts';
import { jobName } from '../../text/format.ts';
import { bulkText, stateOf } from '../../text/job_text.ts';
import { printable } from '../../text/printable.ts';
import { CommandFailed, EXIT } from '../exit.ts';
import { findJob, openJobs, readNoWorkerNotice, shortId } from '../open_jobs.ts';
import { print, printError } from '../output.ts';
import { type FilterOptions, isFiltered, readFilter } from './filter.ts';

export interface RemoveOptions extends FilterOptions {
  force?: boolean;
}

/** Cancels jobs; a running one may take a moment to stop. Returns the exit code. */
export function cancelJobs(parts: string[], filter: FilterOptions): Promise<number> {
  if (isFiltered(filter)) return forMatching('cancel', parts, filter);
  return forEach(parts, async (tracker, job) => {
    if (!(await tracker.cancelJob(job.id))) throw already(job, 'there is nothing to cancel');
    const status = (await tracker.readJob(job.id))?.status;
    return status ? `${stateOf(status)}.` : 'was removed.';
  });
}

/** Queues ended jobs again. Returns the exit code. */
export function retryJobs(parts: string[], filter: FilterOptions): Promise<number> {
  if (isFiltered(filter)) return forMatching('retry', parts, filter);
  return forEach(parts, async (tracker, job) => {
    if (isActive(job.status)) throw already(job, 'there is nothing to retry');
    if (!(await tracker.retryJob(job.id))) {
      throw new CommandFailed(
        `${nameOf(job)} was run by the program that created it. Run that program again.`,
        EXIT.failed,
      );
    }
    return ['is queued again.', readNoWorkerNotice()].filter(Boolean).join(' ');
  });
}

/** Lets waiting jobs start next of their type; the last of several is the first then. Returns the exit code. */
export function runNext(parts: string[]): Promise<number> {
  return forEach(parts, async (tracker, job) => {
    if (!(await tracker.moveToFront(job.id))) throw already(job, 'it does not wait');
    return ['starts next.', readNoWorkerNotice()].filter(Boolean).join(' ');
  });
}

/** Keeps jobs until they are removed, or no longer. Returns the exit code. */
export function pinJobs(parts: string[], isPinned: boolean): Promise<number> {
  return forEach(parts, async (tracker, job) => {
    await tracker.pinJob(job.id, isPinned);
    return isPinned ? 'is kept until somebody removes it.' : 'is kept as long as other jobs.';
  });
}

/** Removes jobs; active ones only by id and with `force`. Returns the exit code. */
export function removeJobs(
  parts: string[],
  { force = false, ...filter }: RemoveOptions,
): Promise<number> {
  if (isFiltered(filter)) {
    if (force) throw usageError('--force works with ids only. Cancel active jobs first.');
    return forMatching('remove', parts, filter);
  }
  return forEach(parts, async (tracker, job) => {
    if (!(await tracker.removeJob(job.id, { force }))) {
      throw already(job, 'cancel it first, or add --force');
    }
    return 'was removed.';
  });
}

/** Changes all matching jobs that allow it; it is no error when there are none. */
async function forMatching(
  action: BulkAction,
  parts: string[],
  filter: FilterOptions,
): Promise<number> {
  if (parts.length > 0) throw usageError('Give ids or filters, not both.');
  const query = await readFilter(filter);
  const tracker = await openJobs();
  const outcome = await tracker.changeMatching(action, query);
  const { done, skipped } = outcome;
  if (done + skipped > 0) print(bulkText(outcome));
  else printError('No jobs match.');
  const advice = action === 'retry' && done > 0 ? readNoWorkerNotice() : '';
  if (advice) printError(advice);
  return EXIT.completed;
}

function usageError(message: string): CommandFailed {
  return new CommandFailed(message, EXIT.usage);
}

/** Changes one job after the other, whether or not others fail. Returns the code of the first failure. */
async function forEach(
  parts: string[],
  change: (tracker: Tracker, job: Job) => Promise<string>,
): Promise<number> {
  if (parts.length === 0) throw usageError('Give one or more ids, or a filter such as --status.');
  const tracker = await openJobs();
  let code: number = EXIT.completed;
  for (const part of parts) {
    try {
      const job = await findJob(tracker, part);
      print(`${nameOf(job)} ${await change(tracker, job)}`);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      printError(error.message);
      if (code === EXIT.completed) code = error.code;
    }
  }
  return code;
}

function already(job: Job, advice: string): CommandFailed {
  return new CommandFailed(`${nameOf(job)} ${stateOf(job.status)}: ${advice}.`, EXIT.failed);
}

function nameOf(job: Job): string {
  return `${printable(jobName(job))} (${shortId(job.id)})`;
}
