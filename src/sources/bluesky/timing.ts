/** How often requests are made, and how long an answer may take. All in ms. */
export interface Timing {
  /** Least time between two requests of one kind. */
  gapMs: number;
  /** Least time between two logins on average; see `LOGINS_AT_ONCE`. */
  loginGapMs: number;
  /** Longest time from a request to the end of its answer. */
  timeoutMs: number;
  /** How long nothing is sent after a refusal that names no time; doubles up to 15 minutes. */
  backoffMs: number;
}

/**
 * So many logins follow each other without a gap, because somebody who mistyped a password waits for the next one. With
 * the gap below there are at most 30 in 5 minutes.
 */
export const LOGINS_AT_ONCE = 5;

/**
 * Bluesky allows 3,000 requests in 5 minutes from an address, and 30 logins in 5 minutes (300 a day)
 * for an account: https://docs.bsky.app/docs/advanced-guides/rate-limits
 */
export const DEFAULT_TIMING: Timing = {
  gapMs: 100,
  loginGapMs: 12_000,
  timeoutMs: 30_000,
  backoffMs: 30_000,
};
