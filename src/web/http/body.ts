import { Problem } from './problem.ts';

/** Maximum size of a body, in bytes, far above any form or batch. Files have their own route. */
const MAX_BODY = 1024 * 1024;

/**
 * For routes that are called often. Before it calls a parser, Elysia 1.4.30 reads `request.body`, which
 * makes Bun create a stream for a body that has already arrived.
 */
export const READ_BY_HANDLER = { parse: 'none' } as const;

/** The part of Elysia's context that a parser needs. */
interface Received {
  request: Request;
}

/**
 * Parses a request's body: JSON, or a form's fields. If a field occurs twice, the last value counts;
 * forms use this to tell an unticked box from a missing one.
 * @throws Problem when it is too large, malformed, or of another type.
 */
export const parseBody = ({ request }: Received) => readBody(request, []);

/** The same for a body that must be an object. */
export const parseFields = parseFieldsWithLists();

/** The same for secrets: a message about malformed JSON would repeat a part of the body. */
export async function parseSecrets({ request }: Received): Promise<Record<string, unknown>> {
  try {
    return await readFields(request, []);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'malformed_json') throw error;
    throw new Problem(400, 'malformed_json', 'The body is not valid JSON.', {
      message: 'Nothing was stored.',
    });
  }
}

/** The same; form fields named in `lists` are arrays of their values. */
export function parseFieldsWithLists(...lists: string[]) {
  return ({ request }: Received) => readFields(request, lists);
}

async function readFields(request: Request, lists: string[]): Promise<Record<string, unknown>> {
  const body = await readBody(request, lists);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return body as Record<string, unknown>;
  }
  throw new Problem(422, 'invalid_input', 'The body is not a JSON object.', {
    message: 'Send one JSON object, for example { "username": "aurora_lab" }.',
    details: { body: 'Body must be one JSON object.' },
  });
}

async function readBody(request: Request, lists: string[]): Promise<unknown> {
  const text = await readText(request);
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return parseJson(text);
  if (type === 'application/x-www-form-urlencoded') {
    const fields = new URLSearchParams(text);
    const arrays = lists
      .filter((name) => fields.has(name))
      .map((name) => [name, fields.getAll(name)]);
    return { ...Object.fromEntries(fields), ...Object.fromEntries(arrays) };
  }
  if (text === '') return {};
  throw new Problem(415, 'unsupported_type', 'Unsupported content type.', {
    message: 'Send a form (application/x-www-form-urlencoded) or application/json.',
  });
}

/**
 * The body as text.
 * @throws Problem when it is too large.
 */
export async function readText(request: Request): Promise<string> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN);
  if (declared > MAX_BODY) throw tooLarge();
  return declared >= 0 ? readWhole(request) : readInParts(request);
}

/** Bun reads no more than the declared length. */
async function readWhole(request: Request): Promise<string> {
  try {
    return await request.text();
  } catch (cause) {
    throw brokenOff(cause);
  }
}

async function readInParts(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Bun's streams are async iterable, which the DOM's types omit.
  const body = (request.body ?? []) as unknown as AsyncIterable<Uint8Array>;
  for await (const chunk of orBrokenOff(body)) {
    size += chunk.byteLength;
    if (size > MAX_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Errors while a body arrives are the client's: it disconnected, or sent invalid chunks. */
async function* orBrokenOff(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw brokenOff(cause);
  }
}

function brokenOff(cause: unknown): Problem {
  return new Problem(400, 'broken_off', 'The request was interrupted.', {
    message: 'Nothing was changed. Send it again.',
    cause,
  });
}

function tooLarge(): Problem {
  return new Problem(413, 'too_large', 'Request too large.', {
    message: 'The limit is 1 MB. Split a long list into several requests.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem(400, 'malformed_json', 'The body is not valid JSON.', {
      message: `${(cause as Error).message}. Nothing was changed.`,
      cause,
    });
  }
}
