import type { Tracker } from '../../jobs/index.ts';
import { databaseIssueOf } from '../../platform/database_issue.ts';

/** How often the running processes are looked at, in ms. */
const POLL_MS = 1_000;

/**
 * Calls `onChange` when other processes run, or run other types, so that waiting jobs may wait for something
 * else. While the database cannot be read, which others report, everything stays as it was.
 */
export function watchProcesses(
  { reader: { serving } }: { reader: Pick<Tracker['reader'], 'serving'> },
  onChange: () => void,
): void {
  let before: string | undefined;
  const check = () => {
    const now = readOr(before, () => JSON.stringify(serving.running().map(({ serves }) => serves)));
    if (before !== undefined && now !== before) onChange();
    before = now;
  };
  setInterval(check, POLL_MS).unref();
}

function readOr<Value>(before: Value, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (databaseIssueOf(error)) return before;
    throw error;
  }
}
