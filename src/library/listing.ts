import type { z } from 'zod';
import { InvalidCursor } from './library.ts';

/** An opaque name, safe in an address, of the position after which a listing goes on. */
export function writeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws InvalidCursor when `cursor` is not what `writeCursor` made of such a position. */
export function readCursor<Position extends readonly (string | number)[]>(
  schema: z.ZodType<Position>,
  cursor: string,
): Position {
  try {
    const position = schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    // Decoding base64url skips what it does not know; ours come back the same.
    if (writeCursor(position) === cursor) return position;
  } catch (cause) {
    throw invalid(cause);
  }
  throw invalid();
}

function invalid(cause?: unknown): InvalidCursor {
  return new InvalidCursor(
    'This cursor was not made by this listing. Leave it out to start from the first page.',
    { cause },
  );
}

/** `limit` as a whole number from 1 to 100. */
export function clampLimit(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit), 1), 100);
}

/** The WHERE clause of those `conditions` for which there is a value. */
export function where(conditions: Record<string, string>, values: object): string {
  const names = Object.keys(conditions).filter((name) => name in values);
  return names.length === 0 ? '' : `WHERE ${names.map((name) => conditions[name]).join(' AND ')}`;
}
