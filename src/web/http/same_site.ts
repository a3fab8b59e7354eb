import { urlTo, withoutBasePath } from '../../text/urls.ts';

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

/** The login page, with the requested page to return to. */
export function loginUrl({ method, url }: Request): string {
  const login = urlTo('/login');
  if (method !== 'GET' && method !== 'HEAD') return login;
  const { pathname, search } = new URL(url);
  const next = localUrl(urlTo(`${pathname}${search}` as `/${string}`));
  return `${login}?next=${encodeURIComponent(next)}`;
}
