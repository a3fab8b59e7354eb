import { z } from 'zod';
import { Unreadable } from '../../source.ts';
import { id } from '../schema.ts';

const placeSchema = z.object({
  /** X's own cursor. */
  cursor: z.string().min(1),
  /** How many X has shown before, also those that were left out of the posts of the user. */
  read: z.number().int().nonnegative(),
  /** Whose posts they are: a listing goes on although its author has changed the username. */
  userId: id.optional(),
  /** The pinned post, which has been handed on first and comes again at its own place. */
  pinned: z.array(id).optional(),
});

/** Where a listing goes on. */
export type Place = z.infer<typeof placeSchema>;

export function toCursor(place: Place): string {
  return JSON.stringify(place);
}

/** @throws Unreadable when the cursor is not one of `toCursor`. */
export function fromCursor(cursor: string): Place {
  try {
    return placeSchema.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new Unreadable(
      'The cursor does not belong to a listing of X. Start again without a cursor.',
      { cause },
    );
  }
}
