import { z } from 'zod';
import { clockTime } from '../../../text/format.ts';
import { NotFound, RateLimited, SourceUnavailable, Unauthorised } from '../../source.ts';
import { list, optional, text } from '../schema.ts';
import type { RawAnswer } from './library.ts';

const WINDOW_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

const errorsSchema = z.object({
  errors: list(z.object({ code: optional(z.number()), message: text })),
});

type XError = z.infer<typeof errorsSchema>['errors'][number];

const REPLACE =
  'Sign in to x.com in a browser again, and replace the cookies on the Sources page or with "xgpt sources set x".';

/** X's codes for credentials that it does not accept. */
const REFUSED: Record<number, string> = {
  32: `X does not accept the cookies. ${REPLACE}`,
  89: `X does not accept the cookies. ${REPLACE}`,
  215: `X does not accept the cookies. ${REPLACE}`,
  239: `X does not accept the cookies. ${REPLACE}`,
  353: `X does not accept ct0 together with auth_token. ${REPLACE}`,
  64: 'X has suspended the connected account. Connect another one on the Sources page.',
  141: 'X has suspended the connected account. Connect another one on the Sources page.',
  326: 'X has locked the connected account. Open x.com in a browser, follow what it asks for, and retry.',
  37: 'X does not let the connected account see this.',
  179: 'X does not let the connected account see this.',
};

/** X's code for a request without a valid ct0. */
export const CSRF_REFUSED = 353;

/**
 * Reads the JSON of an answer.
 * @throws SourceError for anything but data; RateLimited with the time that X names, or 15 minutes from now.
 */
export function readAnswer(answer: RawAnswer, now: Date): unknown {
  const json = parsed(answer.body);
  const errors = errorsOf(json);
  if (answer.status === 429 || errors.some(({ code }) => code === 88)) {
    const at = resetOf(answer, now);
    throw new RateLimited(`Rate limited by X, goes on at ${clockTime(at, now)}.`, at);
  }
  const refused = errors.find(({ code }) => code !== undefined && REFUSED[code]);
  if (answer.status === 200) {
    if (json === undefined) throw notData(answer);
    if (hasData(json)) return json;
    if (refused?.code !== undefined) throw new Unauthorised(REFUSED[refused.code]);
    throwErrors(errors);
    return json;
  }
  if (refused?.code !== undefined) throw new Unauthorised(REFUSED[refused.code]);
  throw failureOf(answer, errors, json !== undefined);
}

/** When X accepts requests again, if it has said that this was the last one for now. */
export function exhaustedUntil(answer: RawAnswer, now: Date): Date | undefined {
  const isLast = answer.headers.get('x-rate-limit-remaining') === '0';
  return isLast && answer.headers.has('x-rate-limit-reset') ? resetOf(answer, now) : undefined;
}

/** Whether X has refused the request for its ct0, which it may just have replaced. */
export function isCsrfRefused({ status, body }: RawAnswer): boolean {
  return status === 403 && errorsOf(parsed(body)).some(({ code }) => code === CSRF_REFUSED);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function errorsOf(json: unknown): XError[] {
  return errorsSchema.safeParse(json).data?.errors ?? [];
}

/** Errors beside data concern parts of it, such as a quoted post that was deleted. */
function hasData(json: unknown): boolean {
  const { data, errors, ...rest } = Object(json) as Record<string, unknown>;
  const values = Object.values(Object(data) as Record<string, unknown>);
  if (errors === undefined) return data !== undefined || Object.keys(rest).length > 0;
  return values.some((value) => Object.keys(Object(value)).length > 0);
}

function throwErrors(errors: XError[]): void {
  if (errors.length === 0) return;
  const codes = errors.map(({ code }) => code);
  if (codes.includes(50) || codes.includes(17)) throw new NotFound('X has no such user.');
  if (codes.includes(63)) throw new NotFound('X has suspended this account.');
  throw new SourceUnavailable(`X answered with an error instead of data: ${wordsOf(errors)}.`);
}

function failureOf({ status, headers, body }: RawAnswer, errors: XError[], isJson: boolean): Error {
  const said = errors.length > 0 ? `: ${wordsOf(errors)}` : '';
  if (status === 401) return new Unauthorised(REFUSED[32]);
  if (status === 403 && isJson) {
    return new Unauthorised(`X refused the request (403${said}). ${REPLACE}`);
  }
  if (status === 404) {
    return new SourceUnavailable(
      `X does not know this request (404${said}). Its website may have changed: see "query ids" in docs/sources.md.`,
    );
  }
  if (status >= 300 && status < 400) {
    const target = URL.parse(headers.get('location') ?? '', 'https://x.com')?.host ?? 'elsewhere';
    return new SourceUnavailable(`X redirected the request to ${target} (${status}).`);
  }
  if (!isJson && body.trimStart().startsWith('<')) return notData({ status, headers, body });
  return new SourceUnavailable(`X answered with status ${status}${said}.`);
}

function notData({ status, body }: RawAnswer): SourceUnavailable {
  const what = body.trimStart().startsWith('<') ? 'a web page' : 'something else';
  return new SourceUnavailable(`X answered with ${what} instead of data (${status}).`);
}

function wordsOf(errors: XError[]): string {
  const words = errors.map(({ message = 'no message', code }) =>
    code === undefined ? message : `${message} (${code})`,
  );
  return words.join('; ').replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
}

/** Between 10 s and a day from now; 15 minutes, the length of X's windows, when X does not say. */
function resetOf({ headers }: RawAnswer, now: Date): Date {
  const reset = Number(headers.get('x-rate-limit-reset') ?? Number.NaN) * 1000;
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  const stated = reset || (seconds ? now.getTime() + seconds * 1000 : 0);
  const from = stated || now.getTime() + WINDOW_MS;
  const waitMs = Math.min(DAY_MS, Math.max(10_000, from - now.getTime()));
  return new Date(now.getTime() + waitMs);
}
