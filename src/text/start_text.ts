import type { Job } from '../jobs/job.ts';
import { clockTime, date, duration, estimate } from './format.ts';

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

/** "starts in 4:59", "starts at 03:00 UTC", "starts 3 Dec 2026, 03:00 UTC". */
export function startText(at: Date, now: Date): string {
  if (isNear(at, now)) return `starts in ${duration(at.getTime() - now.getTime())}`;
  const isToday = at.getTime() - now.getTime() < DAY_MS;
  return isToday ? `starts at ${clockTime(at)}` : `starts ${date(at)}, ${clockTime(at)}`;
}

/** "priority 5"; empty for the normal one. */
export function priorityText({ priority }: Pick<Job, 'priority'>): string {
  return priority === 0 ? '' : `priority ${signed(priority)}`;
}

/** `+5`, `−3`, `0`. */
export function signed(priority: number): string {
  if (priority === 0) return '0';
  return `${priority > 0 ? '+' : '−'}${Math.abs(priority)}`;
}

/** "10 min for each attempt". */
export function limitText(timeoutMs: number): string {
  return `${estimate(timeoutMs)} for each attempt`;
}
