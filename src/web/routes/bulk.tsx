import type { Elysia } from 'elysia';
import { BulkNote } from '../../../views/jobs/bulk_bar.tsx';
import { toJobQuery } from '../../jobs/job_query.ts';
import { bulkText } from '../../text/job_text.ts';
import { urlTo } from '../../text/urls.ts';
import { about, answers } from '../contract/declare.ts';
import { BULK_BODY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { parseFieldsWithLists } from '../http/body.ts';
import { refererOf } from '../http/negotiation.ts';
import { respond } from '../http/rendered.ts';
import { didText } from './bulk_outcome.ts';
import { filterOf } from './job_filter.ts';

/** `POST /api/jobs/bulk`: cancels, retries or removes many jobs, by their ids or by a filter. */
export function bulkRoutes({ tracker }: WebDeps) {
  return (app: Elysia) =>
    app.post(
      '/api/jobs/bulk',
      async ({ request, server, body: { action, ids, filter } }) => {
        // Bun closes a silent connection after 10 s, and a million jobs take longer.
        server?.timeout(request, 0);
        const by = actorOf({ request, server });
        const outcome = filter
          ? await tracker.changeMatching(action, toJobQuery(filter), { by })
          : await tracker.changeJobs(action, ids, { by });
        return respond(() => outcome, {
          html: () => BulkNote({ outcome }),
          text: () => `${bulkText(outcome)}\n`,
          seeOther() {
            const page = filter
              ? urlTo(`/jobs?${filterOf(filter)}`)
              : (refererOf(request) ?? urlTo('/jobs'));
            const back = new URL(page, request.url);
            back.searchParams.set('did', didText(outcome));
            return back.pathname + back.search;
          },
        });
      },
      {
        parse: parseFieldsWithLists('ids'),
        body: BULK_BODY,
        response: answers(200, 'BulkAnswer', 'Number of jobs changed.', {
          422: 'Nothing was changed; `details` lists the invalid fields.',
        }),
        detail: about(
          'Act',
          'change_jobs',
          'Cancel, retry or remove many jobs, by their ids or by a filter',
          {
            description:
              'A form repeats `ids`, or has `filter` as a query string. An empty filter means every job. Active jobs are not removed, and pinned ones only by their ids.',
          },
        ),
      },
    );
}
