import { RequestError } from './errors.ts';

/** As much of `fetch` as is used here. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export interface ApiOptions {
  /** The server's address. By default the page's own, or this machine's port 3000. */
  url?: string | URL;
  /** The value of `XGPT_TOKEN`, where the server has one. */
  token?: string;
  /** What sends the requests, in place of the global one. */
  fetch?: Fetch;
}

/** Sends one request below the server's address. @throws RequestError, or what aborted it. */
export type Ask = (path: string, init: RequestInit & { accept: string }) => Promise<Response>;

/** Where a program that names no server looks for one. */
const USUAL_ADDRESS = 'http://127.0.0.1:3000';

export function createAsk({ url, token, fetch: given }: ApiOptions): Ask {
  const base = baseOf(url ?? globalThis.location?.origin ?? USUAL_ADDRESS);
  return async (path, { accept, headers, ...init }) => {
    // Looked up at each call, because pages replace it.
    const send = given ?? globalThis.fetch;
    return send(new URL(path, base), {
      cache: 'no-store',
      ...init,
      headers: { ...headers, accept, ...(token && { authorization: `Bearer ${token}` }) },
    }).catch((cause) => {
      if (init.signal?.aborted) throw init.signal.reason;
      const message = `Nothing answers at ${base}. Start the server with npm start, or check its address.`;
      throw unanswered(message, cause);
    });
  };
}

/** The JSON of an answer, whatever its status. @throws RequestError when it has none. */
export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw unanswered('The answer broke off.', cause);
    const message = `The server answered ${response.status} without JSON. Check its address.`;
    throw new RequestError(message, { code: 'not_json', status: response.status, cause });
  }
}

/** The error that an answer carries; a list's answer carries one for each entry. */
export function refusalOf(status: number, body: Record<string, unknown>, headers?: Headers) {
  const { code, message, details } = (body.error ?? {}) as ServerError;
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN);
  const reasons = Object.values(details ?? {}).filter((reason) => !message?.includes(reason));
  return new RequestError([message ?? `The server answered ${status}.`, ...reasons].join(' '), {
    code: code ?? 'unknown',
    status,
    details,
    ...(seconds > 0 && { retryAfterSeconds: seconds }),
  });
}

/** @throws RequestError unless the answer is a success. */
export async function expectSuccess(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw refusalOf(response.status, await jsonOf(response), response.headers);
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

function unanswered(message: string, cause: unknown): RequestError {
  return new RequestError(message, { code: 'unreachable', status: 0, cause });
}
