import { isActive, isFinal, isWaiting, type Job } from '../../jobs/index.ts';
import { CommandFailed, EXIT } from '../exit.ts';
import { follow, onEveryChange } from '../follow.ts';
import { reportEnd } from '../foreground.ts';
import { findJob, openJobs, readNoWorkerNotice } from '../open_jobs.ts';
import { outputClosed } from '../output.ts';
import { createReporter } from '../progress/index.ts';
import { LogReader, logLineText } from './log_reader.ts';

/** How many queued jobs are shown: there may be thousands, and a terminal has few lines. */
const MAX_QUEUED = 20;

export interface WatchOptions {
  log?: boolean;
  json?: boolean;
}

/** Shows a job until it ends, or until Ctrl-C, which does not affect it. Returns the exit code. */
export async function watchJob(part: string, options: WatchOptions): Promise<number> {
  const tracker = await openJobs();
  const { id, status } = await findJob(tracker, part);
  const reporter = createReporter(options, (jobs, now) => tracker.reader.waits(jobs, now));
  const log = new LogReader(tracker, id);
  const printLog = async () => {
    if (options.log) for (const line of await log.read()) reporter.print(logLineText(line));
  };
  const { signal, done } = untilInterrupted();
  const advice = isWaiting(status) ? readNoWorkerNotice() : '';
  if (advice) reporter.say(advice);
  const show = async (jobs: Job[]) => {
    await printLog();
    await reporter.show(jobs);
  };
  const job = await follow(tracker, id, show, signal);
  done();
  reporter.close();
  await printLog();
  if (!signal.aborted) return reportEnd(job, id, reporter, false);
  reporter.say(`The job continues. To stop it, run xgpt jobs cancel ${id}.`);
  return signal.reason;
}

/** Shows running jobs and the next queued ones, and how each ends, until Ctrl-C. */
export async function watchAll(options: WatchOptions): Promise<number> {
  if (options.log) throw new CommandFailed('--log: Add the id of a job.', EXIT.usage);
  const tracker = await openJobs();
  const reporter = createReporter(options, (jobs, now) => tracker.reader.waits(jobs, now));
  let known: string[] = [];
  const show = async () => {
    const current = await tracker.reader.getCurrentJobs(new Date(), MAX_QUEUED);
    const jobs = current.filter(({ status }) => isActive(status));
    const active = new Set(jobs.map(({ id }) => id));
    for (const id of known.filter((one) => !active.has(one))) {
      const job = await tracker.readJob(id);
      if (job && isFinal(job.status)) reporter.ended(job);
    }
    known = [...active];
    await reporter.show(jobs);
  };
  // Before anything is printed: its reader may press Ctrl-C at once.
  const { signal } = untilInterrupted();
  const { running, waiting } = await tracker.reader.countActive();
  if (running + waiting === 0) {
    reporter.say('No active jobs. New jobs appear here. Press Ctrl-C to stop watching.');
  }
  const advice = waiting > 0 ? readNoWorkerNotice() : '';
  if (advice) reporter.say(advice);
  await onEveryChange(tracker, show, signal);
  reporter.close();
  return EXIT.completed;
}

/** Aborts with the exit code at Ctrl-C, or when the output is closed. */
export function untilInterrupted(): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const interrupt = () => controller.abort(EXIT.interrupted);
  process.on('SIGINT', interrupt);
  return {
    signal: AbortSignal.any([controller.signal, outputClosed]),
    done: () => process.removeListener('SIGINT', interrupt),
  };
}
