import { InvalidCursor } from './library.ts';

/** An opaque, URL-safe cursor for the position after which a listing continues. */
export function writeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** What a cursor has after its first word, which names the listing. */
type Rest<Kinds extends readonly Kind[]> = {
  [Index in keyof Kinds]: Kinds[Index] extends 'text' ? string : number;
};
type Kind = 'text' | 'integer';

/**
 * @param listing the first word that `writeCursor` was given.
 * @param kinds those of the others.
 * @throws InvalidCursor when `cursor` is not from `writeCursor`.
 */
export function readCursor<const Kinds extends readonly Kind[]>(
  cursor: string,
  listing: string,
  ...kinds: Kinds
): Rest<Kinds> {
  try {
    const [first, ...rest] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const fits = rest.length === kinds.length && kinds.every((kind, at) => isOf(kind, rest[at]));
    // Decoding ignores invalid characters, so the cursor must encode to the same text.
    if (first === listing && fits && writeCursor([first, ...rest]) === cursor) return rest as never;
  } catch (cause) {
    throw invalid(cause);
  }
  throw invalid();
}

function isOf(kind: Kind, value: unknown): boolean {
  return kind === 'text' ? typeof value === 'string' : Number.isSafeInteger(value);
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
