import { type BulkAction, isActive, type Job, type Tracker } from '../../jobs/index.ts';
import { bulkText } from '../../text/bulk_text.ts';
import { jobName } from '../../text/format.ts';
import { printable } from '../../text/printable.ts';
import { complain } from '../complain.ts';
import { CommandFailed, EXIT } from '../exit.ts';
import { findJob, openJobs, shortId, whoRunsJobs } from '../open_jobs.ts';
import { print } from '../output.ts';
import { type FilterOptions, isFiltered, readFilter } from './filter.ts';

export interface RemoveOptions extends FilterOptions {
  force?: boolean;
}

/** Cancels jobs; one at work may take a moment to stop. Returns the exit code. */
export function cancelJobs(parts: string[], filter: FilterOptions): Promise<number> {
  if (isFiltered(filter)) return forMatching('cancel', parts, filter);
  return forEach(parts, async (tracker, job) => {
    if (!(await tracker.cancelJob(job.id))) throw already(job, 'there is nothing to cancel');
    return `is ${tracker.getJob(job.id)?.status ?? 'gone'}.`;
  });
}

/** Puts ended jobs back into the line. Returns the exit code. */
export function retryJobs(parts: string[], filter: FilterOptions): Promise<number> {
  if (isFiltered(filter)) return forMatching('retry', parts, filter);
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

/** Forgets jobs; those under way only by id, and with `force`. Returns the exit code. */
export function removeJobs(
  parts: string[],
  { force = false, ...filter }: RemoveOptions,
): Promise<number> {
  if (isFiltered(filter)) {
    if (force) throw unclear('--force is for ids; cancel those under way first.');
    return forMatching('remove', parts, filter);
  }
  return forEach(parts, async (tracker, job) => {
    if (!(await tracker.removeJob(job.id, { force }))) {
      throw already(job, 'cancel it first, or add --force');
    }
    return 'is removed.';
  });
}

/** Those among the jobs that fit to which it can be done; that there are none is no failure. */
async function forMatching(
  action: BulkAction,
  parts: string[],
  filter: FilterOptions,
): Promise<number> {
  if (parts.length > 0) throw unclear('Name ids, or filter; not both.');
  const query = await readFilter(filter);
  const tracker = await openJobs();
  const outcome = await tracker.changeMatching(action, query);
  const { done, skipped } = outcome;
  if (done + skipped > 0) print(bulkText(outcome));
  else complain('There are no such jobs.');
  const advice = action === 'retry' && done > 0 ? whoRunsJobs() : '';
  if (advice) complain(advice);
  return EXIT.completed;
}

function unclear(message: string): CommandFailed {
  return new CommandFailed(message, EXIT.usage);
}

/** One after the other, whatever becomes of the others. The exit code is that of the first failure. */
async function forEach(
  parts: string[],
  change: (tracker: Tracker, job: Job) => Promise<string>,
): Promise<number> {
  if (parts.length === 0) throw unclear('Name one or several ids, or filter, as with --status.');
  const tracker = await openJobs();
  let code: number = EXIT.completed;
  for (const part of parts) {
    try {
      const job = findJob(tracker, part);
      print(`${nameOf(job)} ${await change(tracker, job)}`);
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
