import { isActive, isFinal, isWaiting, type Job } from '../../jobs/index.ts';
import { tellEnd } from '../attend.ts';
import { EXIT } from '../exit.ts';
import { follow, whenever } from '../follow.ts';
import { findJob, openJobs, whoRunsJobs } from '../open_jobs.ts';
import { nobodyReads } from '../output.ts';
import { createReporter } from '../progress/reporter.ts';
import { LogReader } from './log_reader.ts';

/** How many that wait are shown: thousands may, and a terminal has few lines. */
const WAITING = 20;

export interface WatchOptions {
  log?: boolean;
  json?: boolean;
}

/** Shows a job until it ends, or until Ctrl-C, which leaves it alone. Returns the exit code. */
export async function watchJob(part: string, options: WatchOptions): Promise<number> {
  const tracker = await openJobs();
  const { id, status } = findJob(tracker, part);
  const reporter = createReporter(tracker, options);
  const log = new LogReader(tracker, id);
  const tellLog = () => {
    if (options.log && !options.json) for (const line of log.read()) reporter.print(line);
  };
  const { signal, done } = untilInterrupted();
  const advice = isWaiting(status) ? whoRunsJobs() : '';
  if (advice) reporter.say(advice);
  const look = (jobs: Job[]) => {
    tellLog();
    reporter.show(jobs);
  };
  const job = await follow(tracker, id, look, signal);
  done();
  reporter.close();
  tellLog();
  if (!signal.aborted) return tellEnd(job, id, reporter, false);
  reporter.say(`The job goes on. xgpt jobs cancel ${id} stops it.`);
  return signal.reason;
}

/** Shows what is at work and next in line, and how each of it ends, until Ctrl-C. */
export async function watchAll(options: WatchOptions): Promise<number> {
  const tracker = await openJobs();
  const reporter = createReporter(tracker, options);
  let known: string[] = [];
  const look = () => {
    const current = tracker.reader.getCurrentJobs(new Date(), WAITING);
    const jobs = current.filter(({ status }) => isActive(status));
    const active = new Set(jobs.map(({ id }) => id));
    for (const id of known.filter((one) => !active.has(one))) {
      const job = tracker.getJob(id);
      if (job && isFinal(job.status)) reporter.ended(job);
    }
    known = [...active];
    reporter.show(jobs);
  };
  // Before anything is said: who reads it may press Ctrl-C at once.
  const { signal } = untilInterrupted();
  const { running, waiting } = tracker.reader.countActive();
  if (running + waiting === 0) {
    reporter.say('Nothing is under way. What starts shows here; Ctrl-C ends this.');
  }
  const advice = waiting > 0 ? whoRunsJobs() : '';
  if (advice) reporter.say(advice);
  await whenever(tracker, look, signal);
  reporter.close();
  return EXIT.completed;
}

/** Ctrl-C ends the looking on, and so does that nobody reads. Aborts with the exit code. */
export function untilInterrupted(): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const interrupt = () => controller.abort(EXIT.interrupted);
  process.on('SIGINT', interrupt);
  return {
    signal: AbortSignal.any([controller.signal, nobodyReads]),
    done: () => process.removeListener('SIGINT', interrupt),
  };
}
