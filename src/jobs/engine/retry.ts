export interface RetryPolicy {
  /** Attempts before the job fails permanently, 1 or more. One that moves the checkpoint starts the count anew. */
  maxAttempts: number;
  /** Longest wait before the second attempt, in ms. */
  baseMs: number;
  /** How many times longer each further wait is, 1 or more. Default: 2. */
  growth?: number;
  /** Longest wait, in ms, unless the source names a time. */
  maxMs: number;
  /** Whether an attempt that exceeded its time limit is followed by another. Default: no. */
  timeouts?: boolean;
}

export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 5, baseMs: 1_000, maxMs: 300_000 };

/**
 * Time to wait before the next attempt, in ms: half of the growing interval, and a random share of
 * the other half, so that jobs that failed together are not retried together.
 * @param attempts attempts that count against `maxAttempts`, the last one included.
 */
export function backoff(
  attempts: number,
  { baseMs, growth = 2, maxMs }: RetryPolicy,
  random: () => number = Math.random,
): number {
  const interval = Math.min(maxMs, baseMs * growth ** (Math.max(1, attempts) - 1));
  return interval / 2 + (interval / 2) * random();
}
