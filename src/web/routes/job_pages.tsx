import type { Elysia } from 'elysia';
import { BulkPage } from '../../../views/pages/bulk.tsx';
import { JobsPage } from '../../../views/pages/jobs.tsx';
import { SessionPage } from '../../../views/pages/session.tsx';
import { SessionsPage } from '../../../views/pages/sessions.tsx';
import { ifRemoved } from '../../../views/removed_note.tsx';
import type { BulkModel, JobsModel } from '../../../views/view_models.ts';
import { type BulkAction, isOpenTo, type JobPage } from '../../jobs/index.ts';
import { type TypedJobQuery, toJobQuery } from '../../jobs/job_query.ts';
import { urlTo } from '../../text/urls.ts';
import {
  BULK_PAGE_QUERY,
  JOBS_PAGE_QUERY,
  NO_QUERY,
  SESSION_ID,
  SESSION_PAGE_QUERY,
} from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { Problem, printable } from '../http/problem.ts';
import { html } from '../http/responses.ts';
import { outcomeIn } from './bulk_outcome.ts';
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
            waitOf: await tracker.reader.waits(page.jobs),
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
        async ({ request, query }) => {
          const sessions = await tracker.reader.recentSessions(SESSIONS);
          const removed = ifRemoved(
            query,
            'The session was deleted. What its jobs collected stays.',
          );
          return html(SessionsPage({ layout: await layoutOf(request, deps), sessions, removed }));
        },
        { query: NO_QUERY, detail: { hide: true } },
      )
      .get(
        '/sessions/:id',
        async ({ request, params: { id }, query }) => {
          const summary = await tracker.reader.sessionSummary(id);
          if (summary.jobs === 0) throw noSuchSession(id);
          const page = await tracker.reader.listJobs({ ...toJobQuery(query), session: id });
          const waitOf = await tracker.reader.waits(page.jobs);
          const outcome = outcomeIn(query.did);
          const around = pagesAround(request, query, page);
          const model = { id, summary, ...page, ...around, waitOf, outcome };
          return html(SessionPage({ layout: await layoutOf(request, deps), model }));
        },
        { params: SESSION_ID, query: SESSION_PAGE_QUERY, detail: { hide: true } },
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

/** The filter ends at the time of the count, so that jobs created later are not included. */
async function bulkModel(
  { tracker }: WebDeps,
  { action, ...typed }: TypedJobQuery & { action: BulkAction },
): Promise<BulkModel> {
  const query = toJobQuery(typed);
  const until = Math.min(query.until ?? Number.POSITIVE_INFINITY, Date.now());
  const tallies = await tracker.reader.countJobs({ ...query, until });
  const pinned =
    action === 'remove' ? await tracker.reader.countJobs({ ...query, until, pinned: true }) : [];
  const sum = (counted: typeof tallies) => counted.reduce((total, { count }) => total + count, 0);
  const isOpen = (tally: (typeof tallies)[number]) => isOpenTo(action, tally);
  const kept = sum(pinned.filter(isOpen));
  return {
    action,
    query: filterFields(typed),
    matching: sum(tallies),
    open: sum(tallies.filter(isOpen)) - kept,
    kept,
    filter: filterOf({ ...typed, until: new Date(until).toISOString() }).toString(),
    backHref: urlTo(`/jobs?${filterOf(typed)}`),
  };
}

function noSuchSession(id: string): Problem {
  return new Problem(404, 'not_found', 'This session has no jobs.', {
    message: `No jobs of session ${printable(id)} are left. Jobs are deleted a day after they end.`,
  });
}
