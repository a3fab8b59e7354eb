import { Client, type FetchHandler } from '@atcute/client';
import { clockTime } from '../../text/format.ts';
import type { LiveDeps } from '../connection.ts';
import { RateLimited, SourceUnavailable, Unauthorised } from '../source.ts';
import { unreachableWords } from '../unreachable.ts';
import { LOGINS_AT_ONCE, type Timing } from './timing.ts';

/** What the listings are made with. */
export interface Service {
  live: LiveDeps;
  /** The public AppView. */
  url: string;
  timing: Timing;
}

/** What a listing or a test passes on to each of its requests. */
export interface Call {
  signal: AbortSignal;
  onWaiting?: (message: string) => void;
}

/** An answer other than 429 and 5xx. */
export type Answer =
  | { ok: true; headers: Headers; data: unknown }
  | { ok: false; status: number; headers: Headers; data: { error: string; message?: string } };

export type Limit = 'bluesky:public' | 'bluesky:search' | 'bluesky:login';

const MAX_TRIES = 3;
const MINUTE_MS = 60_000;
const MAX_BACKOFF_MS = 15 * MINUTE_MS;
/** A time further away than this is a slip of the service. */
const MAX_HOLD_MS = 24 * 60 * MINUTE_MS;

/** A client of one server. Redirects are not followed: they would carry tokens elsewhere. */
export function clientOf({ live }: Service, server: string): Client {
  const request = live.fetch ?? fetch;
  const handler: FetchHandler = async (path, init) => {
    try {
      return await request(server.replace(/\/+$/, '') + path, {
        ...init,
        redirect: 'manual',
        headers: withUserAgent(init.headers),
      });
    } catch (error) {
      init.signal?.throwIfAborted();
      throw new SourceUnavailable(unreachableWords('Bluesky', server, error), { cause: error });
    }
  };
  return new Client({ handler });
}

function withUserAgent(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given);
  headers.set('user-agent', 'xgpt');
  return headers;
}

/**
 * Makes one request when the rate limit allows it. Waits up to a minute after a refusal and tries again.
 * @throws RateLimited, SourceUnavailable, or the signal's reason.
 */
export async function ask(
  { live, timing }: Service,
  limit: Limit,
  call: Call,
  send: (signal: AbortSignal) => Promise<unknown>,
): Promise<Answer> {
  const isLogin = limit === 'bluesky:login';
  const gapMs = isLogin ? timing.loginGapMs : timing.gapMs;
  const atOnce = isLogin ? LOGINS_AT_ONCE : 1;
  const now = live.now ?? (() => new Date());
  for (let tries = 1; ; tries++) {
    await live.rateLimits.take(limit, gapMs, { ...call, service: 'Bluesky', atOnce });
    const answer = await sent(send, call.signal, timing.timeoutMs);
    if (!answer.ok && answer.status === 429) {
      const until = retryTime(answer.headers, now(), timing.backoffMs * 2 ** (tries - 1));
      await live.rateLimits.hold(limit, until);
      if (tries < MAX_TRIES && until.getTime() - now().getTime() <= MINUTE_MS) continue;
      throw new RateLimited(
        `Rate limited by Bluesky, goes on at ${clockTime(until, now())}.`,
        until,
      );
    }
    if (answer.headers.get('ratelimit-remaining') === '0') {
      await live.rateLimits.hold(limit, retryTime(answer.headers, now(), 0));
    }
    if (!answer.ok) throwIfUnavailable(answer);
    return answer;
  }
}

async function sent(
  send: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return (await send(AbortSignal.any([signal, timeout]))) as Answer;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceUnavailable) throw error;
    throw new SourceUnavailable(whatFailed(error, timeout.aborted, timeoutMs), { cause: error });
  }
}

function whatFailed(error: unknown, timedOut: boolean, timeoutMs: number): string {
  if (timedOut) return `Bluesky did not answer within ${Math.ceil(timeoutMs / 1000)} s.`;
  const message = error instanceof Error ? error.message : '';
  // The client's words for a body that is not JSON.
  if (message.includes('content-type')) {
    return 'Bluesky answered with something other than data, such as a maintenance page.';
  }
  if (error instanceof SyntaxError) return 'The answer of Bluesky was cut off or damaged.';
  return 'The connection to Bluesky failed.';
}

function throwIfUnavailable({ status }: Answer & { ok: false }): void {
  const isRedirect = status >= 300 && status < 400;
  if (status < 500 && !isRedirect && status !== 408) return;
  throw new SourceUnavailable(`Bluesky does not answer properly at the moment (HTTP ${status}).`);
}

/** When the service accepts requests again, by `retry-after` (s or a date) or `ratelimit-reset` (s since 1970). */
function retryTime(headers: Headers, now: Date, backoffMs: number): Date {
  const after = headers.get('retry-after') ?? '';
  const reset = headers.get('ratelimit-reset') ?? '';
  const named = [
    /^\d+$/.test(after) ? now.getTime() + Number(after) * 1_000 : Date.parse(after),
    /^\d+$/.test(reset) ? Number(reset) * 1_000 : Number.NaN,
  ].filter((time) => time > now.getTime() && time < now.getTime() + MAX_HOLD_MS);
  const latest = Math.max(...named);
  return new Date(named.length > 0 ? latest : now.getTime() + Math.min(backoffMs, MAX_BACKOFF_MS));
}

/** The error for a refusal that the caller does not know: 401, 403 and other 4xx. */
export function refusal({ status, data }: Answer & { ok: false }): Error {
  if (status === 401 || status === 403) {
    return new Unauthorised(
      'Bluesky refuses this request without a connected account. Connect one on the Sources page.',
    );
  }
  const reason = data.message ? `${data.error}: ${data.message.slice(0, 200)}` : data.error;
  return new SourceUnavailable(`Bluesky refused the request (HTTP ${status}, ${reason}).`);
}
