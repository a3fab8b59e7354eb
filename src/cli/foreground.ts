import type { ProcessDeps } from '../app/bootstrap.ts';
import { isActive, isFinal, type Job, jobTracker } from '../jobs/index.ts';
import { isHangupIgnored } from '../platform/hangup.ts';
import { stateOf } from '../text/job_text.ts';
import { asSentence } from '../text/sentence.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { follow } from './follow.ts';
import { noWorkerNotice } from './no_worker_notice.ts';
import { foundLines, resultLines } from './progress/job_line.ts';
import type { Reporter } from './progress/reporter.ts';

/** How long after Ctrl-C the job is cancelled, in ms. A second Ctrl-C before that leaves it alone. */
const CANCEL_DELAY_MS = 1_000;

/** Shows a job that this process may be running until it ends, and returns the exit code. */
export async function runInForeground(
  deps: ProcessDeps,
  id: string,
  reporter: Reporter,
): Promise<number> {
  const signals = handleSignals(id, reporter);
  const job = await follow(jobTracker, id, (jobs) => reporter.show(jobs), signals.left);
  signals.stop();
  if (signals.left.aborted && job && isActive(job.status)) {
    await jobTracker.stop();
    await showAsLeft(id, reporter);
    reporter.say(await resumeNotice(deps, id));
    return signals.left.reason as number;
  }
  reporter.close();
  return reportEnd(job, id, reporter, signals.hasCancelled());
}

/**
 * The first Ctrl-C cancels the job; a second one, or a signal to end, leaves it to other processes.
 * @returns `left` aborts with the exit code when the job is left.
 */
function handleSignals(id: string, reporter: Reporter) {
  const leaving = new AbortController();
  let cancelling: Timer | undefined;
  const cancel = () => {
    jobTracker.cancelJob(id).catch((error: Error) => {
      const reason = asSentence(error.message);
      reporter.say(`Cannot cancel the job: ${reason} Press Ctrl-C to leave it to other processes.`);
    });
  };
  const onInterrupt = () => {
    if (cancelling) {
      clearTimeout(cancelling);
      leaving.abort(EXIT.interrupted);
      return;
    }
    reporter.say('Cancelling. Press Ctrl-C again to leave the job to other processes instead.');
    cancelling = setTimeout(cancel, CANCEL_DELAY_MS);
  };
  const leave = (_: string, number: number) => leaving.abort(128 + number);
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', leave);
  if (!isHangupIgnored()) process.on('SIGHUP', leave);
  return {
    left: leaving.signal,
    hasCancelled: () => cancelling !== undefined,
    /** The handlers stay: a signal must not end the process while it writes its last lines. */
    stop: () => clearTimeout(cancelling),
  };
}

/** Shows the job once more: its last state was drawn before the process left it. */
async function showAsLeft(id: string, reporter: Reporter): Promise<void> {
  const [job, { children }] = await Promise.all([
    jobTracker.readJob(id),
    jobTracker.reader.detailsOf(id),
  ]);
  if (job) await reporter.show([...children, job]);
  reporter.close();
  if (job && isFinal(job.status)) reporter.ended(job);
}

async function resumeNotice({ health }: ProcessDeps, id: string): Promise<string> {
  const job = await jobTracker.readJob(id);
  if (job?.status === 'cancelled' || job?.status === 'cancelling') {
    return `${id} ${stateOf(job.status)}. To resume it, run xgpt jobs retry ${id}.`;
  }
  const notice = noWorkerNotice(health.processes.list(), Date.now());
  return [`The job was left to other processes. To follow it, run xgpt jobs watch ${id}.`, notice]
    .filter(Boolean)
    .join(' ');
}

/**
 * Reports how a job ended, and returns the exit code.
 * @param byUs whether this process cancelled it.
 */
export function reportEnd(
  job: Job | undefined,
  id: string,
  reporter: Reporter,
  byUs: boolean,
): number {
  if (!job) throw new CommandFailed(`${id} was removed.`, EXIT.notFound);
  reporter.ended(job);
  switch (job.status) {
    case 'completed':
      for (const line of remainingResult(job)) reporter.print(line);
      return EXIT.completed;
    case 'cancelled':
      reporter.say(
        `${byUs ? '' : 'The job was cancelled by another process. '}To resume it, run xgpt jobs retry ${id}.`,
      );
      return byUs ? EXIT.interrupted : EXIT.cancelled;
    default:
      reporter.say(
        `For details, run xgpt jobs show ${id}. To try again, run xgpt jobs retry ${id}.`,
      );
      return EXIT.failed;
  }
}

/** The result without its summary where that is on the screen already, in the line above. */
function remainingResult(job: Job): string[] {
  const showsBoth = process.stdout.isTTY && process.stderr.isTTY;
  return showsBoth ? (foundLines(job) ?? []) : resultLines(job);
}
