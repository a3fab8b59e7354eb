import { RequestError } from './errors.ts';

/** The part of `fetch` that is used here. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export interface ApiOptions {
  /** The server's URL. Default: the page's origin, or port 3000 of this machine. */
  url?: string | URL;
  /** The value of `XGPT_TOKEN`, if the server requires a token. */
  token?: string;
  /** Sends the requests in place of the global `fetch`. */
  fetch?: Fetch;
}

/** Sends a request to a path of the server. @throws RequestError, or the reason of an abort. */
export type SendRequest = (
  path: string,
  init: RequestInit & { accept: string },
) => Promise<Response>;

/** The server of programs that name none. */
const DEFAULT_URL = 'http://127.0.0.1:3000';

export function createSender({ url, token, fetch: given }: ApiOptions): SendRequest {
  const base = baseOf(url ?? globalThis.location?.origin ?? DEFAULT_URL);
  return async (path, { accept, headers, ...init }) => {
    // Read at each call, because pages replace it.
    const fetch = given ?? globalThis.fetch;
    return fetch(new URL(path, base), {
      cache: 'no-store',
      ...init,
      headers: { ...headers, accept, ...(token && { authorization: `Bearer ${token}` }) },
    }).catch((cause) => {
      if (init.signal?.aborted) throw init.signal.reason;
      const message = `No response from ${base}. Start the server with npm start, or check its URL.`;
      throw unreachable(message, cause);
    });
  };
}

/** The JSON of a response, whatever its status. @throws RequestError when it has none. */
export async function readJson(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw unreachable('The response was incomplete.', cause);
    const message = `The server responded ${response.status} without JSON. Check its URL.`;
    throw new RequestError(message, { code: 'not_json', status: response.status, cause });
  }
}

/** The error in a response; the response to a list has one for each entry. */
export function errorFrom(status: number, body: Record<string, unknown>, headers?: Headers) {
  const { code, message, details } = (body.error ?? {}) as ServerError;
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN);
  const reasons = Object.values(details ?? {}).filter((reason) => !message?.includes(reason));
  return new RequestError([message ?? `The server responded ${status}.`, ...reasons].join(' '), {
    code: code ?? 'unknown',
    status,
    details,
    ...(seconds > 0 && { retryAfterSeconds: seconds }),
  });
}

/** @throws RequestError unless the response is a success. */
export async function expectSuccess(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw errorFrom(response.status, await readJson(response), response.headers);
}

/** Sends JSON and reads the JSON of the answer. @throws RequestError unless it is a success. */
export function createAsk(send: SendRequest, signal?: AbortSignal) {
  return async (
    path: string,
    method: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Record<string, unknown>> => {
    const response = await send(path, {
      method,
      accept: 'application/json',
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    return readJson(await expectSuccess(response));
  };
}

interface ServerError {
  code?: string;
  message?: string;
  details?: Record<string, string>;
}

function baseOf(url: string | URL): string {
  const { href } = new URL(url);
  return href.endsWith('/') ? href : `${href}/`;
}

function unreachable(message: string, cause: unknown): RequestError {
  return new RequestError(message, { code: 'unreachable', status: 0, cause });
}
