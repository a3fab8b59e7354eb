import type { Area, AreaCase } from '../area.ts';
import { fullApp } from '../world.ts';
import { WRONG_FILTERS } from './jobs.ts';

const GOOD: [route: string, queries: string[]][] = [
  ['GET /', ['']],
  ['GET /find', ['?q=jazz', '?limit=2', '?author=aurora_lab']],
  ['GET /posts', ['', '?q=jazz&by=meaning']],
  ['GET /profiles', ['', '?q=jazz']],
  ['GET /jobs', ['', '?status=failed', '?limit=3', '?q=nothing-like-it', '?did=retry-12-3']],
  ['GET /jobs/bulk', ['?action=cancel', '?action=retry&status=failed', '?action=remove&q=none']],
  ['GET /sessions', ['']],
  ['GET /history', ['', '?span=week', '?span=month&type=scrape']],
  ['GET /scrape', ['', '?username=aurora_lab&source=archive', '?source=archive']],
  ['GET /search', ['', '?query=space']],
  ['GET /discover', ['', '?query=jazz&scrape=on']],
  ['GET /embed', ['']],
  ['GET /forget', ['', '?username=aurora_lab']],
];

const WRONG: [route: string, queries: string[]][] = [
  ['GET /find', ['?by=smell', '?source=nowhere', '?limit=0', '?cursor=x']],
  ['GET /profiles', ['?limit=0', '?cursor=x']],
  ['GET /jobs', WRONG_FILTERS.map(([, query]) => query)],
  ['GET /jobs/bulk', ['', '?action=explode', '?action=retry&status=finished']],
  ['GET /history', ['?span=century']],
];

const casesOf = (pages: [string, string[]][], formats?: AreaCase['formats']): AreaCase[] =>
  pages.flatMap(([route, queries]) =>
    queries.map((query) => ({
      name: `${route.slice('GET '.length)}${query.slice(0, 60)}`,
      route,
      query,
      formats,
    })),
  );

const jobPages: AreaCase[] = [
  'running',
  'queued',
  'busy',
  'cancelling',
  'broken',
  'stepwise',
  'search',
  'tracked-failed',
].map((name) => ({
  name: `/jobs/:id ${name}`,
  route: 'GET /jobs/:id',
  params: [`{${name}}`],
  formats: ['browser'],
}));

const further: AreaCase[] = [
  {
    name: '/jobs/:id the report only',
    route: 'GET /jobs/:id',
    params: ['{stepwise}'],
    headers: { 'hx-target': 'job-report' },
    formats: ['htmx'],
  },
  { name: '/jobs/:id unknown job', route: 'GET /jobs/:id', params: ['scrape-none'] },
  {
    name: '/authors/:source/:username',
    route: 'GET /authors/:source/:username',
    params: ['sample', 'aurora_lab'],
    formats: ['browser'],
  },
  {
    name: '/authors/:source/:username unknown author',
    route: 'GET /authors/:source/:username',
    params: ['sample', 'nobody_here'],
  },
  {
    name: '/posts/:source/:id unknown post',
    route: 'GET /posts/:source/:id',
    params: ['sample', 'none'],
  },
  {
    name: '/media/:source/:id/:place unknown picture',
    route: 'GET /media/:source/:id/:place',
    params: ['archive', 'none', '0'],
  },
  { name: '/find/new', route: 'GET /find/new', query: '?q=jazz&seen=1', formats: ['browser'] },
  { name: '/sessions/:id', route: 'GET /sessions/:id', params: ['evening'], formats: ['browser'] },
  {
    name: '/sessions/:id first page',
    route: 'GET /sessions/:id',
    params: ['morning'],
    query: '?limit=1',
    formats: ['browser'],
  },
  { name: '/sessions/:id unknown session', route: 'GET /sessions/:id', params: ['nobody'] },
  {
    name: '/sessions/:id invalid filter',
    route: 'GET /sessions/:id',
    params: ['evening'],
    query: '?limit=x',
  },
  {
    name: '/ whole page',
    route: 'GET /',
    headers: { cookie: 'theme=dark; taskbar=collapsed' },
    records: 'whole page',
    formats: ['browser'],
  },
  { name: '/docs/api', route: 'GET /docs/api', formats: ['browser'] },
];

/** Whole pages, with jobs in every status. */
export const pages: Area = {
  name: 'pages',
  setup: fullApp,
  cases: [...casesOf(GOOD, ['browser', 'json']), ...jobPages, ...further],
};

export const wrongPages: Area = {
  name: 'wrong_pages',
  setup: fullApp,
  cases: casesOf(WRONG, ['browser', 'json', 'html', 'text']),
};

const ADA = { via: 'terminal', user: 'ada' } as const;

const HISTORY = [
  '?since=2026-02-03T08:00:00Z',
  '?by=day&since=2026-02-01T00:00:00Z&until=2026-02-04T00:00:00Z',
  '?since=2026-02-03T11:00:00Z&type=search',
  '?by=week',
  '?since=yesterday',
  '?until=tomorrow',
  '?since=2026-02-03T12:00:00Z&until=2026-02-03T11:00:00Z',
  '?since=2000-01-01T00:00:00Z',
];

const BAD_AUDIT = ['?action=explode', '?via=post', '?limit=0', '?cursor=x', '?since=yesterday'];

/** Who did what to jobs. */
export const audit: Area = {
  name: 'audit',
  async setup() {
    const web = await fullApp();
    const { tracker, names, advance } = web;
    const waiting = names.get('queued') ?? '';
    await tracker.cancelJob(waiting, {
      by: { via: 'browser', user: 'sign-in 5f0c2b9d', address: '203.0.113.7' },
    });
    await advance(1_000);
    await tracker.changeMatching('remove', { status: 'failed' }, { by: ADA });
    return web;
  },
  cases: [
    ...['', '?limit=1', '?action=remove', '?job={queued}', '?who=nobody', ...BAD_AUDIT].map(
      (query) => ({ name: `audit ${query}`, route: 'GET /api/audit', query }),
    ),
    {
      name: 'audit as CSV',
      route: 'GET /api/audit',
      headers: { accept: 'text/csv' },
      formats: ['text'],
    },
    { name: '/audit', route: 'GET /audit', formats: ['browser', 'json'] },
    { name: '/audit wrong', route: 'GET /audit', query: '?action=explode' },
  ],
};

/** The history of jobs. */
export const history: Area = {
  name: 'history',
  setup: fullApp,
  cases: HISTORY.map((query) => ({
    name: `history ${query}`,
    route: 'GET /api/history',
    query,
  })),
};
