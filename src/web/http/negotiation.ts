import Negotiator from 'negotiator';

/** What an address may answer; the first one to those who do not mind, or accept none of them. */
const ANSWERS = ['text/html', 'application/json', 'text/plain'];

/** A program asked for JSON; everyone else gets HTML. */
export function wantsJson(request: Request): boolean {
  return preferred(request, ANSWERS) === 'application/json';
}

/** A person at a terminal asked for plain text; a program that takes JSON as well gets that. */
export function wantsText(request: Request): boolean {
  return preferred(request, ANSWERS) === 'text/plain';
}

/** Lines for a terminal, where a program gets events. */
export function wantsLines(request: Request): boolean {
  return preferred(request, ['text/event-stream', 'text/plain']) === 'text/plain';
}

/** A click or a form of a browser without JavaScript: what comes back replaces the whole page. */
export function isNavigation(request: Request): boolean {
  if (isHtmx(request) || preferred(request, ANSWERS) !== 'text/html') return false;
  return acceptOf(request).isNavigation;
}

/** Undefined when none of them is accepted. */
function preferred(request: Request, answers: string[]): string | undefined {
  const { known, negotiator } = acceptOf(request);
  const key = answers.join();
  if (!known.has(key)) known.set(key, negotiator.mediaTypes(answers)[0]);
  return known.get(key);
}

/** A type with parameters of its own is taken for the type: `application/json; charset=utf-8`. */
const PARAMETER = /;(?!\s*q=)[^;,]*/g;

/** What one `Accept` says, and what was preferred by it of some answers. */
interface Accept {
  negotiator: Negotiator;
  isNavigation: boolean;
  known: Map<string, string | undefined>;
}

/** There are few ways to ask, and every request is looked at several times. */
const asked = new Map<string, Accept>();
const MAX_ASKED = 100;

/** In any case, with weights and wildcards. */
function acceptOf({ headers }: Request): Accept {
  const header = headers.get('accept') ?? '*/*';
  const there = asked.get(header);
  if (there) return there;
  const accept = header.toLowerCase().replace(PARAMETER, '');
  const negotiator = new Negotiator({ headers: { accept } });
  const isNavigation = negotiator.mediaTypes().includes('text/html');
  const read = { negotiator, isNavigation, known: new Map() };
  if (asked.size >= MAX_ASKED) asked.clear();
  asked.set(header, read);
  return read;
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
