import { Elysia } from 'elysia';
import type { Logger } from '../../platform/logger.ts';
import { urlTo } from '../../text/urls.ts';
import { type Access, type Role, TooManyAttempts } from '../auth/index.ts';
import { addressOf } from './incoming.ts';
import { cookieOf, isHtmx, isNavigation, wantsJson } from './negotiation.ts';
import { Problem } from './problem.ts';
import type { RequestContext } from './request_context.ts';
import { seeOther } from './responses.ts';
import { isSafe } from './same_origin.ts';
import { loginUrl } from './same_site.ts';

export const SIGN_IN_COOKIE = 'xgpt_session';

/** Paths that need no token. They reveal no data. */
const OPEN = /^\/(?:login|healthz|assets\/[^/]*|favicon[a-z-]*\.(?:svg|ico))$/;

/**
 * What a reader may send although it is no GET: it changes nothing, or only the reader's own sign-in.
 * `/mcp` refuses by itself what would change something.
 */
const OPEN_TO_READERS = /^\/(?:login|logout|mcp|api\/jobs\/stream\/jobs)$/;

interface Granted {
  role: Role;
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

/** Whether the client may see everything and change nothing. */
export function isReader(request: Request): boolean {
  return (request as Authenticated)[GRANTED]?.role === 'reader';
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
  if (!access) return plugin.onRequest(({ request }) => grant(request, 'owner', closing));
  return plugin.onRequest(async (given) => {
    const { request, path } = given as unknown as Incoming;
    await checkCredentials({ request, server: server() }, access, closing, logger);
    if (isReader(request) && !isSafe(request) && !OPEN_TO_READERS.test(path)) throw readOnly();
    if (isAuthenticated(request) || OPEN.test(path)) return;
    if (isNavigation(request)) return seeOther(loginUrl(request));
    throw accessRequired(request);
  });
}

function grant(request: Request, role: Role, until: AbortSignal, signIn?: string): void {
  (request as Authenticated)[GRANTED] = { role, until, signIn };
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
    const role = await checkToken(access, logger, token, context);
    if (role) grant(request, role, closing);
    return;
  }
  const signIn = cookieOf(request, SIGN_IN_COOKIE);
  if (signIn === undefined) return;
  const role = await access.roleOfSignIn(signIn);
  if (!role) return;
  const until = AbortSignal.any([closing, access.signIns[role].signalOf(signIn)]);
  grant(request, role, until, signIn);
}

/**
 * Which token this is; undefined for a wrong one, which is logged without its value.
 * @throws Problem 429 after too many wrong tokens from this address.
 */
export async function checkToken(
  access: Access,
  logger: Logger,
  token: string,
  context: RequestContext,
): Promise<Role | undefined> {
  const address = addressOf(context) ?? 'unknown';
  try {
    const role = await access.roleOf(token, address);
    if (!role) logger.warn('A wrong token was refused.', { address });
    return role;
  } catch (error) {
    if (!(error instanceof TooManyAttempts)) throw error;
    throw tooManyAttempts(error);
  }
}

function bearerOf(request: Request): string | undefined {
  return /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** The 401 response; htmx is redirected to the sign-in page. */
export function accessRequired(request: Request): Problem {
  const toForm = isHtmx(request) && !wantsJson(request);
  return new Problem(401, 'unauthorised', 'Authentication required.', {
    message: `Send the header "Authorization: Bearer" with the value of XGPT_TOKEN, or sign in at ${urlTo('/login')} with a browser.`,
    headers: { 'www-authenticate': 'Bearer', ...(toForm && { 'hx-redirect': loginUrl(request) }) },
  });
}

function readOnly(): Problem {
  return new Problem(403, 'read_only', 'Read only.', {
    message:
      'Nothing was changed. The reader’s token sees everything and changes nothing: use XGPT_TOKEN to make changes.',
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
