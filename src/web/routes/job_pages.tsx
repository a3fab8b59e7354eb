import { Elysia } from 'elysia';
import { BulkPage } from '../../../views/pages/bulk.tsx';
import { JobsPage } from '../../../views/pages/jobs.tsx';
import { SessionPage } from '../../../views/pages/session.tsx';
import { SessionsPage } from '../../../views/pages/sessions.tsx';
import type { BulkModel, JobsModel } from '../../../views/view_models.ts';
import { isOpenTo, type JobPage } from '../../jobs/index.ts';
import type { WebDeps } from '../deps.ts';
import { Problem, printable } from '../http/problem.ts';
import { html } from '../http/responses.ts';
import { readBulkAction } from './bulk.tsx';
import { frameOf } from './frame.ts';
import { FILTERS, filterOf, readJobQuery } from './job_query.ts';

/** How many sessions the list of recent ones names. */
const SESSIONS = 50;

/** Jobs and sessions as pages: lists that can be filtered, and what can be done to many at once. */
export function jobPages(services: WebDeps) {
  const { tracker } = services;
  return new Elysia({ name: 'job pages' })
    .get('/jobs', ({ request }) => {
      const params = new URL(request.url).searchParams;
      const page = tracker.reader.listJobs(readJobQuery(params));
      const model: JobsModel = {
        ...page,
        ...pagesAround(request, page),
        query: fieldsOf(params),
        types: tracker.types,
        filter: filterOf(params).toString(),
        outcome: outcomeIn(params),
      };
      return html(JobsPage({ frame: frameOf(request, services), model }));
    })
    .get('/jobs/bulk', async ({ request }) => {
      const params = new URL(request.url).searchParams;
      const model = await bulkModel(services, params);
      return html(BulkPage({ frame: frameOf(request, services), model }));
    })
    .get('/sessions', ({ request }) =>
      html(
        SessionsPage({
          frame: frameOf(request, services),
          sessions: tracker.reader.recentSessions(SESSIONS),
        }),
      ),
    )
    .get('/sessions/:id', ({ request, params: { id } }) => {
      const summary = tracker.reader.sessionSummary(id);
      if (summary.jobs === 0) throw noSuchSession(id);
      const query = readJobQuery(new URL(request.url).searchParams);
      const page = tracker.reader.listJobs({ ...query, session: id });
      const model = { id, summary, ...page, ...pagesAround(request, page) };
      return html(SessionPage({ frame: frameOf(request, services), model }));
    });
}

/** What was typed into the filter's fields. */
function fieldsOf(params: URLSearchParams): JobsModel['query'] {
  const entries = FILTERS.map((name) => [name, params.get(name)?.trim() ?? '']);
  return Object.fromEntries(entries) as JobsModel['query'];
}

/** The same address, on the pages before and after this one. */
function pagesAround(request: Request, { nextCursor, newerCursor }: JobPage) {
  const { pathname, searchParams } = new URL(request.url);
  const at = (name: string, cursor: string | undefined) => {
    if (cursor === undefined) return undefined;
    const params = filterOf(searchParams);
    const limit = searchParams.get('limit');
    if (limit) params.set('limit', limit);
    params.set(name, cursor);
    return `${pathname}?${params}`;
  };
  return { olderHref: at('cursor', nextCursor), newerHref: at('newer', newerCursor) };
}

/** What a change of many jobs led back here with: `?did=retry-12-3`. */
function outcomeIn(params: URLSearchParams): JobsModel['outcome'] {
  const [, action, done, skipped] = /^([a-z]+)-(\d+)-(\d+)$/.exec(params.get('did') ?? '') ?? [];
  if (action !== 'cancel' && action !== 'retry' && action !== 'remove') return undefined;
  return { action, done: Number(done), skipped: Number(skipped) };
}

/** Jobs that are created after the count are not meant, so the filter ends there. */
async function bulkModel({ tracker }: WebDeps, params: URLSearchParams): Promise<BulkModel> {
  const action = readBulkAction(params.get('action'));
  const query = readJobQuery(params);
  const until = Math.min(query.until ?? Number.POSITIVE_INFINITY, Date.now());
  const tallies = await tracker.reader.countJobs({ ...query, until });
  const sum = (counted: typeof tallies) => counted.reduce((total, { count }) => total + count, 0);
  const filter = filterOf(params);
  const backHref = `/jobs?${filter}`;
  filter.set('until', new Date(until).toISOString());
  return {
    action,
    query: fieldsOf(params),
    matching: sum(tallies),
    open: sum(tallies.filter((tally) => isOpenTo(action, tally))),
    filter: filter.toString(),
    backHref,
  };
}

function noSuchSession(id: string): Problem {
  return new Problem(404, 'not_found', 'There are no jobs of this session.', {
    message: `No job is kept that was started with the session ${printable(id)}. Jobs are deleted a day after they ended.`,
  });
}
