import { z } from 'zod';
import { Unreadable } from '../source.ts';

/** Where an author's feed goes on. */
export interface FeedPlace {
  did: string;
  /** The service's cursor; absent at the beginning, and at the end. */
  next?: string;
  /** The cursor with which the page before was read; absent when that was the first one. */
  before?: string;
}

/** Where a search goes on: in the results of each term, by turns. */
export interface SearchPlace {
  /** The service's cursors by term; null when a term has no more results. */
  terms: (string | null)[];
  /** The term whose page comes next. */
  turn: number;
}

const feedPlace = z.object({
  did: z.string().startsWith('did:'),
  next: z.string().min(1),
  before: z.string().optional(),
});

const searchPlace = z.object({
  terms: z.array(z.string().nullable()).min(1),
  turn: z.int().nonnegative(),
});

export function feedCursor(place: FeedPlace): string {
  return JSON.stringify(place);
}

/** @throws Unreadable when the cursor is not one of `feedCursor`. */
export function feedPlaceOf(cursor: string): FeedPlace {
  return read(cursor, feedPlace);
}

export function searchCursor(place: SearchPlace): string {
  return JSON.stringify(place);
}

/** @throws Unreadable when the cursor is not one of `searchCursor`. */
export function searchPlaceOf(cursor: string): SearchPlace {
  return read(cursor, searchPlace);
}

function read<Place>(cursor: string, schema: z.ZodType<Place>): Place {
  try {
    return schema.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new Unreadable('The saved place of this listing is damaged. Start the job again.', {
      cause,
    });
  }
}
