import { Elysia } from 'elysia';
import type { Logger } from '../../platform/logger.ts';
import { urlTo } from '../../text/urls.ts';
import { type Access, TooManyAttempts } from '../auth/index.ts';
import { cookieOf, isHtmx, isNavigation, wantsJson } from './negotiation.ts';
import { Problem } from './problem.ts';
import type { RequestContext } from './request_context.ts';
import { seeOther } from './responses.ts';
import { loginUrl } from './same_site.ts';

export const SIGN_IN_COOKIE = 'xgpt_session';

/** Paths that need no token. They reveal no data. */
const OPEN = /^\/(?:login|healthz|assets\/[^/]*|favicon[a-z-]*\.(?:svg|ico))$/;

interface Granted {
  until: AbortSignal;
  signIn: string | undefined;
}

/** On the request itself: a WeakMap costs the garbage collector more with every request. */
const GRANTED = Symbol('granted');

type Authenticated = Request & { [GRANTED]?: Granted };

/** Whether the client is authenticated. */
export function isAuthenticated(request: Request): boolean {
  return (request as Authenticated)[GRANTED] !== undefined;
}

/** Aborts when the client's access ends; already aborted without access. */
export function accessSignalOf(request: Request): AbortSignal {
  return (request as Authenticated)[GRANTED]?.until ?? AbortSignal.abort();
}

/** The id of a browser's sign-in; undefined for other clients. */
export function signInIdOf(request: Request): string | undefined {
  return (request as Authenticated)[GRANTED]?.signIn;
}

interface AuthenticateParts {
  /** Undefined when no token is required. */
  access: Access | undefined;
  /** Aborts when the server stops. */
  closing: AbortSignal;
  logger: Logger;
  /** The server, which Elysia 1.4.30 does not pass to `onRequest`. */
  server: () => RequestContext['server'];
}

/** What Elysia 1.4 passes to `onRequest`; its types omit the path. */
interface Incoming {
  request: Request;
  /** The path that routes are matched against. */
  path: string;
}

/** Requires the token or a sign-in for every path that is not open. */
export function authenticate({ access, closing, logger, server }: AuthenticateParts) {
  const plugin = new Elysia({ name: 'authenticate' });
  if (!access) return plugin.onRequest(({ request }) => grant(request, closing));
  return plugin.onRequest(async (given) => {
    const { request, path } = given as unknown as Incoming;
    await checkCredentials({ request, server: server() }, access, closing, logger);
    if (isAuthenticated(request) || OPEN.test(path)) return;
    if (isNavigation(request)) return seeOther(loginUrl(request));
    throw accessRequired(request);
  });
}

function grant(request: Request, until: AbortSignal, signIn?: string): void {
  (request as Authenticated)[GRANTED] = { until, signIn };
}

async function checkCredentials(
  context: RequestContext,
  access: Access,
  closing: AbortSignal,
  logger: Logger,
): Promise<void> {
  const { request } = context;
  const token = bearerOf(request);
  if (token !== undefined) {
    if (await checkToken(access, logger, token, addressOf(context))) grant(request, closing);
    return;
  }
  const signIn = cookieOf(request, SIGN_IN_COOKIE);
  if (signIn === undefined || !access.signIns.isOpen(signIn)) return;
  const until = AbortSignal.any([closing, access.signIns.signalOf(signIn)]);
  grant(request, until, signIn);
}

/**
 * Whether this is the token. A wrong one is logged without its value.
 * @throws Problem 429 after too many wrong tokens from this address.
 */
export async function checkToken(
  access: Access,
  logger: Logger,
  token: string,
  address: string,
): Promise<boolean> {
  try {
    const right = await access.isToken(token, address);
    if (!right) logger.warn('A wrong token was refused.', { address });
    return right;
  } catch (error) {
    if (!(error instanceof TooManyAttempts)) throw error;
    throw tooManyAttempts(error);
  }
}

/** The client's IP address: that of the connection, not of any header. */
export function addressOf({ request, server }: RequestContext): string {
  return server?.requestIP(request)?.address ?? 'unknown';
}

function bearerOf(request: Request): string | undefined {
  return /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** The 401 response; htmx is redirected to the sign-in page. */
export function accessRequired(request: Request): Problem {
  const toForm = isHtmx(request) && !wantsJson(request);
  return new Problem(401, 'unauthorised', 'Authentication required.', {
    message: `Send the header "Authorization: Bearer" with the value of XGPT_TOKEN, or sign in at ${urlTo('/login')} with a browser.`,
    headers: { 'www-authenticate': 'Bearer', ...(toForm && { 'hx-redirect': urlTo('/login') }) },
  });
}

function tooManyAttempts(cause: TooManyAttempts): Problem {
  const { retryAfterSeconds } = cause;
  return new Problem(429, 'too_many_guesses', cause.message, {
    message: `Wait ${retryAfterSeconds} s and try again.`,
    retryAfterSeconds,
    cause,
  });
}
