import type { Page } from '../sources/source.ts';

/** A page in the log: "20 posts (18 new), 60 so far." */
export function pageLine(count: number, fresh: number, done: number, noun = 'posts'): string {
  return `${count} ${noun} (${fresh} new), ${done.toLocaleString('en')} so far.`;
}

/** The progress message after a page has been stored: "Reading page 14 of 50". */
export function pageMessage(done: number, total: number, page: Page<unknown>): string {
  if (done >= total || page.cursor === undefined) return 'Finishing';
  const size = page.items.length;
  const number = Math.floor(done / size) + 1;
  return `Reading page ${number.toLocaleString('en')} of ${Math.ceil(total / size).toLocaleString('en')}`;
}
