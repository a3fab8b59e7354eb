import type { AnyElysia } from 'elysia';
import type { Config } from '../../platform/config.ts';
import type { Logger } from '../../platform/logger.ts';
import { basePath, withoutBasePath } from '../../text/urls.ts';
import { createForwardedReader, type Forwarded } from './forwarded.ts';
import { commonHeaders } from './headers.ts';
import type { RequestContext } from './request_context.ts';
import { plainText } from './responses.ts';

/** How a client reached this server, as far as it is known. */
interface Visit {
  /** Host and port that the client asked for, as it wrote them. */
  host: string;
  /** The scheme of the browser's connection, if a trusted proxy says it. */
  scheme: Forwarded['scheme'];
  /** The client's IP address, if a trusted proxy says it. */
  address: string | undefined;
}

/** On the request itself, as a WeakMap costs the garbage collector more with every request. */
const VISIT = Symbol('visit');

type Received = Request & { [VISIT]?: Visit };

/** The host of requests that name none. They may ask only for the server's health. */
const NO_HOST = 'localhost';

/** Scheme and host, path, and what follows. A malformed host is missing, and all of it for CONNECT. */
const PARTS = /^(?:https?:\/\/([^/?#]*))?(\/[^?#]*)(.*)$/s;

interface IncomingParts {
  config: Pick<Config, 'proxies' | 'token'>;
  logger: Logger;
}

/**
 * Reads every request before it is routed, because Elysia takes the path from `request.url` only once:
 * its path without the base path, its host, and what trusted proxies say about it. Also answers what
 * cannot be routed, and what fails while an error is answered.
 */
export function readIncoming(app: AnyElysia, { config, logger }: IncomingParts): void {
  const readForwarded = createForwardedReader(config.proxies);
  const headers = commonHeaders(config);
  const hasProxies = config.proxies.length > 0;

  app.wrap((handle) => async (request: Request) => {
    try {
      const peer = hasProxies ? app.server?.requestIP(request)?.address : undefined;
      const forwarded = peer === undefined ? undefined : readForwarded(request, peer);
      const reason = read(request, forwarded);
      if (reason === undefined) return await handle(request);
      return plainText(`Bad request. ${reason}\n`, 400, headers);
    } catch (error) {
      logger.error('A request failed, and its error could not be shown.', { error });
      return plainText('Internal error. The log has the details.\n', 500, headers);
    }
  });
}

/** Completes the request's URL, and remembers how it came. @returns why it cannot be routed. */
function read(request: Request, forwarded: Forwarded | undefined): string | undefined {
  const given = request.url;
  const [, named, pathname, rest = ''] = PARTS.exec(given) ?? [];
  if (pathname === undefined) return 'The path is malformed.';
  const path = (basePath() && withoutBasePath(pathname)) || pathname;
  const header = request.headers.get('host');
  const own = forwarded?.host ?? named ?? (!header && path === '/healthz' ? NO_HOST : undefined);
  // Elysia looks for the path after `http://`, whatever the scheme is.
  const url = `http://${own}${path}${rest}`;
  if (own === undefined || !URL.canParse(url)) {
    return `The Host header is ${header ? 'malformed' : 'missing'}.`;
  }
  // A new request would lose its connection: its address, its time-outs and its end.
  if (url !== given) Object.defineProperty(request, 'url', { value: url });
  const host = named === undefined ? own : (forwarded?.host ?? header ?? named);
  const { scheme, address } = forwarded ?? {};
  (request as Received)[VISIT] = { host: host.toLowerCase(), scheme, address };
  return undefined;
}

/** Host and port that the client asked for, in lower case. */
export function hostOf(request: Request): string {
  return (request as Received)[VISIT]?.host ?? new URL(request.url).host;
}

/** The scheme of the browser's connection, if a trusted proxy says it. */
export function forwardedSchemeOf(request: Request): 'http' | 'https' | undefined {
  return (request as Received)[VISIT]?.scheme;
}

/**
 * Whether the browser's connection is encrypted. Behind a proxy that is not trusted, its Origin header
 * has the page's scheme.
 */
export function isOverTls(request: Request): boolean {
  const origin = request.headers.get('origin');
  return forwardedSchemeOf(request) === 'https' || (origin?.startsWith('https:') ?? false);
}

/** The origin of this server as the client sees it: `https://xgpt.example`. */
export function originOf(request: Request): string {
  return `${forwardedSchemeOf(request) ?? 'http'}://${new URL(request.url).host}`;
}

/** The client's IP address: that of the connection, or the one that trusted proxies forward. */
export function addressOf({ request, server }: RequestContext): string | undefined {
  return (request as Received)[VISIT]?.address ?? server?.requestIP(request)?.address;
}
