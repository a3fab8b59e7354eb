import { clockTime } from '../../../text/format.ts';
import type { LiveDeps } from '../../connection.ts';
import { RateLimited, type SourceError, SourceUnavailable } from '../../source.ts';
import { unreachableWords } from '../../unreachable.ts';
import { type Answer, answerSchema, type Problem, problemSchema } from './answers.ts';
import { isAboutMoney, refusal } from './problems.ts';

/** X's limits count within windows of 15 minutes. */
const WINDOW_MS = 15 * 60_000;
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * Between two requests. X tells with every answer how many are left in a window (300 look-ups of a user to
 * 3,500 of posts), and the last one holds the next.
 */
const GAP_MS = 300;

/** `usage` tells what X has counted, and costs nothing. Each has a limit of its own. */
export type Endpoint = 'user' | 'timeline' | 'search' | 'posts' | 'usage';

export interface Request {
  endpoint: Endpoint;
  /** `/2/tweets/search/recent`. */
  path: string;
  params: Record<string, string>;
  signal: AbortSignal;
  onWaiting?: (message: string) => void;
  /** Called when X has refused the request: it charges for none that fails. */
  onRefused?: () => Promise<void>;
}

export interface Api {
  /**
   * Waits until a request is due. Before budget is reserved for it: what is reserved stays counted.
   * @throws RateLimited when it is due later than in a minute.
   */
  turn(request: Pick<Request, 'endpoint' | 'signal' | 'onWaiting'>): Promise<void>;
  /** Makes a request that is due. */
  ask(request: Request): Promise<Answer>;
}

export interface ApiOptions {
  live: Pick<LiveDeps, 'rateLimits' | 'fetch' | 'now'>;
  apiUrl: string;
  bearerToken: string;
  gapMs?: number;
}

/**
 * Asks X's API through the official client.
 *
 * Of `@xdevplatform/xdk` 0.6.6 only `request` is used, with `raw`: its methods send `post.fields`, with
 * which X gives author, references and edits only as expansions, and charges for those. `request` takes
 * no `fetch`, ignores its `timeout` once there is a signal, and wraps an abort's reason.
 */
export async function createApi({
  live,
  apiUrl,
  bearerToken,
  gapMs = GAP_MS,
}: ApiOptions): Promise<Api> {
  const { ApiError, Client } = await import('@xdevplatform/xdk');
  const { rateLimits, fetch = globalThis.fetch, now = () => new Date() } = live;
  const client = Object.assign(new Client({ baseUrl: apiUrl, bearerToken }), {
    httpClient: { request: (url: string, options: RequestInit) => fetch(url, options) },
  });

  async function send({ path, params, signal }: Request): Promise<Response> {
    try {
      return await client.request<Response>('GET', `${path}?${new URLSearchParams(params)}`, {
        raw: true,
        security: [{ BearerToken: [] }],
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError && error.status > 0) {
        return new Response(bodyOf(error.data), { status: error.status, headers: error.headers });
      }
      throw unreachable(apiUrl, error instanceof ApiError ? error.data : error);
    }
  }

  async function ask(request: Request): Promise<Answer> {
    const { endpoint, signal, onRefused } = request;
    const limit = limitOf(endpoint);
    const response = await send(request);
    const text = await textOf(response, signal);
    const reset = resetOf(response);
    if (response.headers.get('x-rate-limit-remaining') === '0' && reset) {
      await rateLimits.hold(limit, reset);
    }
    const answer = response.ok ? parsed(text) : undefined;
    if (answer) return answer;
    // What looks like JSON and is none was cut: X may have charged for it.
    if (!(response.ok && text.startsWith('{'))) await onRefused?.();
    throw await failure(response, text, now(), async () => {
      const until = reset ?? new Date(now().getTime() + WINDOW_MS);
      await rateLimits.hold(limit, until);
      return until;
    });
  }

  return {
    ask,
    turn: ({ endpoint, signal, onWaiting }) =>
      rateLimits.take(limitOf(endpoint), gapMs, { signal, service: 'X', onWaiting }),
  };
}

function limitOf(endpoint: Endpoint): string {
  return `x:api:${endpoint}`;
}

async function failure(
  { ok, status }: Response,
  text: string,
  now: Date,
  hold: () => Promise<Date>,
): Promise<SourceError> {
  if (ok) {
    const what = text.startsWith('{') ? 'an incomplete answer' : 'something other than JSON';
    return new SourceUnavailable(`X sent ${what}.`);
  }
  const problem = problemIn(text);
  if (status !== 429 || (problem && isAboutMoney(problem))) return refusal(status, problem);
  const until = await hold();
  return new RateLimited(`Rate limited by X, goes on at ${clockTime(until, now)}.`, until);
}

function unreachable(url: string, cause: unknown): SourceUnavailable {
  const isSlow = cause instanceof DOMException && cause.name === 'TimeoutError';
  const words = isSlow ? 'X did not answer in time.' : unreachableWords('X', url, cause);
  return new SourceUnavailable(words, { cause });
}

async function textOf(response: Response, signal: AbortSignal): Promise<string> {
  try {
    return (await response.text()).trimStart();
  } catch (cause) {
    signal.throwIfAborted();
    throw new SourceUnavailable('The connection to X was cut in the middle of an answer.', {
      cause,
    });
  }
}

function resetOf({ headers }: Response): Date | undefined {
  const seconds = Number(headers.get('x-rate-limit-reset') ?? Number.NaN);
  return seconds > 0 ? new Date(seconds * 1_000) : undefined;
}

function parsed(text: string): Answer | undefined {
  return answerSchema.safeParse(json(text)).data;
}

/** The problem of a refusal: the body itself, with the message of the first of its errors. */
function problemIn(text: string): Problem | undefined {
  const body = Object(json(text)) as Record<string, unknown>;
  const [first] = Array.isArray(body.errors) ? body.errors : [];
  const { message } = Object(first) as { message?: unknown };
  const isProblem = [body.title, body.detail, body.type, message].some(
    (field) => typeof field === 'string',
  );
  return isProblem ? problemSchema.parse({ ...body, message }) : undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The client hands on a body as what it parsed to. */
function bodyOf(data: unknown): string {
  return typeof data === 'string' ? data : JSON.stringify(data ?? '');
}
