import { Elysia } from 'elysia';
import { isLoopback } from '../../platform/addresses.ts';
import type { Config } from '../../platform/config.ts';
import { forwardedSchemeOf, hostOf } from './incoming.ts';
import { Problem } from './problem.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that another site's page could make a browser send: those with an unknown host
 * name (DNS rebinding), and changes from another origin.
 */
export function sameOrigin({
  host: ownHost,
  hosts,
  port,
  basePath,
}: Pick<Config, 'host' | 'hosts' | 'port' | 'basePath'>) {
  const ownNames = new Set([
    'localhost',
    '127.0.0.1',
    '[::1]',
    '::1',
    ownHost.toLowerCase(),
    ...hosts,
  ]);
  const ownUrl = `http://127.0.0.1:${port || 3000}${basePath}`;
  // DNS rebinding needs a host name, so IP addresses are safe.
  const takesAddresses = !isLoopback(ownHost);
  const isOwn = (name: string) => ownNames.has(name) || (takesAddresses && isAddress(name));
  return new Elysia({ name: 'same_origin' }).onRequest(({ request }) => {
    const host = hostOf(request);
    if (!isOwn(withoutPort(host))) {
      throw new Problem(403, 'foreign_host', 'Unrecognised host name.', {
        message: `Use an IP address such as ${ownUrl}, or add the name to XGPT_HOSTS.`,
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
  if (!url.includes('%')) return true;
  try {
    decodeURIComponent(new URL(url).pathname);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether another origin's page sent it. The browser's own judgement counts before a comparison with
 * `Host`, which proxies may have changed; browsers send it to `https` and to this machine only.
 */
function isForeign(request: Request, host: string): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site === 'same-origin') return false;
  if (site !== null && site !== 'none') return true;
  const origin = request.headers.get('origin');
  return origin !== null && !isOrigin(origin, host, forwardedSchemeOf(request));
}

/** Whether the host is the one of this origin; a scheme's default port may be written or not. */
function isOrigin(origin: string, host: string, scheme: string | undefined): boolean {
  const own = URL.parse(origin);
  if (!own || (scheme !== undefined && own.protocol !== `${scheme}:`)) return false;
  return own.host !== '' && own.host === URL.parse(`${own.protocol}//${host}`)?.host;
}

function isAddress(name: string): boolean {
  const { isIP } = process.getBuiltinModule('node:net');
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

function withoutPort(host: string): string {
  return host.toLowerCase().replace(/\.?(:\d*)?$/, '');
}
