import type { Area, AreaCase } from '../area.ts';
import { emptyApp, type RecordedApp } from '../world.ts';

async function reset({ tracker }: RecordedApp): Promise<undefined> {
  await tracker.resumeType('scrape');
  await tracker.setConcurrency('scrape', undefined);
  await tracker.resumeSource('sample');
}

async function paused(web: RecordedApp): Promise<undefined> {
  await reset(web);
  await web.tracker.pauseType('scrape');
  await web.tracker.setConcurrency('scrape', 3);
  await web.tracker.pauseSource('sample');
}

const CONCURRENCY = 'POST /api/types/:type/concurrency';

const onType = (name: string, route: string, type = 'scrape', fields?: unknown): AreaCase => ({
  name,
  route,
  given: reset,
  params: [type],
  ...(fields !== undefined && { fields }),
});

/** Types and sources that are paused, resumed and limited. */
export const queues: Area = {
  name: 'queues',
  setup: () => emptyApp(),
  cases: [
    { name: 'types', route: 'GET /api/types', given: reset },
    { name: 'processes', route: 'GET /api/workers', given: reset },
    { name: 'page', route: 'GET /workers', given: reset, formats: ['browser'] },
    onType('pause', 'POST /api/types/:type/pause'),
    onType('pause: unknown type', 'POST /api/types/:type/pause', 'juggle'),
    { ...onType('resume', 'POST /api/types/:type/resume'), given: paused },
    onType('resume: unknown type', 'POST /api/types/:type/resume', 'juggle'),
    onType('concurrency', CONCURRENCY, 'scrape', { concurrency: '3' }),
    { ...onType('concurrency: none', CONCURRENCY, 'scrape', { concurrency: '' }), given: paused },
    onType('concurrency: too large', CONCURRENCY, 'scrape', { concurrency: '1001' }),
    onType('concurrency: no number', CONCURRENCY, 'scrape', { concurrency: 'many' }),
    onType('concurrency: unknown type', CONCURRENCY, 'juggle', { concurrency: '3' }),
    onType('delete a session', 'DELETE /api/sessions/:id', 'night'),
    onType('remove a session', 'POST /api/sessions/:id/remove', 'night'),
    onType('pause a source', 'POST /api/sources/:name/pause', 'sample'),
    onType('pause a source: unknown', 'POST /api/sources/:name/pause', 'nowhere'),
    { ...onType('resume a source', 'POST /api/sources/:name/resume', 'sample'), given: paused },
    onType('resume a source: unknown', 'POST /api/sources/:name/resume', 'nowhere'),
  ],
};
