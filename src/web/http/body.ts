import { Problem } from './problem.ts';

/** No form and no batch of this program comes near it, in bytes. Files have a route of their own. */
const MAX_BODY = 1024 * 1024;

/**
 * Of addresses that are asked often. Before it calls a parser, Elysia 1.4.30 looks at `request.body`,
 * for which Bun makes a stream of a body that is there already.
 */
export const READ_BY_HANDLER = { parse: 'none' } as const;

/** As much of Elysia's context as a parser needs. */
interface Received {
  request: Request;
}

/**
 * Parses a request's body: what its JSON says, or a form's fields. A field that occurs twice counts
 * as its last value, which is how a form tells an unticked box from a missing one.
 * @throws Problem when it is too large, cannot be read, or is of another kind.
 */
export const parseBody = ({ request }: Received) => readBody(request, []);

/** The same of a body that is one object. */
export const parseFields = parseFieldsWithLists();

/** The same; the fields of a form that are in `lists` are the arrays of their values. */
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

async function readText(request: Request): Promise<string> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN);
  if (declared > MAX_BODY) throw tooLarge();
  return declared >= 0 ? readWhole(request) : readInParts(request);
}

/** Bun takes no more than was declared. */
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
  // Bun's streams are async iterable; the DOM's types do not know.
  const body = (request.body ?? []) as unknown as AsyncIterable<Uint8Array>;
  for await (const chunk of orBrokenOff(body)) {
    size += chunk.byteLength;
    if (size > MAX_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** What fails while a body arrives is its sender's: it left, or its chunks were none. */
async function* orBrokenOff(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw brokenOff(cause);
  }
}

function brokenOff(cause: unknown): Problem {
  return new Problem(400, 'broken_off', 'The request was interrupted.', {
    message: 'Nothing was started. Send it again.',
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
      message: `${(cause as Error).message}. Nothing was started.`,
      cause,
    });
  }
}
