import { messageOf, PermanentError } from '../errors.ts';

/** What the job system stores of a value, and shows whole on a job's page, at most, in bytes. */
export const DEFAULT_MAX_RESULT_BYTES = 1024 * 1024;

/**
 * Checks what a handler returned: a retry would return the same, and a page that shows 50 MB keeps the
 * whole process busy for seconds.
 * @param what begins a sentence: `The result`.
 * @param maxBytes of the value as JSON.
 * @throws PermanentError when it is not JSON, or too large.
 */
export function storable<Value>(what: string, value: Value, maxBytes: number): Value {
  if (value === undefined) return value;
  const bytes = bytesOf(what, value, maxBytes);
  if (bytes <= maxBytes) return value;
  throw new PermanentError(
    `${what} has ${inWords(bytes)} as JSON; the maximum is ${inWords(maxBytes)}. Return less and store the rest with commit, or raise XGPT_MAX_RESULT_KB.`,
  );
}

/** The size as JSON. A text that cannot exceed the maximum is not measured exactly. */
function bytesOf(what: string, value: unknown, maxBytes: number): number {
  const json = jsonOf(what, value);
  // UTF-8 has three bytes at most for each UTF-16 code unit.
  return json.length * 3 <= maxBytes ? json.length : Buffer.byteLength(json);
}

function jsonOf(what: string, value: unknown): string {
  const problem = `${what} is not JSON-serialisable.`;
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    throw new PermanentError(`${problem} ${messageOf(cause)}`, { cause });
  }
  if (json === undefined) throw new PermanentError(problem);
  return json;
}

function inWords(bytes: number): string {
  const mb = bytes / 1024 ** 2;
  if (mb >= 1) return `${(Math.round(mb * 10) / 10).toLocaleString('en')} MB`;
  return `${Math.ceil(bytes / 1024).toLocaleString('en')} KB`;
}
