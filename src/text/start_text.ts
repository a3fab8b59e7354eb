import type { Job } from '../jobs/job.ts';
import { clockTime, date, duration, exactSpan, relative } from './format.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Whether a queued job waits for the time it is to start at. */
export function startsLater(job: Job, now: Date): job is Job & { runAt: Date } {
  return job.status === 'queued' && job.runAt !== undefined && job.runAt > now;
}

/** Whether a start is so near that it is told by the time until then. */
export function isNear(at: Date, now: Date): boolean {
  return at.getTime() - now.getTime() < HOUR_MS;
}

/** Below this distance a due time is told in words, in ms. */
const FEW_SECONDS_MS = 5_000;

/** "in 3 min", "in a few seconds", "was due 2 min ago", from a week on the date. */
export function dueText(at: Date, now: Date): string {
  const ahead = at.getTime() - now.getTime();
  if (Math.abs(ahead) < FEW_SECONDS_MS) return ahead >= 0 ? 'in a few seconds' : 'now';
  return ahead > 0 ? relative(at, now) : `was due ${relative(at, now)}`;
}

/** "starts in 4:59", "starts at 03:00 UTC", "starts 3 Dec 2026, 03:00 UTC". */
export function startText(at: Date, now: Date): string {
  if (isNear(at, now)) return `starts in ${duration(at.getTime() - now.getTime())}`;
  const isToday = at.getTime() - now.getTime() < DAY_MS;
  return isToday ? `starts at ${clockTime(at)}` : `starts ${date(at)}, ${clockTime(at)}`;
}

/** "+5", "0, moved to the front of the queue"; empty for a job in its place with the normal one. */
export function priorityText({
  priority,
  movedToFront,
}: Pick<Job, 'priority' | 'movedToFront'>): string {
  if (movedToFront) return `${signed(priority)}, moved to the front of the queue`;
  return priority === 0 ? '' : signed(priority);
}

/** `+5`, `−3`, `0`. */
export function signed(priority: number): string {
  if (priority === 0) return '0';
  return `${priority > 0 ? '+' : '−'}${Math.abs(priority)}`;
}

/** Whether the time that was asked for was over when the job was created, so that it started at once. */
export function startsInPast({ runAt, createdAt }: Pick<Job, 'runAt' | 'createdAt'>): boolean {
  return runAt !== undefined && runAt < createdAt;
}

/**
 * "The start, 1 Jan 2026, 03:00 UTC, is in the past: the job starts now."; nothing for other jobs.
 * @param isPaused its type or source is paused, so that it does not start now.
 */
export function pastStartWarning(
  job: Pick<Job, 'runAt' | 'createdAt'>,
  isPaused: boolean,
): string[] {
  const { runAt } = job;
  if (runAt === undefined || !startsInPast(job)) return [];
  const then = isPaused ? '' : ': the job starts now';
  return [`The start, ${date(runAt)}, ${clockTime(runAt)}, is in the past${then}.`];
}

/** "10 min for each attempt". */
export function limitText(timeoutMs: number): string {
  return `${exactSpan(timeoutMs)} for each attempt`;
}
