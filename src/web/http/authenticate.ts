import { Elysia } from 'elysia';
import type { Logger } from '../../platform/logger.ts';
import { type Access, TooManyGuesses } from '../auth/index.ts';
import type { RequestContext } from '../routes/start.ts';
import { admit, isAdmitted } from './admission.ts';
import { cookieOf, isHtmx, isNavigation, wantsJson } from './negotiation.ts';
import { Problem } from './problem.ts';
import { seeOther } from './responses.ts';
import { loginPath } from './same_site.ts';

export const SESSION_COOKIE = 'xgpt_session';

/** What has to be reached without access, in order to get it; nothing there tells what is here. */
const OPEN = /^\/(?:login|healthz|assets\/[^/]*|favicon[a-z-]*\.(?:svg|ico))$/;

interface GateParts {
  /** Undefined: everybody may come in. */
  access: Access | undefined;
  /** Aborts when the server stops. */
  closing: AbortSignal;
  logger: Logger;
  /** What takes the requests: Elysia 1.4.30 does not hand it to `onRequest`. */
  server: () => RequestContext['server'];
}

/** What Elysia 1.4 hands to `onRequest`, of which its types leave out the path. */
interface Asked {
  request: Request;
  /** The part of the address by which the route is chosen. */
  path: string;
}

/** Lets in those who may, and sends the others to where they can show that they may. */
export function gate({ access, closing, logger, server }: GateParts) {
  const plugin = new Elysia({ name: 'gate' });
  if (!access) return plugin.onRequest(({ request }) => admit(request, closing));
  return plugin.onRequest(async (given) => {
    const asked = given as unknown as Asked;
    const context = { request: asked.request, server: server() };
    await admitIfEntitled(context, access, closing, logger);
    if (isAdmitted(asked.request) || OPEN.test(asked.path)) return;
    if (isNavigation(asked.request)) return seeOther(loginPath(asked.request));
    throw accessRequired(asked.request);
  });
}

async function admitIfEntitled(
  context: RequestContext,
  access: Access,
  closing: AbortSignal,
  logger: Logger,
): Promise<void> {
  const { request } = context;
  const token = bearerOf(request);
  if (token !== undefined) {
    if (await checkToken(access, logger, token, addressOf(context))) admit(request, closing);
    return;
  }
  const session = cookieOf(request, SESSION_COOKIE);
  if (session === undefined || !access.sessions.isOpen(session)) return;
  const until = AbortSignal.any([closing, access.sessions.signalOf(session)]);
  admit(request, until, session);
}

/**
 * Whether this is the token; a wrong one is noted in the log, without what it was.
 * @throws Problem 429 when too many wrong ones came from there.
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
    if (!(error instanceof TooManyGuesses)) throw error;
    throw tooManyGuesses(error);
  }
}

/** Where a request came from: the connection's other end, whatever its headers say. */
export function addressOf({ request, server }: RequestContext): string {
  return server?.requestIP(request)?.address ?? 'unknown';
}

function bearerOf(request: Request): string | undefined {
  return /^bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1];
}

/** @returns the refusal as the asker can use it: htmx is sent to the form, programs are told how. */
export function accessRequired(request: Request): Problem {
  const toForm = isHtmx(request) && !wantsJson(request);
  return new Problem(401, 'unauthorised', 'This server wants to know who asks.', {
    message:
      'Nothing was done. Send the header "Authorization: Bearer" with the value of XGPT_TOKEN, or sign in at /login with a browser.',
    headers: { 'www-authenticate': 'Bearer', ...(toForm && { 'hx-redirect': '/login' }) },
  });
}

function tooManyGuesses(cause: TooManyGuesses): Problem {
  const { retryAfterSeconds } = cause;
  return new Problem(429, 'too_many_guesses', cause.message, {
    message: `Wait ${retryAfterSeconds} s, then send the right one.`,
    retryAfterSeconds,
    cause,
  });
}
