import type { RetryHints } from '../errors.ts';

/** What an error says of the next attempt. */
export interface NextAttempt {
  permanent: boolean;
  /** The stack of the error would tell nothing. */
  expected: boolean;
  /**
   * When a source accepts requests again, in ms since 1970. The attempt is then postponed: it has not failed.
   * Absent when the error names no time, or one that is over.
   */
  postponedTo?: number;
}

/** Reads the retry hints of any error; invalid ones are ignored. `permanent` has priority. */
export function hintsOf(error: unknown, now: number): NextAttempt {
  const { permanent, retryAt, expected }: { [Hint in keyof RetryHints]: unknown } = Object(error);
  if (permanent === true) return { permanent: true, expected: true };
  const time = retryAt instanceof Date ? retryAt.getTime() : Number.NaN;
  const next = { permanent: false, expected: expected === true };
  return time > now ? { ...next, postponedTo: time } : next;
}
