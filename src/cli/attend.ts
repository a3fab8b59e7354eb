import type { ProcessDeps } from '../app/bootstrap.ts';
import { isActive, isFinal, type Job, jobTracker } from '../jobs/index.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { follow } from './follow.ts';
import { whoGoesOn } from './others.ts';
import type { Reporter } from './progress/reporter.ts';
import { foundLines, resultLines } from './result.ts';

/** How long after Ctrl-C the job is cancelled, in ms: until then a second one means something else. */
const SECOND_THOUGHT_MS = 1_000;

/** Shows a job that this process may be running until it ends, and returns the exit code. */
export async function attend(deps: ProcessDeps, id: string, reporter: Reporter): Promise<number> {
  const person = listen(id, reporter);
  const job = await follow(jobTracker, id, (jobs) => reporter.show(jobs), person.signal);
  person.stop();
  if (person.signal.aborted && job && isActive(job.status)) {
    await jobTracker.stop();
    showAsLeft(id, reporter);
    reporter.say(whereItGoesOn(deps, id));
    return person.signal.reason as number;
  }
  reporter.close();
  return tellEnd(job, id, reporter, person.hasCancelled());
}

/**
 * The first Ctrl-C cancels the job; a second one, and a signal to end, leave it to other processes.
 * @returns a signal that aborts with the exit code when the job is left.
 */
function listen(id: string, reporter: Reporter) {
  const leaving = new AbortController();
  let cancelling: Timer | undefined;
  const cancel = () => {
    jobTracker.cancelJob(id).catch((error: Error) => {
      const reason = error.message.replace(/\.$/, '');
      reporter.say(`It could not be cancelled: ${reason}. Ctrl-C leaves it to others.`);
    });
  };
  const press = () => {
    if (cancelling) {
      clearTimeout(cancelling);
      leaving.abort(EXIT.interrupted);
      return;
    }
    reporter.say('Cancelling. Ctrl-C once more leaves the job to other processes instead.');
    cancelling = setTimeout(cancel, SECOND_THOUGHT_MS);
  };
  const leave = (_: string, number: number) => leaving.abort(128 + number);
  process.on('SIGINT', press);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);
  return {
    signal: leaving.signal,
    hasCancelled: () => cancelling !== undefined,
    /** Signals still do not end the process: what is written on the way out must be whole. */
    stop: () => clearTimeout(cancelling),
  };
}

/** The last thing that is shown is the job that was asked for, and not as it was before it was left. */
function showAsLeft(id: string, reporter: Reporter): void {
  const job = jobTracker.getJob(id);
  const children = jobTracker.reader.detailsOf(id).children;
  if (job) reporter.show([...children, job]);
  reporter.close();
  if (job && isFinal(job.status)) reporter.ended(job);
}

function whereItGoesOn({ vitals }: ProcessDeps, id: string): string {
  const job = jobTracker.getJob(id);
  if (job?.status === 'cancelled' || job?.status === 'cancelling') {
    return `${id} is ${job.status}. xgpt jobs retry ${id} goes on from what it has stored.`;
  }
  const who = whoGoesOn(vitals.processes(), Date.now());
  return [`The job is left to others. xgpt jobs watch ${id} comes back to it.`, who]
    .filter(Boolean)
    .join(' ');
}

/** What became of a job that is over, and the exit code for it. */
export function tellEnd(
  job: Job | undefined,
  id: string,
  reporter: Reporter,
  byUs: boolean,
): number {
  if (!job) throw new CommandFailed(`${id} was removed.`, EXIT.notFound);
  reporter.ended(job);
  switch (job.status) {
    case 'completed':
      for (const line of notSaidYet(job)) reporter.print(line);
      return EXIT.completed;
    case 'cancelled':
      reporter.say(
        `${byUs ? '' : 'It was cancelled from elsewhere. '}xgpt jobs retry ${id} goes on from what it has stored.`,
      );
      return byUs ? EXIT.interrupted : EXIT.cancelled;
    default:
      reporter.say(`xgpt jobs show ${id} tells more, xgpt jobs retry ${id} tries again.`);
      return EXIT.failed;
  }
}

/** Of the result: on a terminal the line about the end stands just above. */
function notSaidYet(job: Job): string[] {
  const showsBoth = process.stdout.isTTY && process.stderr.isTTY;
  return showsBoth ? (foundLines(job) ?? []) : resultLines(job);
}
