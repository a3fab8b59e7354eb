import type { Area, AreaCase } from '../area.ts';
import { bothOf } from '../case.ts';
import { emptyApp, type RecordedApp } from '../world.ts';

const TOKEN = 'a-token-of-the-test';

const READ_TOKEN = 'a-reader-of-the-test';

const withToken = (): Promise<RecordedApp> => emptyApp({ XGPT_TOKEN: TOKEN });

/** Opens a session. */
const signedIn: AreaCase['given'] = async (web) => {
  const answer = await web.post('/login', { token: TOKEN });
  const cookie = answer.headers.get('set-cookie') ?? '';
  return { session: /xgpt_session=([^;]+)/.exec(cookie)?.[1] ?? '' };
};

const COOKIE = { cookie: 'xgpt_session={session}' };

const doors: AreaCase[] = [
  { name: 'login page', route: 'GET /login' },
  { name: 'login page with next', route: 'GET /login', query: '?next=%2Fjobs%3Fq%3Da' },
  {
    name: 'login page while signed in',
    route: 'GET /login',
    query: '?next=/jobs',
    headers: COOKIE,
  },
  {
    name: 'login page while signed in, next on another server',
    route: 'GET /login',
    query: '?next=//evil.example',
    headers: COOKIE,
  },
  { name: 'sign in', route: 'POST /login', fields: { token: TOKEN, next: '/jobs' } },
  {
    name: 'sign in, next on another server',
    route: 'POST /login',
    fields: { token: TOKEN, next: 'https://evil.example/' },
  },
  {
    name: 'sign in behind a TLS proxy',
    route: 'POST /login',
    fields: { token: TOKEN },
    headers: { origin: 'https://localhost:3000', 'sec-fetch-site': 'same-origin' },
    formats: ['browser'],
  },
  { name: 'sign out', route: 'POST /logout', headers: COOKIE },
  { name: 'sign out without a session', route: 'POST /logout' },
  { name: 'healthz with a token', route: 'GET /healthz', headers: bearer(TOKEN) },
  { name: 'healthz without a token', route: 'GET /healthz' },
  {
    name: 'an asset without a token',
    route: 'GET /assets/:name',
    params: ['app.css'],
    records: 'size',
  },
  { name: 'jobs with a token', route: 'GET /api/jobs', headers: bearer(TOKEN) },
  { name: 'jobs with a session', route: 'GET /api/jobs', headers: COOKIE },
  {
    name: 'jobs with an invalid session',
    route: 'GET /api/jobs',
    headers: { cookie: 'xgpt_session=x' },
  },
  { name: 'a page with a session', route: 'GET /jobs', headers: COOKIE },
  { name: 'unknown page without a session', route: 'GET /', path: '/nothing' },
  {
    name: 'unknown page with a session',
    route: 'GET /',
    path: '/nothing',
    headers: COOKIE,
  },
  {
    name: 'start with a token',
    route: 'POST /api/embed',
    headers: bearer(TOKEN),
    fields: {},
    formats: ['text'],
  },
  {
    name: 'OpenAPI document with a token',
    route: 'GET /openapi.json',
    headers: bearer(TOKEN),
    records: 'size',
  },
  {
    name: 'API page with a token',
    route: 'GET /docs/api',
    headers: bearer(TOKEN),
    records: 'size',
  },
].map((each) => ({ ...each, given: signedIn }) as AreaCase);

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

/** Signing in and out, and requests with and without credentials. */
export const access: Area = { name: 'access', setup: withToken, cases: doors };

/** Wrong tokens. There are at most four: answers to more of them are delayed. */
export const wrongTokens: Area = {
  name: 'wrong_tokens',
  setup: withToken,
  cases: [
    {
      name: 'sign in with a wrong token',
      route: 'POST /login',
      fields: { token: 'x' },
      formats: ['json', 'html', 'browser'],
    },
    {
      name: 'wrong token in the Authorization header',
      route: 'GET /api/jobs',
      headers: bearer('x'),
      formats: ['json'],
    },
  ],
};

/** Too many wrong tokens are waiting for their delayed answers. */
export const tooManyTokens: Area = {
  name: 'too_many_tokens',
  setup: async () => {
    const web = await withToken();
    for (let count = 0; count < 110; count++) void web.json('/api/jobs', { headers: bearer('x') });
    await Bun.sleep(0);
    return web;
  },
  cases: [
    { name: 'Authorization header', route: 'GET /api/jobs', headers: bearer(TOKEN) },
    { name: 'login form', route: 'POST /login', fields: { token: TOKEN } },
  ],
};

/** Every route without credentials. */
export const unauthorised = (routes: string[]): Area => ({
  name: 'unauthorised',
  setup: withToken,
  cases: routes.map((route) => ({
    name: route,
    route,
    params: bothOf(route)
      .path.match(/:\w+/g)
      ?.map(() => 'x'),
    formats: ['json', 'html', 'htmx', 'text', 'browser'],
  })),
});

/** Every change with the reader's token. */
export const readOnly = (routes: string[]): Area => ({
  name: 'read_only',
  setup: () => emptyApp({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN }),
  cases: routes
    .filter((route) => !/^(GET|HEAD) |(login|logout)$/.test(route))
    .map((route) => ({
      name: route,
      route,
      params: bothOf(route)
        .path.match(/:\w+/g)
        ?.map(() => 'x'),
      headers: bearer(READ_TOKEN),
      formats: ['json', 'html', 'text'],
    })),
});
