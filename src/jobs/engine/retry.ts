export interface RetryPolicy {
  /** Attempts in all before the job fails for good, 1 or more. Those that got further do not count. */
  maxAttempts: number;
  /** Longest wait before the second attempt, in ms; doubles for each further one. */
  baseMs: number;
  /** No wait is longer than this, in ms, unless the source names a time. */
  maxMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 5, baseMs: 1_000, maxMs: 300_000 };

/**
 * How long to wait before the next attempt, in ms: half of the doubling interval for certain, the
 * other half by chance, so that jobs that failed together do not come back together.
 * @param attempts how many attempts that count the job has used, the last one included.
 */
export function backoff(
  attempts: number,
  policy: RetryPolicy,
  random: () => number = Math.random,
): number {
  const interval = Math.min(policy.maxMs, policy.baseMs * 2 ** (Math.max(1, attempts) - 1));
  return interval / 2 + (interval / 2) * random();
}
