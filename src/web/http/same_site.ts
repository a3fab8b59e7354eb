/** Nobody's name: what leads elsewhere has another. */
const HERE = 'http://here.invalid';

/**
 * The address as a path of this server, or `/` when it is none: a link to the login page must not
 * lead to somebody else's afterwards.
 */
export function pathOfOurs(address: string | null | undefined): string {
  if (!address?.startsWith('/') || !URL.canParse(address, HERE)) return '/';
  const { origin, pathname, search } = new URL(address, HERE);
  // `/.//evil.example` is a path here, and a host for whoever reads what is left of it.
  return origin === HERE && !pathname.startsWith('//') ? pathname + search : '/';
}

/** Where to sign in, and what a browser wanted before it had to. */
export function loginPath({ method, url }: Request): string {
  if (method !== 'GET' && method !== 'HEAD') return '/login';
  const { pathname, search } = new URL(url);
  return `/login?next=${encodeURIComponent(pathOfOurs(pathname + search))}`;
}
