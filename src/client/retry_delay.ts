/** The first and the longest wait before something is asked again, at most, in ms. */
const RETRY_MS = { first: 1_000, longest: 30_000 };

/**
 * How long to wait after so many failures, in ms: half of a doubling interval for certain, the
 * other half by `chance` (0 to 1), so that the clients of a server that comes back do not all come
 * at once. From 500 to 30,000.
 */
export function retryDelay(failures: number, chance: number): number {
  const interval = Math.min(RETRY_MS.longest, RETRY_MS.first * 2 ** failures);
  return interval / 2 + (interval / 2) * chance;
}
