import { isFinal, isWaiting, type Job, type Tracker } from '../../jobs/index.ts';
import { printable } from '../../text/printable.ts';
import { heldText } from '../../text/queue_text.ts';
import { CommandFailed, EXIT } from '../exit.ts';
import { onEveryChange } from '../follow.ts';
import { findJob, openJobs, readNoWorkerNotice, shortId } from '../open_jobs.ts';
import { printError } from '../output.ts';

/** Exit codes by id, or by what was typed when no job matches; undefined while a job is active. */
type ExitCodes = Map<string, number | undefined>;

/**
 * Waits until all of the jobs have ended, or until Ctrl-C. Returns the exit code of the first job
 * that did not complete.
 * @throws CommandFailed when an id is too short or matches several jobs.
 */
export async function waitForJobs(parts: string[]): Promise<number> {
  const done = new AbortController();
  process.once('SIGINT', () => done.abort(EXIT.interrupted));
  const tracker = await openJobs();
  const codes: ExitCodes = new Map();
  for (const part of parts) await addJob(tracker, part, codes);
  const jobs = await Promise.all([...codes.keys()].map((id) => tracker.readJob(id)));
  const waiting = jobs.flatMap((job) => (job && isWaiting(job.status) ? job : []));
  const advice = waiting.length > 0 ? readNoWorkerNotice() : '';
  if (advice) printError(advice);
  const holdOf = await tracker.reader.holds();
  for (const job of waiting) {
    const held = heldText(holdOf(job));
    if (held) printError(`${shortId(job.id)} waits: ${printable(held)}.`);
  }
  const read = async () => {
    if (await haveEnded(tracker, codes)) done.abort();
  };
  await onEveryChange(tracker, read, done.signal);
  if (done.signal.reason === EXIT.interrupted) return EXIT.interrupted;
  return [...codes.values()].find((code) => code !== EXIT.completed) ?? EXIT.completed;
}

/** A job that is gone does not keep the command from waiting for the others. */
async function addJob(tracker: Tracker, part: string, codes: ExitCodes): Promise<void> {
  try {
    codes.set((await findJob(tracker, part)).id, undefined);
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.code !== EXIT.notFound) throw error;
    printError(error.message);
    codes.set(part, error.code);
  }
}

/** Keeps each code once it is known: the job may be removed while others are active. */
async function haveEnded(tracker: Tracker, codes: ExitCodes): Promise<boolean> {
  for (const [id, code] of codes) codes.set(id, code ?? exitCodeOf(await tracker.readJob(id)));
  return [...codes.values()].every((code) => code !== undefined);
}

function exitCodeOf(job: Job | undefined): number | undefined {
  if (!job) return EXIT.notFound;
  if (!isFinal(job.status)) return undefined;
  switch (job.status) {
    case 'completed':
      return EXIT.completed;
    case 'cancelled':
      return EXIT.cancelled;
    default:
      return EXIT.failed;
  }
}
