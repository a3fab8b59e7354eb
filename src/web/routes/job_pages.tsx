import type { Elysia } from 'elysia';
import { BulkPage } from '../../../views/pages/bulk.tsx';
import { JobsPage } from '../../../views/pages/jobs.tsx';
import { SessionPage } from '../../../views/pages/session.tsx';
import { SessionsPage } from '../../../views/pages/sessions.tsx';
import type { BulkModel, JobsModel } from '../../../views/view_models.ts';
import { BULK_ACTIONS, type BulkAction, isOpenTo, type JobPage } from '../../jobs/index.ts';
import { type TypedJobQuery, toJobQuery } from '../../jobs/job_query.ts';
import { urlTo } from '../../text/urls.ts';
import {
  BULK_PAGE_QUERY,
  JOBS_PAGE_QUERY,
  NO_QUERY,
  SESSION_ID,
  SESSION_JOBS_QUERY,
} from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { Problem, printable } from '../http/problem.ts';
import { html } from '../http/responses.ts';
import { filterFields, filterOf } from './job_filter.ts';
import { jobTabs } from './job_tabs.ts';
import { layoutOf } from './layout.ts';

/** Maximum number of sessions in the list of recent ones. */
const SESSIONS = 50;

/** The pages of jobs and sessions: filtered lists and bulk changes. */
export function jobPages(deps: WebDeps) {
  const { tracker } = deps;
  return (app: Elysia) =>
    app
      .get(
        '/jobs',
        async ({ request, query }) => {
          const page = await tracker.reader.listJobs(toJobQuery(query));
          const model: JobsModel = {
            ...page,
            ...pagesAround(request, query, page),
            tabs: await jobTabs(tracker, query),
            query: filterFields(query),
            // Jobs of the last ones are listed only when they are asked for.
            types: [...tracker.types, ...tracker.reader.internalTypes],
            filter: filterOf(query).toString(),
            outcome: outcomeIn(query.did),
          };
          return html(JobsPage({ layout: await layoutOf(request, deps), model }));
        },
        { query: JOBS_PAGE_QUERY, detail: { hide: true } },
      )
      .get(
        '/jobs/bulk',
        async ({ request, query }) => {
          const model = await bulkModel(deps, query);
          return html(BulkPage({ layout: await layoutOf(request, deps), model }));
        },
        { query: BULK_PAGE_QUERY, detail: { hide: true } },
      )
      .get(
        '/sessions',
        async ({ request }) => {
          const sessions = await tracker.reader.recentSessions(SESSIONS);
          return html(SessionsPage({ layout: await layoutOf(request, deps), sessions }));
        },
        { query: NO_QUERY, detail: { hide: true } },
      )
      .get(
        '/sessions/:id',
        async ({ request, params: { id }, query }) => {
          const summary = await tracker.reader.sessionSummary(id);
          if (summary.jobs === 0) throw noSuchSession(id);
          const page = await tracker.reader.listJobs({ ...toJobQuery(query), session: id });
          const model = { id, summary, ...page, ...pagesAround(request, query, page) };
          return html(SessionPage({ layout: await layoutOf(request, deps), model }));
        },
        { params: SESSION_ID, query: SESSION_JOBS_QUERY, detail: { hide: true } },
      );
}

/** Links to the previous and next page of the same list. */
function pagesAround(request: Request, query: TypedJobQuery, { nextCursor, newerCursor }: JobPage) {
  const { pathname } = new URL(request.url);
  const path = urlTo(pathname as `/${string}`);
  const at = (name: string, cursor: string | undefined) => {
    if (cursor === undefined) return undefined;
    const params = filterOf(query);
    if (query.limit) params.set('limit', String(query.limit));
    params.set(name, cursor);
    return `${path}?${params}`;
  };
  return { olderHref: at('cursor', nextCursor), newerHref: at('newer', newerCursor) };
}

/** The outcome of a bulk change that redirected here: `?did=retry-12-3`. */
function outcomeIn(did: string | undefined): JobsModel['outcome'] {
  const [, name, done, skipped] = /^([a-z]+)-(\d+)-(\d+)$/.exec(did ?? '') ?? [];
  const action = BULK_ACTIONS.find((known) => known === name);
  return action && { action, done: Number(done), skipped: Number(skipped) };
}

/** The filter ends at the time of the count, so that jobs created later are not included. */
async function bulkModel(
  { tracker }: WebDeps,
  { action, ...typed }: TypedJobQuery & { action: BulkAction },
): Promise<BulkModel> {
  const query = toJobQuery(typed);
  const until = Math.min(query.until ?? Number.POSITIVE_INFINITY, Date.now());
  const tallies = await tracker.reader.countJobs({ ...query, until });
  const sum = (counted: typeof tallies) => counted.reduce((total, { count }) => total + count, 0);
  return {
    action,
    query: filterFields(typed),
    matching: sum(tallies),
    open: sum(tallies.filter((tally) => isOpenTo(action, tally))),
    filter: filterOf({ ...typed, until: new Date(until).toISOString() }).toString(),
    backHref: urlTo(`/jobs?${filterOf(typed)}`),
  };
}

function noSuchSession(id: string): Problem {
  return new Problem(404, 'not_found', 'This session has no jobs.', {
    message: `No jobs of session ${printable(id)} are left. Jobs are deleted a day after they end.`,
  });
}
