import type { LeftOut, Page } from '../../source.ts';
import { cursorOf, type Place, placeOf } from './cursor.ts';
import type { ApiPage } from './pages.ts';
import type { Request } from './request.ts';

export interface Listing {
  cursor?: string;
  wanted?: number;
  stillWanted?: () => number;
  signal: AbortSignal;
  onWaiting?: (message: string) => void;
}

/** One page, and where the listing goes on; `next` is absent at its end. */
export interface Step<Item> {
  page: Omit<Page<Item>, 'cursor'>;
  next?: Place;
}

/** Reads page after page, none larger than what the caller wants then. */
export async function* pagesOf<Item>(
  { wanted = Number.POSITIVE_INFINITY, stillWanted, cursor }: Listing,
  read: (place: Place, wanted: number) => Promise<Step<Item>>,
): AsyncGenerator<Page<Item>, void, undefined> {
  const sizes = stillWanted ? { left: stillWanted, take() {} } : doubling(wanted);
  for (let place = placeOf(cursor); ; ) {
    const { page, next } = await read(place, sizes.left());
    yield next ? { ...page, cursor: cursorOf(next) } : page;
    if (!next) return;
    place = next;
    sizes.take(page.items.length);
  }
}

/** A caller that reads on beyond the number that it wanted gets twice as much, and so on. */
function doubling(wanted: number) {
  let batch = wanted;
  let left = batch;
  return {
    left: () => left,
    take(items: number) {
      left -= items;
      if (left > 0) return;
      batch *= 2;
      left = batch;
    },
  };
}

/** A page may be short or empty and still have a token. The same token again would read for ever. */
export function placeAfter(
  place: Place,
  { nextToken, posts }: Pick<ApiPage, 'nextToken' | 'posts'>,
): Place | undefined {
  if (nextToken === undefined || nextToken === place.token) return undefined;
  return { ...place, token: nextToken, read: place.read + posts.length };
}

export function callOf({ signal, onWaiting }: Listing): Pick<Request, 'signal' | 'onWaiting'> {
  return { signal, onWaiting };
}

/** What was read and is not among the items, without reasons that do not occur. */
export function leftOutOf(counts: LeftOut): { leftOut?: LeftOut } {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length > 0 ? { leftOut: Object.fromEntries(some) as LeftOut } : {};
}
