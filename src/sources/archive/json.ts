/** The JSON of an archive's entries. */

interface SourceText {
  source?: string;
}

/**
 * Parses an entry. Ids beyond 2^53 that are written as numbers become texts with all their digits.
 * @throws SyntaxError
 */
export function parseEntry(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const entry: unknown = JSON.parse(text);
  return hasLargeId(entry) ? JSON.parse(text, exactNumber) : entry;
}

function hasLargeId(entry: unknown): boolean {
  const { tweet = entry } = Object(entry) as { tweet?: unknown };
  const { id, id_str } = Object(tweet) as { id?: unknown; id_str?: unknown };
  return id_str === undefined && typeof id === 'number' && !Number.isSafeInteger(id);
}

function exactNumber(this: unknown, _key: string, value: unknown, { source }: SourceText = {}) {
  const isLarge = typeof value === 'number' && !Number.isSafeInteger(value);
  return isLarge && source && /^\d+$/.test(source) ? source : value;
}
