import type { RetryPolicy } from '../jobs/index.ts';
import type { Page } from '../sources/source.ts';
import { count, counted, money } from '../text/format.ts';

/**
 * Reading from a service: at most 1, 4, 16 and 64 s, then 4 to 5 min. A short fault costs little time, and
 * the job outlasts an outage of 8 minutes at least.
 */
export const LISTING_RETRY: Partial<RetryPolicy> = { maxAttempts: 8, growth: 4 };

/** How far a listing has been read. */
export interface ListingPlace {
  cursor?: string;
  /** The listing has been read to its end. */
  atEnd?: boolean;
}

/** The place after a page, with which `done` of the `wanted` items have been read. */
export function placeAfter({ cursor }: Page<unknown>, done: number, wanted: number): ListingPlace {
  return { cursor, atEnd: cursor === undefined || done >= wanted };
}

/** A batch in the log: "32 posts embedded, 1,000 in all." */
export function embeddedLine(batch: number, all: number): string {
  return `${counted(batch, 'post')} embedded, ${count(all)} in all.`;
}

/** A page in the log: "20 posts (18 new), 60 so far." */
export function pageLine(size: number, fresh: number, done: number, noun = 'post'): string {
  return `${counted(size, noun)} (${count(fresh)} new), ${count(done)} so far.`;
}

/** What pages have cost together, in US dollars: absent as long as they are free. */
export function costAfter(
  before: { cost?: number },
  { cost }: { cost?: number },
): { cost?: number } {
  if (cost === undefined) return before.cost === undefined ? {} : { cost: before.cost };
  // Sums of fractions would show as $0.30000000000000004 in JSON.
  return { cost: Number(((before.cost ?? 0) + cost).toFixed(6)) };
}

/**
 * The progress after a page has been stored: `done` of the `wanted` items, or of those there are.
 * @param cost of all pages so far, in US dollars.
 */
export function pageProgress(done: number, page: Page<unknown>, wanted: number, cost?: number) {
  const paid = cost === undefined ? '' : `, ${money(cost, 'USD')} so far`;
  if (page.total === undefined) {
    const message =
      page.cursor === undefined || done >= wanted ? 'Finishing' : 'Reading the next page';
    return { current: done, total: 0, message: message + paid };
  }
  const total = Math.min(wanted, page.total);
  return { current: done, total, message: pageMessage(done, total, page) + paid };
}

/** What is under way then: "Reading page 14 of 50". */
function pageMessage(done: number, total: number, page: Page<unknown>): string {
  if (done >= total || page.cursor === undefined) return 'Finishing';
  const size = page.items.length;
  // How many pages there are can be told of full ones only.
  if (size === 0 || page.leftOut) return 'Reading the next page';
  const number = Math.floor(done / size) + 1;
  return `Reading page ${count(number)} of ${count(Math.ceil(total / size))}`;
}
