import type { Tracker } from '../../jobs/index.ts';

/** How often jobs are checked for progress, in ms. */
const STALLED_POLL_MS = 1_000;

/**
 * Calls `onChange` when a job stalls or progresses again. A stall causes no event, so it polls.
 */
export function watchStalls(tracker: Tracker, onChange: () => void): void {
  let stalled = new Set<string>();
  const check = () => {
    const before = stalled;
    stalled = tracker.reader.stalledJobs();
    if (stalled.symmetricDifference(before).size > 0) onChange();
  };
  setInterval(check, STALLED_POLL_MS).unref();
}
