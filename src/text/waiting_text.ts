import type { Job, Wait } from '../jobs/job.ts';
import { ordinal } from './format.ts';
import { lackText, pauseText } from './queue_text.ts';
import { dueText, startsLater, startText } from './start_text.ts';

/** What is known of a waiting job in a list: it may be too far back in the queue to have a position. */
const IN_QUEUE = 'waits in the queue';

/**
 * Why a job waits: "scrape is paused", "starts in 4:59", "3rd in queue". Cards, lists, and commands say the
 * same. Empty for one that does not wait, and for one whose next attempt is due.
 */
export function waitingText(job: Job, { pause, place, lack }: Wait, now: Date): string {
  if (pause) return pauseText(pause);
  if (job.status === 'retrying' && isAhead(job, now)) return `retries ${dueText(job.retryAt, now)}`;
  if (startsLater(job, now)) return startText(job.runAt, now);
  if (lack) return lackText(lack);
  if (job.status !== 'queued') return '';
  return positionText(place) ?? IN_QUEUE;
}

/** "next in queue", "3rd in queue"; undefined where the position is not known. */
export function positionText(place: number | undefined): string | undefined {
  if (place === undefined) return undefined;
  return place === 1 ? 'next in queue' : `${ordinal(place)} in queue`;
}

/** The status with what a waiting job waits for: "queued, scrape is paused", "retrying in 14 s". */
export function statusText(job: Job, wait: Wait, now: Date): string {
  const { status } = job;
  if (status === 'retrying' && !wait.pause && isAhead(job, now)) {
    return `${status} ${dueText(job.retryAt, now)}`;
  }
  return [status, waitingText(job, wait, now)].filter(Boolean).join(', ');
}

function isAhead(job: Job, now: Date): job is Job & { retryAt: Date } {
  return job.retryAt !== undefined && job.retryAt > now;
}
