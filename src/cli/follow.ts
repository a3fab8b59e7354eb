import { type Feed, isFinal, type Job, type Tracker } from '../jobs/index.ts';
import { databaseIssueOf } from '../platform/database_issue.ts';
import { every, Pacer } from '../platform/pacer.ts';

/** How often jobs are read without a change, in ms: for elapsed times, and to stay alive. */
const JOBS_POLL_MS = 250;

/** Time between two looks after changes on average, in ms, and how far ahead of that they may run. */
const LOOK_PACE = { intervalMs: 50, burstMs: 200 };

/**
 * Calls `read` now, soon after every change of any job, and four times a second, until `signal` aborts
 * and the last call is over; calls never overlap. Waits while the database cannot be read.
 */
export async function onEveryChange(
  tracker: { feed: Feed },
  read: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const over = Promise.withResolvers<void>();
  let reading: Promise<void> | undefined;
  let isOutdated = false;
  const tryToRead = async () => {
    try {
      if (!signal.aborted) await read();
    } catch (error) {
      if (!databaseIssueOf(error)) over.reject(error);
    }
  };
  const look = () => {
    // It may have read already what changes now.
    isOutdated = reading !== undefined;
    reading ??= tryToRead().then(() => {
      reading = undefined;
      if (isOutdated) pacer.request();
    });
  };
  const pacer = new Pacer(every(LOOK_PACE.intervalMs, LOOK_PACE.burstMs), look);
  const request = () => pacer.request();
  const unsubscribe = [tracker.feed.subscribe(request), tracker.feed.onLog(request)];
  const timer = setInterval(look, JOBS_POLL_MS);
  signal.addEventListener('abort', () => over.resolve());
  try {
    look();
    if (!signal.aborted) await over.promise;
  } finally {
    clearInterval(timer);
    for (const stop of unsubscribe) stop();
    await reading;
    pacer.stop();
  }
}

/**
 * Calls `onChange` with a job and its children until it has ended or `signal` aborts.
 * @returns the job as it is then; undefined when it was removed.
 */
export async function follow(
  tracker: Tracker,
  id: string,
  onChange: (jobs: Job[]) => Promise<void> | void,
  signal: AbortSignal,
): Promise<Job | undefined> {
  const ended = new AbortController();
  const read = async () => {
    const job = await tracker.readJob(id);
    if (job) await onChange([job, ...(await tracker.reader.detailsOf(id)).children]);
    if (!job || isFinal(job.status)) ended.abort();
  };
  await onEveryChange(tracker, read, AbortSignal.any([signal, ended.signal]));
  return tracker.readJob(id);
}

/**
 * Waits until nothing is left to do for now: no job runs, in whatever process, and none is due within a
 * minute. What is planned for later, paused, or an event that is sent again later, may take days.
 */
export async function waitUntilIdle(tracker: Tracker): Promise<void> {
  const idle = new AbortController();
  const read = async () => {
    if (!(await tracker.reader.isBusy())) idle.abort();
  };
  await onEveryChange(tracker, read, idle.signal);
}
