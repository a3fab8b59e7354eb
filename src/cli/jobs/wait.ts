import { isFinal, isWaiting, type Job, type Tracker } from '../../jobs/index.ts';
import { complain } from '../complain.ts';
import { CommandFailed, EXIT } from '../exit.ts';
import { whenever } from '../follow.ts';
import { findJob, openJobs, whoRunsJobs } from '../open_jobs.ts';

/** Exit codes by id, or by what was typed where there is no such job; undefined until it has ended. */
type Ends = Map<string, number | undefined>;

/**
 * Waits until all of the jobs have ended, or until Ctrl-C. Returns the exit code that the command of
 * the first of them would have that did not complete.
 * @throws CommandFailed when an id cannot be used.
 */
export async function waitForJobs(parts: string[]): Promise<number> {
  const over = new AbortController();
  process.once('SIGINT', () => over.abort(EXIT.interrupted));
  const tracker = await openJobs();
  const ends: Ends = new Map();
  for (const part of parts) begin(tracker, part, ends);
  const jobs = [...ends.keys()].map((id) => tracker.getJob(id));
  const advice = jobs.some((job) => job && isWaiting(job.status)) ? whoRunsJobs() : '';
  if (advice) complain(advice);
  const look = () => {
    if (haveEnded(tracker, ends)) over.abort();
  };
  await whenever(tracker, look, over.signal);
  if (over.signal.reason === EXIT.interrupted) return EXIT.interrupted;
  return [...ends.values()].find((code) => code !== EXIT.completed) ?? EXIT.completed;
}

/** What is gone already keeps nobody from waiting for the others. */
function begin(tracker: Tracker, part: string, ends: Ends): void {
  try {
    ends.set(findJob(tracker, part).id, undefined);
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.code !== EXIT.notFound) throw error;
    complain(error.message);
    ends.set(part, error.code);
  }
}

/** Each end is kept as it was seen: the job may be removed while the others go on. */
function haveEnded(tracker: Tracker, ends: Ends): boolean {
  for (const [id, end] of ends) ends.set(id, end ?? endOf(tracker.getJob(id)));
  return [...ends.values()].every((code) => code !== undefined);
}

function endOf(job: Job | undefined): number | undefined {
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
