import type { Actor } from '../../jobs/index.ts';
import { signInIdOf } from './authenticate.ts';
import { addressOf } from './incoming.ts';
import { isHtmx } from './negotiation.ts';
import type { RequestContext } from './request_context.ts';

/** Enough to tell sign-ins apart. */
const NAME_LENGTH = 8;

/** Who sends the request, for the audit trail. Neither the token nor a sign-in’s id is in it. */
export function actorOf(context: Pick<RequestContext, 'request' | 'server'>): Actor {
  const { request } = context;
  const signIn = signInIdOf(request);
  const user = signIn === undefined ? tokenOf(request) : signInName(signIn);
  const address = addressOf(context);
  return {
    via: signIn !== undefined || isFromBrowser(request) ? 'browser' : 'api',
    ...(user !== undefined && { user }),
    ...(address !== undefined && { address }),
  };
}

/** Who signs in with that id, which the request does not have yet. */
export function signingIn(context: Pick<RequestContext, 'request' | 'server'>, id: string): Actor {
  return { ...actorOf(context), via: 'browser', user: signInName(id) };
}

/** The name of a sign-in in the audit trail. */
export function signInName(id: string): string {
  return `sign-in ${nameOf(id)}`;
}

function tokenOf(request: Request): string | undefined {
  return request.headers.has('authorization') ? 'token' : undefined;
}

/** A hash: who reads the trail cannot use the sign-in. */
function nameOf(signIn: string): string {
  return new Bun.CryptoHasher('sha256').update(signIn).digest('hex').slice(0, NAME_LENGTH);
}

/** Browsers say where a request comes from; programs do not. */
function isFromBrowser(request: Request): boolean {
  return isHtmx(request) || request.headers.has('sec-fetch-site');
}
