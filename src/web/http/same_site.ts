import { urlTo, withoutBasePath } from '../../text/urls.ts';
import { isHtmx } from './negotiation.ts';

/** A base with a host that does not exist: links to other sites have another origin. */
const HERE = 'http://here.invalid';

/**
 * The URL if it is one of this server, as browsers see it, or else that of the dashboard: the login
 * page must not redirect to another site.
 */
export function localUrl(address: string | null | undefined): string {
  if (!address?.startsWith('/') || !URL.canParse(address, HERE)) return urlTo('/');
  const { origin, pathname, search } = new URL(address, HERE);
  const path = withoutBasePath(pathname);
  // `/.//evil.example` resolves to `//evil.example`, which a browser would take for a host.
  const isLocal = origin === HERE && path !== undefined && !path.startsWith('//');
  return isLocal ? pathname + search : urlTo('/');
}

/** The login page, with the page to return to: the requested one, or that of htmx's request. */
export function loginUrl(request: Request): string {
  const login = urlTo('/login');
  const page = isHtmx(request) ? pathOf(request.headers.get('hx-current-url')) : requested(request);
  return page === undefined ? login : `${login}?next=${encodeURIComponent(localUrl(page))}`;
}

function requested({ method, url }: Request): string | undefined {
  const isPage = method === 'GET' || method === 'HEAD';
  return isPage ? urlTo(pathOf(url) as `/${string}`) : undefined;
}

function pathOf(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
