import type { Page } from '../sources/source.ts';
import { count, counted } from '../text/format.ts';

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

/** The progress after a page has been stored: `done` of the `wanted` items, or of those there are. */
export function pageProgress(done: number, page: Page<unknown>, wanted: number) {
  if (page.total === undefined) {
    const message =
      page.cursor === undefined || done >= wanted ? 'Finishing' : 'Reading the next page';
    return { current: done, total: 0, message };
  }
  const total = Math.min(wanted, page.total);
  return { current: done, total, message: pageMessage(done, total, page) };
}

/** What is under way then: "Reading page 14 of 50". */
function pageMessage(done: number, total: number, page: Page<unknown>): string {
  if (done >= total || page.cursor === undefined) return 'Finishing';
  const size = page.items.length;
  const number = Math.floor(done / size) + 1;
  return `Reading page ${count(number)} of ${count(Math.ceil(total / size))}`;
}
