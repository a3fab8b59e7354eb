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
  let isChecking = false;
  const check = async () => {
    if (isChecking) return;
    isChecking = true;
    const before = stalled;
    try {
      stalled = await readOr(before, () => tracker.reader.stalledJobs());
    } finally {
      isChecking = false;
    }
    if (stalled.symmetricDifference(before).size > 0) onChange();
  };
  setInterval(check, pollMs).unref();
}

async function readOr<Value>(before: Value, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (databaseIssueOf(error)) return before;
    throw error;
  }
}
