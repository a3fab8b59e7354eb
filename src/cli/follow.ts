import { isFinal, type Job, type Tracker } from '../jobs/index.ts';
import { troubleOf } from '../platform/database_trouble.ts';

/** How often is looked without being told, in ms: clocks tick, and the process stays alive. */
const LOOK_MS = 250;

/**
 * Calls `look` now, after every change of any job, and four times a second, until `signal` aborts.
 * While the database cannot be read, it waits.
 */
export async function whenever(
  tracker: Tracker,
  look: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const tryToLook = () => {
    try {
      if (!signal.aborted) look();
    } catch (error) {
      if (!troubleOf(error)) reject(error);
    }
  };
  signal.addEventListener('abort', () => resolve());
  const unsubscribe = [tracker.feed.subscribe(tryToLook), tracker.feed.onLog(tryToLook)];
  const timer = setInterval(tryToLook, LOOK_MS);
  try {
    tryToLook();
    if (signal.aborted) return;
    await promise;
  } finally {
    clearInterval(timer);
    for (const stop of unsubscribe) stop();
  }
}

/**
 * Calls `onChange` with a job and those that it started until it has ended or `signal` aborts.
 * @returns the job as it is then; undefined when it was removed.
 */
export async function follow(
  tracker: Tracker,
  id: string,
  onChange: (jobs: Job[]) => void,
  signal: AbortSignal,
): Promise<Job | undefined> {
  const over = new AbortController();
  const look = () => {
    const job = tracker.getJob(id);
    if (job) onChange([job, ...tracker.reader.detailsOf(id).children]);
    if (!job || isFinal(job.status)) over.abort();
  };
  await whenever(tracker, look, AbortSignal.any([signal, over.signal]));
  return tracker.getJob(id);
}

/** Waits until no job of the data folder waits or is at work, whoever is to do it. */
export async function untilNothingIsLeft(tracker: Tracker): Promise<void> {
  const over = new AbortController();
  const look = () => {
    const { running, waiting } = tracker.reader.countActive();
    if (running + waiting === 0) over.abort();
  };
  await whenever(tracker, look, over.signal);
}
