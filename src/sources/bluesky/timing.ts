/** How often requests are made, and how long an answer may take. All in ms. */
export interface Timing {
  /** Least time between two requests of one kind. */
  gapMs: number;
  /** Mean time between two logins, of which some may follow each other at once: somebody who mistyped waits for the next. */
  loginGapMs: number;
  /** Longest time from a request to the end of its answer. */
  timeoutMs: number;
  /** How long nothing is sent after a refusal that names no time; doubles up to 15 minutes. */
  backoffMs: number;
}

/** With the gap below, 30 in 5 minutes. */
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
