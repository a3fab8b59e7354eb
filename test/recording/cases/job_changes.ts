import type { Area, AreaCase } from '../area.ts';
import { type RecordedApp, reaches, scrape, workingApp } from '../world.ts';

type Given = NonNullable<AreaCase['given']>;

/** Starts a scrape and waits until it has this status. */
const scraped =
  (username: string, status: Parameters<typeof reaches>[2]): Given =>
  async (web) => ({ job: await scrape(web, username, status, 'job') });

const queued: Given = async (web) => {
  for (const name of ['a', 'b', 'c', 'd']) await scrape(web, name, 'running', 'other');
  return { job: await scrape(web, 'waits', 'queued', 'job') };
};

const running = scraped('aurora_lab', 'running');
const retrying = scraped('busy', 'retrying');
const failed = scraped('broken', 'failed');
const completed = scraped('quick', 'completed');

const cancelling: Given = async (web) => {
  const job = await scrape(web, 'deaf', 'running', 'job');
  await web.tracker.cancelJob(job);
  return { job };
};

const cancelled: Given = async (web) => {
  const job = await scrape(web, 'aurora_lab', 'running', 'job');
  await web.tracker.cancelJob(job);
  await reaches(web, job, 'cancelled');
  return { job };
};

const tracked: Given = async ({ tracker }) => {
  const { jobId } = await tracker.createJob('embed', { model: 'by hand' });
  return { job: jobId };
};

const trackedFailed: Given = async ({ tracker }) => {
  const { jobId } = await tracker.createJob('embed', { model: 'by hand' });
  await tracker.completeJob(jobId, false, 'It did not work.');
  return { job: jobId };
};

const STATES: [what: string, given: Given | undefined][] = [
  ['queued', queued],
  ['running', running],
  ['retrying', retrying],
  ['cancelling', cancelling],
  ['completed', completed],
  ['failed', failed],
  ['cancelled', cancelled],
  ['tracked and running', tracked],
  ['tracked and failed', trackedFailed],
  ['missing', undefined],
];

const CHANGES: [what: string, route: string, fields?: Record<string, string>, query?: string][] = [
  ['cancel', 'POST /api/jobs/:id/cancel'],
  ['retry', 'POST /api/jobs/:id/retry'],
  ['run next', 'POST /api/jobs/:id/first'],
  ['pin', 'POST /api/jobs/:id/pin'],
  ['unpin', 'POST /api/jobs/:id/unpin'],
  ['dismiss', 'POST /api/jobs/:id/dismiss'],
  ['delete', 'DELETE /api/jobs/:id'],
  ['delete with force=1', 'DELETE /api/jobs/:id', undefined, '?force=1'],
  ['delete with force=true', 'DELETE /api/jobs/:id', undefined, '?force=true'],
  ['remove', 'POST /api/jobs/:id/remove'],
  ['remove with force=1', 'POST /api/jobs/:id/remove', { force: '1' }],
];

const single: AreaCase[] = CHANGES.flatMap(([what, route, fields, query]) =>
  STATES.map(([state, given]) => ({
    name: `${what}: ${state} job`,
    route,
    params: [given ? '{job}' : 'scrape-none'],
    given,
    fields,
    query,
  })),
);

const furtherSingle: AreaCase[] = [
  {
    name: 'dismiss: referer of this server',
    route: 'POST /api/jobs/:id/dismiss',
    params: ['{job}'],
    given: failed,
    headers: { referer: 'http://localhost:3000/jobs?status=failed' },
    formats: ['browser'],
  },
  {
    name: 'dismiss: referer of another server',
    route: 'POST /api/jobs/:id/dismiss',
    params: ['{job}'],
    given: failed,
    headers: { referer: 'http://elsewhere.example/jobs' },
    formats: ['browser'],
  },
  {
    name: 'remove: force is true in JSON',
    route: 'POST /api/jobs/:id/remove',
    params: ['{job}'],
    given: running,
    fields: { force: true },
    formats: ['json'],
  },
];

const several: Given = async (web) => ({
  running: await scrape(web, 'aurora_lab', 'running', 'running'),
  broken: await scrape(web, 'broken', 'failed', 'broken'),
  done: await scrape(web, 'quick', 'completed', 'done'),
});

const IDS = ['{running}', '{broken}', '{done}', 'scrape-none'];

const BULK: [what: string, fields: unknown][] = [
  ['cancel by ids', { action: 'cancel', ids: IDS }],
  ['retry by ids', { action: 'retry', ids: IDS }],
  ['remove by ids', { action: 'remove', ids: IDS }],
  ['retry by filter', { action: 'retry', filter: 'status=failed' }],
  ['remove by an empty filter', { action: 'remove', filter: '' }],
  ['cancel by a filter without matches', { action: 'cancel', filter: 'q=nothing-like-it' }],
  ['unknown action', { action: 'explode', ids: IDS }],
  ['no action', { ids: IDS }],
  ['no ids', { action: 'cancel' }],
  ['empty list of ids', { action: 'cancel', ids: [] }],
  ['unknown filter', { action: 'cancel', filter: 'colour=red' }],
  ['invalid filter value', { action: 'cancel', filter: 'status=finished' }],
];

const bulk: AreaCase[] = BULK.map(([what, fields]) => ({
  name: `bulk: ${what}`,
  route: 'POST /api/jobs/bulk',
  fields,
  given: several,
}));

const furtherBulk: AreaCase[] = [
  {
    name: 'bulk: a filter as an object',
    fields: { action: 'retry', filter: { status: 'failed', type: 'scrape' } },
    formats: ['json'] as const,
  },
  {
    name: 'bulk: ids and a filter',
    fields: { action: 'retry', ids: IDS, filter: { status: 'failed' } },
    formats: ['json'] as const,
  },
  {
    name: 'bulk: too many ids',
    fields: { action: 'retry', ids: Array.from({ length: 10_001 }, () => 'x') },
    formats: ['json'] as const,
  },
  {
    name: 'bulk: a list instead of an object',
    fields: [1],
    formats: ['json', 'html', 'text'] as const,
  },
  {
    name: 'bulk: referer of this server',
    fields: { action: 'remove', ids: IDS },
    headers: { referer: 'http://localhost:3000/jobs?type=scrape&limit=5' },
    formats: ['browser'] as const,
  },
].map((each) => ({ ...each, route: 'POST /api/jobs/bulk', given: several }));

const setup = (): Promise<RecordedApp> => workingApp();

/** Cancel, retry, dismiss and remove, for a job in every status. */
export const jobChanges: Area = {
  name: 'job_changes',
  setup,
  changes: true,
  cases: [...single, ...furtherSingle],
};

/** The same for many jobs at once. */
export const bulkChanges: Area = {
  name: 'bulk_changes',
  setup,
  changes: true,
  cases: [...bulk, ...furtherBulk],
};
