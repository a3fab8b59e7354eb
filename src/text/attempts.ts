import type { JobAttempt } from '../jobs/details.ts';
import type { Job } from '../jobs/job.ts';
import type { Failure } from '../jobs/listing.ts';
import { count } from './format.ts';

/** Why a job failed, in words. */
export const FAILURE_WORDS: Record<Failure, string> = {
  permanent: 'permanent error',
  exhausted: 'no attempts left',
  interrupted: 'interrupted',
  timeout: 'out of time',
};

/** The attempts of a job, compared with its limit. */
interface AttemptCount {
  /** Attempts that count against the limit, the running one included; 0 before the first. */
  used: number;
  /** The most attempts it may use. */
  limit: number;
  /** Other starts: interrupted and postponed ones, those that made progress, those before a manual retry. */
  uncounted: number;
}

export function attemptsOf({ attempt, attemptsUsed, maxAttempts }: Job): AttemptCount {
  return { used: attemptsUsed, limit: maxAttempts, uncounted: attempt - attemptsUsed };
}

/**
 * "1 of 5", or with attempts that do not count "1 of 5 · not counted: 1 interrupted, 2 others".
 * @param attempts all starts of the job, if known.
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
  const postponed = Math.min(having('postponed'), uncounted - interrupted - released);
  const others = uncounted - interrupted - released - postponed;
  return [
    postponed > 0 ? `${count(postponed)} postponed` : '',
    interrupted > 0 ? `${count(interrupted)} interrupted` : '',
    released > 0 ? `${count(released)} requeued at shutdown` : '',
    others > 0 ? otherWords(others, others < uncounted) : '',
  ].filter(Boolean);
}

function otherWords(n: number, isOneOfSeveral: boolean): string {
  if (isOneOfSeveral) return n === 1 ? '1 other' : `${count(n)} others`;
  return `${count(n)} earlier`;
}
