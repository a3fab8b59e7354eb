import { setTimeout as sleep } from 'node:timers/promises';
import { type Page, Unreadable } from '../source.ts';

export const PAGE_SIZE = 20;
const CURSOR = 'after-';

/**
 * Serves a listing in pages of 20 items, each after a pause of `pageMs`. The cursor refers to the last
 * item served, so that new items do not shift it.
 * @throws Unreadable when the cursor does not belong to this listing.
 */
export async function* pages<Item extends { id: string }>(
  items: Item[],
  { cursor, signal }: { cursor?: string; signal: AbortSignal },
  pageMs: number,
): AsyncGenerator<Page<Item>, void, undefined> {
  let begin = cursor === undefined ? 0 : positionAfter(items, cursor);
  do {
    await pause(pageMs, signal);
    const end = begin + PAGE_SIZE;
    const served = items.slice(begin, end);
    const page = { items: served, total: items.length };
    yield end < items.length ? { ...page, cursor: `${CURSOR}${served.at(-1)?.id}` } : page;
    signal.throwIfAborted();
    begin = end;
  } while (begin < items.length);
}

function positionAfter(items: { id: string }[], cursor: string): number {
  const position = items.findIndex(({ id }) => cursor === `${CURSOR}${id}`);
  if (position >= 0) return position + 1;
  throw new Unreadable(
    `The cursor "${cursor}" does not belong to this listing. Start again without a cursor.`,
  );
}

/** Rejects with the signal's reason; `sleep` would wrap it as the cause of its own error. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((failure) => {
    signal.throwIfAborted();
    throw failure;
  });
}
