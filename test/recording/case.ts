import { NAVIGATION } from '../support/app.ts';

/** The kinds of clients, with the headers that they send. */
export const FORMATS = {
  json: { accept: 'application/json' },
  html: { accept: '*/*' },
  htmx: { accept: '*/*', 'hx-request': 'true' },
  text: { accept: 'text/plain' },
  browser: { ...NAVIGATION, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
} as const;

export type Format = keyof typeof FORMATS;

export const ALL_FORMATS = Object.keys(FORMATS) as Format[];

/** One request, sent once in each format. `{name}` is replaced by the id with that name. */
export interface Case {
  /** Unique in its area. */
  name: string;
  /** Method and path pattern: `GET /api/jobs/:id`. */
  route: string;
  /** Values of the path's parameters, in order. */
  params?: string[];
  /** With the question mark. */
  query?: string;
  /** Replaces the route's path, for addresses without a route. */
  path?: string;
  /** All five by default. */
  formats?: readonly Format[];
  /** Replaces the route's method. */
  method?: string;
  /** The body: JSON in the format `json`, a form in the others. */
  fields?: unknown;
  /** The same body in every format. */
  body?: () => BodyInit;
  headers?: Record<string, string>;
  /** How much of the answer is recorded. Default: everything; for pages the title and `<main>`. */
  records?: 'whole page' | 'first event' | 'size' | 'head';
}

export function bothOf(route: string): { method: string; path: string } {
  const [method = '', path = ''] = route.split(' ');
  return { method, path };
}

/** The request of a case in a format. */
export function requestOf(
  { route, params = [], query = '', headers = {}, ...given }: Case,
  format: Format,
  fill: (text: string) => string,
): { path: string; init: RequestInit & { headers: Record<string, string> } } {
  const { method: routeMethod, path } = bothOf(route);
  const method = given.method ?? routeMethod;
  const rest = params.values();
  const filled = path.replaceAll(/:\w+/g, () => encodeURIComponent(fill(rest.next().value ?? '')));
  const isFormPost = format === 'browser' && method !== 'GET' && method !== 'HEAD';
  const init = {
    method,
    headers: {
      ...FORMATS[format],
      ...(isFormPost && {
        origin: 'http://localhost:3000',
        'sec-fetch-site': headers.origin ? 'cross-site' : 'same-origin',
      }),
      ...bodyType(given.fields, format),
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
    },
    ...(given.fields !== undefined && { body: fill(bodyOf(given.fields, format)) }),
    ...(given.body && { body: given.body() }),
  };
  return { path: fill(given.path ?? filled) + fill(query), init };
}

function bodyType(fields: unknown, format: Format): Record<string, string> {
  if (fields === undefined) return {};
  const isJson = format === 'json' || Array.isArray(fields);
  return { 'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' };
}

/** A list cannot be sent as a form; it is JSON in every format. */
function bodyOf(fields: unknown, format: Format): string {
  if (format === 'json' || Array.isArray(fields)) return JSON.stringify(fields);
  const pairs = Object.entries(fields as object).flatMap(([name, value]) =>
    Array.isArray(value) ? value.map((each) => [name, `${each}`]) : [[name, `${value}`]],
  );
  // The braces stay, so that names of ids are replaced.
  return pairs
    .map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(value ?? '')
          .replaceAll('%7B', '{')
          .replaceAll('%7D', '}')}`,
    )
    .join('&');
}
