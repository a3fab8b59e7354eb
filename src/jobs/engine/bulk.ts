import { isCancellable, isFinal } from '../lifecycle.ts';
import type { JobListing, JobQuery, Tally } from '../listing.ts';
import type { Desk } from './desk.ts';

export const BULK_ACTIONS = ['cancel', 'retry', 'remove'] as const;

export type BulkAction = (typeof BULK_ACTIONS)[number];

export interface BulkOutcome {
  action: BulkAction;
  done: number;
  /** Gone, ended or started meanwhile, or not of a kind that this can be done to. */
  skipped: number;
}

/** Jobs changed in one transaction, and in one frame of the feed. */
const STEP = 200;

/** Pause between two steps, in ms, in which others write and the server answers. */
const PAUSE_MS = 2;

/** Does one of these actions to jobs, in one transaction; returns how many it was done to. */
export type Act = (ids: string[]) => Promise<number>;

/** Does it to those jobs that it can be done to now. */
export async function actOnAll(action: BulkAction, ids: string[], act: Act): Promise<BulkOutcome> {
  const outcome = { action, done: 0, skipped: 0 };
  for (let from = 0; from < ids.length; from += STEP) {
    if (from > 0) await Bun.sleep(PAUSE_MS);
    await actOnSome(outcome, ids.slice(from, from + STEP), act);
  }
  return outcome;
}

/** The same for all jobs that the query finds, step by step from the newest. */
export async function actOnMatching(
  { listing }: Desk,
  action: BulkAction,
  query: JobQuery,
  act: Act,
): Promise<BulkOutcome> {
  const outcome = { action, done: 0, skipped: 0 };
  let cursor: string | undefined;
  do {
    const page = listing.list({ ...query, cursor, newerThan: undefined, limit: STEP });
    await actOnSome(
      outcome,
      page.jobs.map(({ id }) => id),
      act,
    );
    cursor = page.nextCursor;
    await Bun.sleep(PAUSE_MS);
  } while (cursor);
  return outcome;
}

async function actOnSome(outcome: BulkOutcome, ids: string[], act: Act): Promise<void> {
  const done = await act(ids);
  outcome.done += done;
  outcome.skipped += ids.length - done;
}

/** How many of the jobs that the query finds there are of each kind; others work meanwhile. */
export async function tallyMatching(listing: JobListing, query: JobQuery): Promise<Tally[]> {
  const totals = new Map<string, Tally>();
  let cursor: string | undefined;
  do {
    const { counts, nextCursor } = listing.tally({ ...query, cursor, newerThan: undefined });
    for (const entry of counts) {
      const key = `${entry.status} ${entry.tracked}`;
      totals.set(key, { ...entry, count: entry.count + (totals.get(key)?.count ?? 0) });
    }
    cursor = nextCursor;
    await Bun.sleep(0);
  } while (cursor);
  return [...totals.values()];
}

/** Whether an action can be done to jobs of that kind. */
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
