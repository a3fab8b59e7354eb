import { BULK_ACTIONS, type BulkOutcome } from '../../jobs/index.ts';

/** An outcome as a page that follows a form gets it: `?did=remove-12-3-1`. */
export function didText({ action, done, skipped, pinned = 0 }: BulkOutcome): string {
  return [action, done, skipped, ...(pinned > 0 ? [pinned] : [])].join('-');
}

/** The outcome of a bulk change that redirected here. */
export function outcomeIn(did: string | undefined): BulkOutcome | undefined {
  const found = /^([a-z]+)-(\d{1,9})-(\d{1,9})(?:-(\d{1,9}))?$/.exec(did ?? '');
  const [, name, done, skipped, pinned] = found ?? [];
  const action = BULK_ACTIONS.find((known) => known === name);
  if (action === undefined) return undefined;
  const outcome = { action, done: Number(done), skipped: Number(skipped) };
  return pinned === undefined ? outcome : { ...outcome, pinned: Number(pinned) };
}
