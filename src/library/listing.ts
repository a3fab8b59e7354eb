import type { z } from 'zod';
import { InvalidCursor } from './library.ts';

/** An opaque, URL-safe cursor for the position after which a listing continues. */
export function writeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws InvalidCursor when `cursor` is not from `writeCursor`. */
export function readCursor<Position extends readonly (string | number)[]>(
  schema: z.ZodType<Position>,
  cursor: string,
): Position {
  try {
    const position = schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    // Decoding ignores invalid characters, so the cursor must encode to the same text.
    if (writeCursor(position) === cursor) return position;
  } catch (cause) {
    throw invalid(cause);
  }
  throw invalid();
}

function invalid(cause?: unknown): InvalidCursor {
  return new InvalidCursor('Invalid cursor. Leave it out to start from the first page.', { cause });
}

/** `limit` as a whole number from 1 to 100. */
export function clampLimit(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit), 1), 100);
}

/** The WHERE clause of the `conditions` that have a value. */
export function where(conditions: Record<string, string>, values: object): string {
  const names = Object.keys(conditions).filter((name) => name in values);
  return names.length === 0 ? '' : `WHERE ${names.map((name) => conditions[name]).join(' AND ')}`;
}
