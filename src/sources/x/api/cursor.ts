import { z } from 'zod';
import { Unreadable } from '../../source.ts';

/**
 * Where a listing resumes. The user of a timeline is kept, because X charges for looking it up, and so
 * are the profiles that a search for people has found already.
 */
const cursorSchema = z.object({
  token: z.string().optional(),
  user: z.object({ id: z.string(), username: z.string(), name: z.string() }).optional(),
  /** Posts read so far. */
  read: z.number().default(0),
  /** The query that is being read, of those that a long list of terms needs. */
  query: z.number().default(0),
  found: z.array(z.string()).default([]),
  /** Posts read since a profile was found that was not known before. */
  fruitless: z.number().default(0),
  /** Posts that a search for people reads at most. */
  most: z.number().optional(),
});

export type Place = z.output<typeof cursorSchema>;

/** @throws Unreadable when the cursor is not of this kind of listing. */
export function placeOf(cursor: string | undefined): Place {
  if (cursor === undefined) return cursorSchema.parse({});
  try {
    return cursorSchema.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new Unreadable('This listing was not begun with X’s official API. Start it again.', {
      cause,
    });
  }
}

export function cursorOf(place: Partial<Place>): string {
  return JSON.stringify(place);
}
