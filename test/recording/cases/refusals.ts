import type { Area, AreaCase } from '../area.ts';
import { ALL_FORMATS, bothOf } from '../case.ts';
import { emptyApp, scrape, workingApp } from '../world.ts';

const MB = 1024 * 1024;

const paramsOf = (route: string): string[] | undefined =>
  bothOf(route)
    .path.match(/:\w+/g)
    ?.map(() => 'x');

const isSafe = (route: string): boolean => route.startsWith('GET ');

/** Routes that take a JSON or form body. */
const WITH_BODY = [
  'POST /api/jobs',
  'POST /api/jobs/bulk',
  'POST /api/jobs/stream/jobs',
  'POST /api/scrape',
  'POST /api/search',
  'POST /api/discover',
  'POST /api/embed',
  'POST /api/forget',
];

const BODIES: [what: string, body: () => BodyInit, type: string][] = [
  ['of an unsupported type', () => 'x', 'text/csv'],
  ['without a type', () => 'x', ''],
  ['that is malformed JSON', () => '{"username": "aurora_lab"', 'application/json'],
  ['that is too large', () => 'x'.repeat(MB + 1), 'application/json'],
  ['that is a number', () => '5', 'application/json'],
  ['that is null', () => 'null', 'application/json'],
  ['that is empty', () => '', 'application/json'],
];

/** Invalid bodies at every route that takes one. */
export const bodies: Area = {
  name: 'bodies',
  setup: emptyApp,
  changes: true,
  cases: WITH_BODY.flatMap((route) =>
    BODIES.map(([what, body, type]) => ({
      name: `${route}: a body ${what}`,
      route,
      body: () => new Blob([body() as string]),
      headers: { 'content-type': type },
      formats: route === 'POST /api/scrape' ? ALL_FORMATS : (['json', 'browser'] as const),
    })),
  ),
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Methods that are not allowed, and unknown addresses. */
export const wrongMethods = (routes: string[]): Area => {
  const paths = [...new Set(routes.map((route) => bothOf(route).path))];
  const cases = paths.flatMap((path): AreaCase[] =>
    METHODS.filter((method) => !routes.includes(`${method} ${path}`)).map((method) => ({
      name: `${method} ${path}`,
      route: `${method} ${path}`,
      params: paramsOf(`${method} ${path}`) ?? [],
      formats: ['json'],
    })),
  );
  const further: AreaCase[] = [
    { name: 'every format', route: 'DELETE /api/jobs' },
    { name: 'unknown address', route: 'GET /', path: '/nothing' },
    { name: 'unknown address below /api', route: 'GET /', path: '/api/nothing?q=1' },
    { name: 'unknown address, POST', route: 'POST /', path: '/nothing' },
    { name: 'trailing slash', route: 'GET /', path: '/jobs/', formats: ['browser'] },
    { name: 'undecodable address', route: 'GET /', path: '/api/jobs/%ff' },
    { name: 'options', route: 'OPTIONS /api/jobs', formats: ['json'] },
  ];
  return { name: 'wrong_methods', setup: emptyApp, cases: [...cases, ...further] };
};

/** Requests from other origins and under other host names. */
export const foreign = (routes: string[]): Area => ({
  name: 'foreign',
  setup: emptyApp,
  cases: routes.flatMap((route): AreaCase[] => [
    ...(isSafe(route)
      ? []
      : [
          {
            name: `${route}: foreign origin`,
            route,
            params: paramsOf(route),
            headers: { origin: 'https://evil.example' },
            formats: route === 'POST /api/jobs' ? ALL_FORMATS : (['json'] as const),
          },
          {
            name: `${route}: cross-site`,
            route,
            params: paramsOf(route),
            headers: { 'sec-fetch-site': 'cross-site' },
            formats: ['json'] as const,
          },
        ]),
    {
      name: `${route}: unrecognised host`,
      route,
      params: paramsOf(route),
      headers: { host: 'evil.example' },
      formats: route === 'GET /api/jobs' ? ALL_FORMATS : (['json'] as const),
    },
  ]),
});

const ACCEPTS = [
  'image/png',
  'application/json; charset=utf-8',
  'text/html;q=0.1, application/json;q=0.9',
  'text/plain, application/json',
  'text/*',
  'application/*',
  'application/json;q=0, text/html',
  'APPLICATION/JSON',
  '',
  ',,;;q',
];

/** Further values of Accept and Accept-Encoding. */
export const negotiation: Area = {
  name: 'negotiation',
  setup: async () => {
    const web = await workingApp();
    await scrape(web, 'broken', 'failed');
    return web;
  },
  cases: [
    ...ACCEPTS.flatMap((accept): AreaCase[] =>
      ['{broken}', 'scrape-none'].map((job) => ({
        name: `${job} for "${accept}"`,
        route: 'GET /api/jobs/:id',
        params: [job],
        headers: { accept },
        formats: ['html', 'htmx'],
      })),
    ),
    ...['gzip', 'br', 'zstd', 'gzip;q=0', 'identity'].map((encoding) => ({
      name: `a page in ${encoding}`,
      route: 'GET /jobs',
      headers: { 'accept-encoding': encoding },
      formats: ['browser'] as const,
      records: 'size' as const,
    })),
    ...['text/event-stream', 'text/plain', 'text/plain;q=0.5, text/event-stream'].map((accept) => ({
      name: `a stream for "${accept}"`,
      route: 'GET /api/jobs/:id/stream',
      params: ['{broken}'],
      headers: { accept },
      formats: ['html'] as const,
    })),
  ],
};

/** HEAD requests to every GET route. */
export const heads = (routes: string[]): Area => ({
  name: 'heads',
  setup: async () => {
    const web = await workingApp();
    await scrape(web, 'broken', 'failed');
    return web;
  },
  cases: routes.filter(isSafe).map((route) => ({
    name: route,
    route,
    method: 'HEAD',
    params: paramsOf(route)?.map(() => (route.includes('/assets/') ? 'app.css' : '{broken}')),
    formats: ['json', 'browser'],
  })),
});

/** The database is read-only. */
export const obstructed: Area = {
  name: 'obstructed',
  setup: async () => {
    const web = await emptyApp();
    const { jobId } = await web.tracker.createJob('embed');
    web.names.set('job', jobId);
    web.database.run('PRAGMA query_only = ON');
    return web;
  },
  teardown: ({ database }) => void database.run('PRAGMA query_only = OFF'),
  cases: [
    { name: 'start', route: 'POST /api/scrape', fields: { username: 'aurora_lab' } },
    {
      name: 'start by type',
      route: 'POST /api/jobs',
      fields: [{ type: 'embed' }],
      formats: ['json'],
    },
    { name: 'cancel', route: 'POST /api/jobs/:id/cancel', params: ['{job}'] },
    { name: 'health', route: 'GET /healthz', formats: ['json'] },
    { name: 'a page', route: 'GET /embed', formats: ['browser'], records: 'whole page' },
    { name: 'jobs', route: 'GET /api/jobs' },
  ],
};
