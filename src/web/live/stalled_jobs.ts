import type { Tracker } from '../../jobs/index.ts';
import { databaseIssueOf } from '../../platform/database_issue.ts';

/** How often jobs are checked for progress, in ms. */
const STALLED_POLL_MS = 1_000;

/**
 * Calls `onChange` when a job stalls or progresses again. A stall causes no event, so it polls. While
 * the database cannot be read, which others report, everything stays as it was.
 */
export function watchStalls(
  tracker: { reader: Pick<Tracker['reader'], 'stalledJobs'> },
  onChange: () => void,
  pollMs = STALLED_POLL_MS,
): void {
  let stalled = new Set<string>();
  const check = () => {
    const now = readOr(stalled, () => tracker.reader.stalledJobs());
    const before = stalled;
    stalled = now;
    if (now.symmetricDifference(before).size > 0) onChange();
  };
  setInterval(check, pollMs).unref();
}

function readOr<Value>(before: Value, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (databaseIssueOf(error)) return before;
    throw error;
  }
}
