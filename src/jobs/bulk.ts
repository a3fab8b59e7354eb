import type { Desk } from './desk.ts';
import { isCancellable, isFinal } from './lifecycle.ts';
import type { JobQuery, Tally } from './listing.ts';

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

/** What one of these actions does to one job: whether it did, and what follows when it is on disk. */
export type Act = (id: string) => (() => void) | undefined;

/** Does it to those jobs that it can be done to now. */
export async function actOnAll(
  desk: Desk,
  action: BulkAction,
  ids: string[],
  act: Act,
): Promise<BulkOutcome> {
  const outcome = { action, done: 0, skipped: 0 };
  for (let from = 0; from < ids.length; from += STEP) {
    if (from > 0) await Bun.sleep(PAUSE_MS);
    const step = ids.slice(from, from + STEP);
    const done = actTogether(desk, step, act);
    outcome.done += done;
    outcome.skipped += step.length - done;
  }
  return outcome;
}

/** The same for all jobs that the query finds, step by step from the newest. */
export async function actOnMatching(
  desk: Desk,
  action: BulkAction,
  query: JobQuery,
  act: Act,
): Promise<BulkOutcome> {
  const outcome = { action, done: 0, skipped: 0 };
  let cursor: string | undefined;
  do {
    const page = desk.listing.list({ ...query, cursor, newerThan: undefined, limit: STEP });
    const ids = page.jobs.map(({ id }) => id);
    const done = actTogether(desk, ids, act);
    outcome.done += done;
    outcome.skipped += ids.length - done;
    cursor = page.nextCursor;
    await Bun.sleep(PAUSE_MS);
  } while (cursor);
  return outcome;
}

function actTogether({ store, executions, wake }: Desk, ids: string[], act: Act): number {
  executions.flush();
  const consequences: (() => void)[] = [];
  store.together(() => {
    for (const id of ids) {
      const consequence = act(id);
      if (consequence) consequences.push(consequence);
    }
  });
  for (const follow of consequences) follow();
  if (consequences.length > 0) wake();
  return consequences.length;
}

/** How many of the jobs that the query finds there are of each kind; others work meanwhile. */
export async function tallyMatching({ listing }: Desk, query: JobQuery): Promise<Tally[]> {
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
