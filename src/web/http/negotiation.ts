import Negotiator from 'negotiator';
import { withoutBasePath } from '../../text/urls.ts';

/** The types of a response. The first is the default, also for clients that accept none of them. */
const ANSWERS = ['text/html', 'application/json', 'text/plain'];

/** Whether the client prefers JSON; the default is HTML. */
export function wantsJson(request: Request): boolean {
  return preferred(request, ANSWERS) === 'application/json';
}

/** Whether the client prefers plain text; clients that accept JSON equally get JSON. */
export function wantsText(request: Request): boolean {
  return preferred(request, ANSWERS) === 'text/plain';
}

/** Whether the client prefers lines of text to events. */
export function wantsLines(request: Request): boolean {
  return preferred(request, ['text/event-stream', 'text/plain']) === 'text/plain';
}

const EXPORTS = ['text/csv', 'application/x-ndjson'];

/** The export that the client prefers to a page of results; undefined for a page. */
export function wantsExport(request: Request): 'csv' | 'jsonl' | undefined {
  const type = preferred(request, [...ANSWERS, ...EXPORTS]);
  if (type === 'text/csv') return 'csv';
  return type === 'application/x-ndjson' ? 'jsonl' : undefined;
}

/** Whether a browser navigates: the response replaces the whole page. */
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

/** Parameters of a type are ignored: `application/json; charset=utf-8`. */
const PARAMETER = /;(?!\s*q=)[^;,]*/g;

/** A parsed `Accept` header, and its preferences so far. */
interface Accept {
  negotiator: Negotiator;
  isNavigation: boolean;
  known: Map<string, string | undefined>;
}

/** Few different headers occur, and each request is checked several times. */
const parsed = new Map<string, Accept>();
const MAX_PARSED = 100;

/** Ignores case; supports weights and wildcards. */
function acceptOf({ headers }: Request): Accept {
  const header = headers.get('accept') ?? '*/*';
  const known = parsed.get(header);
  if (known) return known;
  const accept = header.toLowerCase().replace(PARAMETER, '');
  const negotiator = new Negotiator({ headers: { accept } });
  const isNavigation = negotiator.mediaTypes().includes('text/html');
  const read = { negotiator, isNavigation, known: new Map() };
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(header, read);
  return read;
}

export function isHtmx(request: Request): boolean {
  return request.headers.get('hx-request') === 'true';
}

export function cookieOf(request: Request, name: string): string | undefined {
  return new Bun.CookieMap(request.headers.get('cookie') ?? '').get(name) ?? undefined;
}

/** The URL, without its origin, of the page of this server that sent a form. */
export function refererOf(request: Request): string | undefined {
  const referer = request.headers.get('referer');
  if (!referer || !URL.canParse(referer)) return undefined;
  const { host, pathname, search } = new URL(referer);
  const isLocal = host === new URL(request.url).host && withoutBasePath(pathname) !== undefined;
  return isLocal ? pathname + search : undefined;
}
