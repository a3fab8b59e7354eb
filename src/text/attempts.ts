import type { JobAttempt } from '../jobs/details.ts';
import type { Job } from '../jobs/job.ts';
import { count } from './format.ts';

/** How a job's attempts stand against the number that it may have. */
export interface AttemptCount {
  /** Attempts that count in this run of the job, the one under way included; 0 before the first. */
  used: number;
  /** How many it may have. */
  limit: number;
  /** How often it was started besides: interrupted, got further, or before it was retried by hand. */
  uncounted: number;
}

export function attemptsOf({ attempt, attemptsUsed, maxAttempts }: Job): AttemptCount {
  return { used: attemptsUsed, limit: maxAttempts, uncounted: attempt - attemptsUsed };
}

/**
 * "1 of 5", and after that what does not count: "1 of 5 · not counted: 1 interrupted, 2 others".
 * @param attempts every time it was started, where that is known.
 */
export function attemptWords(job: Job, attempts: JobAttempt[] = []): string {
  const { used, limit, uncounted } = attemptsOf(job);
  const counted = `${count(used)} of ${count(limit)}`;
  if (uncounted === 0) return counted;
  return `${counted} · not counted: ${kindsOf(attempts, uncounted).join(', ')}`;
}

function kindsOf(attempts: JobAttempt[], uncounted: number): string[] {
  const having = (outcome: JobAttempt['outcome']) =>
    attempts.filter((attempt) => attempt.outcome === outcome).length;
  const interrupted = Math.min(having('interrupted'), uncounted);
  const released = Math.min(having('released'), uncounted - interrupted);
  const others = uncounted - interrupted - released;
  return [
    interrupted > 0 ? `${count(interrupted)} interrupted` : '',
    released > 0 ? `${count(released)} put back at a shutdown` : '',
    others > 0 ? otherWords(others, others < uncounted) : '',
  ].filter(Boolean);
}

function otherWords(n: number, isOneOfSeveral: boolean): string {
  if (isOneOfSeveral) return n === 1 ? '1 other' : `${count(n)} others`;
  return `${count(n)} earlier`;
}
