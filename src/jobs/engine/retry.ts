export interface RetryPolicy {
  /** Attempts before the job fails permanently, 1 or more. Attempts that moved the checkpoint do not count. */
  maxAttempts: number;
  /** Longest wait before the second attempt, in ms; doubles for each further one. */
  baseMs: number;
  /** Longest wait, in ms, unless the source names a time. */
  maxMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 5, baseMs: 1_000, maxMs: 300_000 };

/**
 * Time to wait before the next attempt, in ms: half of the doubling interval, and a random share of
 * the other half, so that jobs that failed together are not retried together.
 * @param attempts attempts that count against `maxAttempts`, the last one included.
 */
export function backoff(
  attempts: number,
  policy: RetryPolicy,
  random: () => number = Math.random,
): number {
  const interval = Math.min(policy.maxMs, policy.baseMs * 2 ** (Math.max(1, attempts) - 1));
  return interval / 2 + (interval / 2) * random();
}
