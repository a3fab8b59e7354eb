/** The first and the longest interval between retries, in ms. */
const RETRY_MS = { first: 1_000, longest: 30_000 };

/**
 * How long to wait after this many failures, in ms: half of a doubling interval, plus up to the other
 * half by `chance` (0 to 1), so that clients do not all reconnect at the same time. From 500 to 30,000.
 */
export function retryDelay(failures: number, chance: number): number {
  const interval = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** failures);
  return interval / 2 + (interval / 2) * chance;
}
