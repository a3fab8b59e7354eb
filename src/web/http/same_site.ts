/** A base with a host that does not exist: links to other sites have another origin. */
const HERE = 'http://here.invalid';

/**
 * The address as a path of this server, or `/` if it is not one: the login page must not redirect to
 * another site.
 */
export function localPath(address: string | null | undefined): string {
  if (!address?.startsWith('/') || !URL.canParse(address, HERE)) return '/';
  const { origin, pathname, search } = new URL(address, HERE);
  // `/.//evil.example` resolves to `//evil.example`, which a browser would take for a host.
  return origin === HERE && !pathname.startsWith('//') ? pathname + search : '/';
}

/** The login page, with the requested page to return to. */
export function loginPath({ method, url }: Request): string {
  if (method !== 'GET' && method !== 'HEAD') return '/login';
  const { pathname, search } = new URL(url);
  return `/login?next=${encodeURIComponent(localPath(pathname + search))}`;
}
