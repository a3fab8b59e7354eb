import type { IdempotencyKeys, KeptAnswer } from './idempotency_keys.ts';
import { Problem } from './problem.ts';
import { toProblem } from './to_problem.ts';

const HEADER = 'idempotency-key';

const KEPT_HEADERS = ['content-type', 'location'];

/** Starts jobs and responds. Their ids come from `uuidAt`, if given. */
type Start = (uuidAt?: UuidAt) => Promise<Response>;

/** The id, without its type, of the job at that index of the request, 0 to 4,095. */
export type UuidAt = (index: number) => string;

/** Handles a request that starts jobs; with an Idempotency-Key it starts them once. */
export type Idempotent = (request: Request, body: unknown, start: Start) => Promise<Response>;

/**
 * Repeated requests with the same key get the original response for 24 hours. A request that did not
 * finish, because the process ended or it failed, runs again with the same ids, so jobs it had
 * already started are returned and not started again.
 * @throws Problem when the key cannot be used, or belongs to another request.
 */
export function createIdempotent(keys: IdempotencyKeys): Idempotent {
  const underway = new Map<string, Promise<unknown>>();

  async function startOnce(key: string, sent: string, start: Start): Promise<Response> {
    const { request, seed, answer } = await keys.reserve(key, sent);
    if (request !== sent) throw reused();
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

/** @throws Problem when the request has a key: uploads are not compared. */
export function refuseKey(request: Request): void {
  if (!request.headers.has(HEADER)) return;
  throw badKey(
    'Uploads do not accept an Idempotency-Key. Upload the file to /api/imports first, then start the job.',
  );
}

function readKey(request: Request): string | undefined {
  const key = request.headers.get(HEADER);
  if (key === null) return undefined;
  if (/^\P{Cc}{1,255}$/u.test(key)) return key;
  throw badKey('Idempotency-Key must have 1 to 255 characters and no control characters.');
}

function badKey(rule: string): Problem {
  return new Problem(422, 'invalid_input', 'Nothing was started.', {
    message: 'Use a new key for each request, such as a UUID, or omit it.',
    details: { 'Idempotency-Key': rule },
  });
}

function reused(): Problem {
  return new Problem(422, 'idempotency_key_reused', 'Idempotency-Key already used.', {
    message:
      'It belongs to a different request, so nothing was started. Use a new key for each request.',
  });
}

function fingerprint({ method, url }: Request, body: unknown): string {
  const { pathname, search } = new URL(url);
  const said = JSON.stringify([method, pathname + search, body], inOrder);
  return new Bun.CryptoHasher('sha256').update(said).digest('hex');
}

/** The order of an object's fields does not matter. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A 5xx error may have happened after the start. */
function hasStartedNothing(status: number): boolean {
  return status >= 400 && status < 500;
}

/** UUIDv7s with the seed's time, ordered by index. */
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
