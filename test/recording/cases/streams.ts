import type { Area, AreaCase } from '../area.ts';
import { emptyApp, fullApp } from '../world.ts';

const taskbar: AreaCase[] = [
  { name: 'taskbar' },
  { name: 'taskbar: unknown Last-Event-ID', headers: { 'last-event-id': 'boot-1' } },
  { name: 'taskbar: with a log', query: '?log={stepwise}@0' },
  { name: 'taskbar: log of an unknown job', query: '?log=scrape-none@0' },
  { name: 'taskbar: invalid log', query: '?log=x' },
  { name: 'taskbar: invalid log position', query: '?log={stepwise}@-1' },
  {
    name: 'taskbar: too many logs',
    query: `?${Array.from({ length: 21 }, (_, index) => `log=j${index}@0`).join('&')}`,
  },
].map((each) => ({ ...each, route: 'GET /api/jobs/stream', records: 'first event' }));

const single: AreaCase[] = ['running', 'queued', 'broken', 'stopped', 'search', 'stepwise'].map(
  (name) => ({
    name: `one job: ${name}`,
    route: 'GET /api/jobs/:id/stream',
    params: [`{${name}}`],
    records: 'first event',
  }),
);

const furtherSingle: AreaCase[] = [
  {
    name: 'one job: accepts events',
    params: ['{broken}'],
    headers: { accept: 'text/event-stream' },
    formats: ['json'] as const,
  },
  { name: 'one job: unknown job', params: ['scrape-none'] },
].map((each) => ({ ...each, route: 'GET /api/jobs/:id/stream', records: 'first event' }));

const JOBS = { jobs: ['{running}', '{broken}', 'scrape-none'] };

const named: AreaCase[] = [
  { name: 'named jobs', query: '?job={running}&job={broken}&job=scrape-none' },
  { name: 'named jobs: no ids' },
  { name: 'named jobs: posted', method: 'POST', fields: JOBS },
  { name: 'named jobs: posted, no ids', method: 'POST', fields: { jobs: [] } },
  { name: 'named jobs: posted, body is a list', method: 'POST', fields: ['{running}'] },
  {
    name: 'named jobs: posted, too many ids',
    method: 'POST',
    fields: { jobs: Array.from({ length: 10_001 }, () => 'x') },
    formats: ['json'] as const,
  },
  {
    name: 'named jobs: posted, ids are not text',
    method: 'POST',
    fields: { jobs: [1] },
    formats: ['json'] as const,
  },
].map(({ method = 'GET', ...each }) => ({
  ...each,
  route: `${method} /api/jobs/stream/jobs`,
  records: 'first event',
}));

const all: AreaCase[] = [
  { name: 'all jobs' },
  { name: 'all jobs: of a type', query: '?type=search' },
  { name: 'all jobs: of a session', query: '?session=monday' },
  { name: 'all jobs: unknown Last-Event-ID', headers: { 'last-event-id': 'elsewhere-1' } },
].map((each) => ({ ...each, route: 'GET /api/jobs/events', records: 'first event' }));

/** The first event of each stream. */
export const streams: Area = {
  name: 'streams',
  setup: fullApp,
  cases: [...taskbar, ...single, ...furtherSingle, ...named, ...all],
};

/** The maximum number of streams is open. */
export const tooManyStreams: Area = {
  name: 'too_many_streams',
  setup: async () => {
    const web = await emptyApp({ XGPT_MAX_CONNECTIONS: '1' });
    const { jobId } = await web.tracker.createJob('embed');
    web.names.set('job', jobId);
    const open = await web.request('/api/jobs/stream');
    await open.body?.getReader().read();
    return web;
  },
  cases: [
    { name: 'taskbar', route: 'GET /api/jobs/stream' },
    { name: 'one job', route: 'GET /api/jobs/:id/stream', params: ['{job}'] },
    { name: 'named jobs', route: 'GET /api/jobs/stream/jobs', query: '?job={job}' },
    { name: 'all jobs', route: 'GET /api/jobs/events' },
    {
      name: 'named jobs, posted',
      route: 'POST /api/jobs/stream/jobs',
      fields: { jobs: ['{job}'] },
      formats: ['json'],
    },
  ],
};
