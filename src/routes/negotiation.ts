/** A program asked for JSON; everyone else gets HTML. */
export function wantsJson(request: Request): boolean {
  const accept = request.headers.get('accept') ?? '';
  return accept.includes('application/json') && !accept.includes('text/html');
}

/** A person at a terminal asked for plain text; a program that takes JSON as well gets that. */
export function wantsText(request: Request): boolean {
  const accept = request.headers.get('accept') ?? '';
  return accept.includes('text/plain') && !/text\/html|application\/json/.test(accept);
}

/** A click or a form of a browser without JavaScript: what comes back replaces the whole page. */
export function isNavigation(request: Request): boolean {
  const accept = request.headers.get('accept') ?? '';
  return accept.includes('text/html') && !isHtmx(request);
}

export function isHtmx(request: Request): boolean {
  return request.headers.get('hx-request') === 'true';
}

export function cookieOf(request: Request, name: string): string | undefined {
  return new Bun.CookieMap(request.headers.get('cookie') ?? '').get(name) ?? undefined;
}

/** The page of ours that a form was on. */
export function refererOf(request: Request): string | undefined {
  const referer = request.headers.get('referer');
  if (!referer || !URL.canParse(referer)) return undefined;
  const { host, pathname, search } = new URL(referer);
  return host === new URL(request.url).host ? pathname + search : undefined;
}
