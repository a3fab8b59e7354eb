import { Elysia } from 'elysia';
import { type Config, isLoopback } from '../../platform/config.ts';
import { Problem } from './problem.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Everything is loaded from this server and nothing is inline, so a script in a post cannot run. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every response: its security policy and the request headers it depends on. */
export const EVERY_ANSWER = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  vary: 'Accept, Accept-Encoding, HX-Request',
};

/**
 * Refuses requests that another site's page could make a browser send: those with an unknown host
 * name (DNS rebinding), and changes from another origin.
 */
export function sameOrigin({ host: ownHost, hosts }: Pick<Config, 'host' | 'hosts'>) {
  const ownNames = new Set([
    'localhost',
    '127.0.0.1',
    '[::1]',
    '::1',
    ownHost.toLowerCase(),
    ...hosts,
  ]);
  // DNS rebinding needs a host name, so IP addresses are safe.
  const takesAddresses = !isLoopback(ownHost);
  const isOwn = (name: string) => ownNames.has(name) || (takesAddresses && isAddress(name));
  return new Elysia({ name: 'same_origin' }).headers(EVERY_ANSWER).onRequest(({ request }) => {
    const host = request.headers.get('host') ?? new URL(request.url).host;
    if (!isOwn(withoutPort(host))) {
      throw new Problem(403, 'foreign_host', 'Unrecognised host name.', {
        message: 'Use an IP address such as http://127.0.0.1:3000, or add the name to XGPT_HOSTS.',
      });
    }
    if (!isDecodable(request.url)) {
      throw new Problem(400, 'malformed_address', 'Malformed address.', {
        message: 'Percent-encoding must be valid UTF-8.',
      });
    }
    if (!isSafe(request) && isForeign(request, host)) {
      throw new Problem(403, 'foreign_origin', 'Cross-origin request refused.', {
        message:
          'Nothing was changed. Use this server’s own pages, or a client that is not a browser.',
      });
    }
  });
}

/** Whether the request changes nothing. */
export function isSafe({ method }: Request): boolean {
  return SAFE_METHODS.has(method);
}

/** Elysia hands a handler `null` for a part of the path that it cannot decode. */
function isDecodable(url: string): boolean {
  // CONNECT names a host without a path.
  if (!url.includes('%') && /^https?:\/\//.test(url)) return true;
  try {
    decodeURIComponent(new URL(url).pathname);
    return true;
  } catch {
    return false;
  }
}

function isForeign(request: Request, host: string): boolean {
  const origin = request.headers.get('origin');
  if (origin !== null) return hostOf(origin) !== host.toLowerCase();
  const site = request.headers.get('sec-fetch-site');
  return site !== null && site !== 'same-origin' && site !== 'none';
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function isAddress(name: string): boolean {
  const { isIP } = process.getBuiltinModule('node:net');
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

function withoutPort(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '');
}
