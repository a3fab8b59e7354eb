import type { IdempotencyKeys, KeptAnswer } from './idempotency_keys.ts';
import { Problem, toProblem } from './problem.ts';

const HEADER = 'idempotency-key';

const KEPT_HEADERS = ['content-type', 'location'];

/** Starts jobs and answers; their ids are those that `uuidAt` tells, if it is given. */
type Start = (uuidAt?: UuidAt) => Promise<Response>;

/** The id, without its type, of the job at that place of the request, 0 to 4,095. */
export type UuidAt = (index: number) => string;

/** Answers a request that starts jobs; with an Idempotency-Key it starts them once. */
export type Idempotent = (request: Request, body: unknown, start: Start) => Promise<Response>;

/**
 * A request that starts something is answered the same for 24 hours, as long as it comes with the
 * same key. One that was begun and broke off, with the program or by a fault, is begun again with
 * the same ids: jobs that it has started by then are found, not started again.
 * @throws Problem when the key cannot be used, or belongs to another request.
 */
export function createIdempotent(keys: IdempotencyKeys): Idempotent {
  const underway = new Map<string, Promise<unknown>>();

  async function startOnce(key: string, asked: string, start: Start): Promise<Response> {
    const { request, seed, answer } = await keys.reserve(key, asked);
    if (request !== asked) throw reused();
    if (answer) return replay(answer);
    const response = await start(uuidsOf(seed)).catch(async (error: unknown) => {
      if (hasStartedNothing(toProblem(error).status)) await keys.forget(key);
      throw error;
    });
    if (hasStartedNothing(response.status)) await keys.forget(key);
    else if (response.status < 400) await keys.keep(key, await kept(response.clone()));
    return response;
  }

  return async (request, body, start) => {
    const key = readKey(request);
    if (key === undefined) return start();
    while (underway.has(key)) await underway.get(key);
    const answered = startOnce(key, fingerprint(request, body), start);
    underway.set(
      key,
      answered.catch(() => {}),
    );
    try {
      return await answered;
    } finally {
      underway.delete(key);
    }
  };
}

/** @throws Problem when the request has a key: what an upload sent is not compared. */
export function refuseKey(request: Request): void {
  if (!request.headers.has(HEADER)) return;
  throw badKey('An upload takes no Idempotency-Key. Keep the file at /api/imports, then start it.');
}

function readKey(request: Request): string | undefined {
  const key = request.headers.get(HEADER);
  if (key === null) return undefined;
  if (/^\P{Cc}{1,255}$/u.test(key)) return key;
  throw badKey('Idempotency-Key must have 1 to 255 characters and no control characters.');
}

function badKey(rule: string): Problem {
  return new Problem(422, 'invalid_input', 'Nothing was started.', {
    message: 'Send a key of your own for each request, such as a UUID, or none.',
    details: { 'Idempotency-Key': rule },
  });
}

function reused(): Problem {
  return new Problem(422, 'idempotency_key_reused', 'Idempotency-Key already used.', {
    message:
      'It belongs to a different request, so nothing was started. Send a new key with a new request.',
  });
}

function fingerprint({ method, url }: Request, body: unknown): string {
  const { pathname, search } = new URL(url);
  const said = JSON.stringify([method, pathname + search, body], inOrder);
  return new Bun.CryptoHasher('sha256').update(said).digest('hex');
}

/** An object says the same whatever the order of its fields. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A server's own fault may have come after the start. */
function hasStartedNothing(status: number): boolean {
  return status >= 400 && status < 500;
}

/** UUIDv7s of the seed's millisecond, in the order of their index. */
function uuidsOf(seed: string): UuidAt {
  return (index) => `${seed.slice(0, 15)}${index.toString(16).padStart(3, '0')}${seed.slice(18)}`;
}

async function kept(response: Response): Promise<KeptAnswer> {
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  const { status } = response;
  return { status, headers: Object.fromEntries(headers), body: await response.text() };
}

function replay({ status, headers, body }: KeptAnswer): Response {
  return new Response(status === 303 ? null : body, {
    status,
    headers: { ...headers, 'idempotency-replayed': 'true' },
  });
}
