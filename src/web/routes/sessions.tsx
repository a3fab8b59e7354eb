import type { Elysia } from 'elysia';
import { BulkNote } from '../../../views/jobs/bulk_bar.tsx';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { SessionList } from '../../../views/pages/sessions.tsx';
import { REMOVED } from '../../../views/removed_note.tsx';
import { toJobQuery } from '../../jobs/job_query.ts';
import { bulkText, jobTable } from '../../text/job_text.ts';
import { sessionTable } from '../../text/session_text.ts';
import { urlTo } from '../../text/urls.ts';
import { about, answers, INVALID_QUERY } from '../contract/declare.ts';
import { SESSION_ID, SESSION_JOBS_QUERY, SESSIONS_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { respond } from '../http/rendered.ts';
import type { RequestContext } from '../http/request_context.ts';
import { didText } from './bulk_outcome.ts';
import { listedPage } from './job_json.ts';

const NO_JOBS = '<p class="empty-note">This session has no jobs.</p>';

/** Lists sessions, and the jobs of one. */
export function sessionRoutes({ tracker, live }: WebDeps) {
  return (app: Elysia) =>
    app
      .get(
        '/api/sessions',
        async ({ query }) => {
          const sessions = await tracker.reader.recentSessions(query.limit);
          return respond(() => ({ sessions }), {
            html: () => SessionList({ sessions, now: new Date() }),
            text: () => sessionTable(sessions),
          });
        },
        {
          query: SESSIONS_QUERY,
          response: answers(200, 'Sessions', 'The sessions.', { 422: INVALID_QUERY }),
          detail: about('Watch', 'list_sessions', 'Sessions, the one used last first'),
        },
      )
      .get(
        '/api/sessions/:id/jobs',
        async ({ params: { id }, query }) => {
          const page = await tracker.reader.listJobs({ ...toJobQuery(query), session: id });
          return respond(
            async () => ({
              ...listedPage(page),
              summary: await tracker.reader.sessionSummary(id),
            }),
            {
              async html() {
                const now = new Date();
                const views = await live.views(page.jobs);
                const cards = views.map((view) => JobCard({ view, now }));
                return cards.join('') || NO_JOBS;
              },
              text: async () =>
                jobTable(page.jobs, page.nextCursor, await tracker.reader.waits(page.jobs)),
            },
          );
        },
        {
          params: SESSION_ID,
          query: SESSION_JOBS_QUERY,
          response: answers(200, 'SessionPage', 'A page of jobs.', { 422: INVALID_QUERY }),
          detail: about('Watch', 'list_session', 'Jobs of a session, with a summary'),
        },
      );
}

const REMOVAL = {
  params: SESSION_ID,
  response: answers(
    200,
    'BulkAnswer',
    'How many of its jobs were removed; active and pinned ones stay.',
  ),
};

/** Deletes sessions: their ended jobs, which are kept until then. */
export function sessionRemovalRoutes({ tracker }: WebDeps) {
  async function removed(id: string, context: Pick<RequestContext, 'request' | 'server'>) {
    const by = actorOf(context);
    const outcome = await tracker.changeMatching('remove', { session: id }, { by });
    return respond(() => outcome, {
      html: () => BulkNote({ outcome }),
      text: () => `${bulkText(outcome)}\n`,
      seeOther: () =>
        outcome.skipped > 0
          ? urlTo(`/sessions/${encodeURIComponent(id)}?did=${didText(outcome)}`)
          : urlTo(`/sessions?${REMOVED}`),
    });
  }

  return (app: Elysia) =>
    app
      .delete(
        '/api/sessions/:id',
        ({ params, request, server }) => removed(params.id, { request, server }),
        {
          ...REMOVAL,
          detail: about('Act', 'delete_session', 'Delete a session: remove its ended jobs'),
        },
      )
      .post(
        '/api/sessions/:id/remove',
        ({ params, request, server }) => removed(params.id, { request, server }),
        {
          ...REMOVAL,
          detail: about(
            'Act',
            'remove_session',
            'Delete a session, for forms, which cannot send DELETE',
          ),
        },
      );
}
