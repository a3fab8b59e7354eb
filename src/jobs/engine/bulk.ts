import type { Job } from '../job.ts';
import { isCancellable, isFinal } from '../lifecycle.ts';
import type { JobListing, JobQuery, Tally } from '../listing.ts';

export const BULK_ACTIONS = ['cancel', 'retry', 'remove'] as const;

export type BulkAction = (typeof BULK_ACTIONS)[number];

export interface BulkOutcome {
  action: BulkAction;
  done: number;
  /** Jobs to which the action does not apply, or not any more. */
  skipped: number;
  /** How many of the skipped ones are pinned: they are removed by their ids. Absent: none. */
  pinned?: number;
}

/** Jobs changed in one transaction, and in one version of the feed. */
const STEP = 200;

/** Pause between two steps, in ms, in which others write and the server answers. */
const PAUSE_MS = 2;

/** Changes jobs in one transaction; returns how many it changed. */
export type Act = (ids: string[]) => Promise<number>;

/** Acts on the jobs with these ids. */
export async function actOnAll(action: BulkAction, ids: string[], act: Act): Promise<BulkOutcome> {
  const outcome = { action, done: 0, skipped: 0 };
  for (let from = 0; from < ids.length; from += STEP) {
    if (from > 0) await Bun.sleep(PAUSE_MS);
    await actOnSome(outcome, ids.slice(from, from + STEP), act);
  }
  return outcome;
}

/** Acts on all jobs that match the query, step by step from the newest. Pinned ones are not removed. */
export async function actOnMatching(
  listing: JobListing,
  action: BulkAction,
  query: JobQuery,
  act: Act,
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { action, done: 0, skipped: 0 };
  let cursor: string | undefined;
  do {
    const page = await listing.list({ ...query, cursor, newerThan: undefined, limit: STEP });
    const kept = action === 'remove' ? page.jobs.filter(isKept) : [];
    const ids = page.jobs.filter((job) => !kept.includes(job)).map(({ id }) => id);
    await actOnSome(outcome, ids, act);
    outcome.skipped += kept.length;
    if (kept.length > 0) outcome.pinned = (outcome.pinned ?? 0) + kept.length;
    cursor = page.nextCursor;
    await Bun.sleep(PAUSE_MS);
  } while (cursor);
  return outcome;
}

/** Somebody wants to keep it, and may not have thought of it. */
function isKept({ pinned, status }: Job): boolean {
  return pinned === true && isFinal(status);
}

async function actOnSome(outcome: BulkOutcome, ids: string[], act: Act): Promise<void> {
  const done = await act(ids);
  outcome.done += done;
  outcome.skipped += ids.length - done;
}

/** Counts the jobs that match the query, in steps between which the event loop goes on. */
export async function tallyMatching(listing: JobListing, query: JobQuery): Promise<Tally[]> {
  const totals = new Map<string, Tally>();
  let cursor: string | undefined;
  do {
    const { counts, nextCursor } = await listing.tally({ ...query, cursor, newerThan: undefined });
    for (const entry of counts) {
      const key = `${entry.status} ${entry.tracked}`;
      totals.set(key, { ...entry, count: entry.count + (totals.get(key)?.count ?? 0) });
    }
    cursor = nextCursor;
    await Bun.sleep(0);
  } while (cursor);
  return [...totals.values()];
}

/** Whether an action applies to jobs of that status and kind. */
export function isOpenTo(action: BulkAction, { status, tracked }: Omit<Tally, 'count'>): boolean {
  switch (action) {
    case 'cancel':
      return isCancellable(status);
    case 'retry':
      return isFinal(status) && !tracked;
    case 'remove':
      return isFinal(status);
  }
}
