import type { Elysia } from 'elysia';
import { JobPage } from '../../../views/pages/job.tsx';
import type { LogTail } from '../../../views/view_models.ts';
import type { Tracker } from '../../jobs/index.ts';
import { isImportUndone } from '../../operations/scrape/imports.ts';
import { MAX_LOG_LINES, newestLines } from '../../text/log_parts.ts';
import { JOB_ID, NO_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { jobOr404 } from '../http/problem.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';
import { otherSources } from './source_options.ts';

/** The page of one job. */
export function jobDetailPage(deps: WebDeps) {
  const { tracker, live } = deps;
  return (app: Elysia) =>
    app.get(
      '/jobs/:id',
      async ({ request, params }) => {
        const job = await jobOr404(tracker, params.id);
        const layout = await layoutOf(request, deps);
        const shown = layout.taskbar.jobs.find((view) => view.job.id === job.id);
        const details = await tracker.reader.detailsOf(job.id);
        const model = {
          view: { ...(await live.view(job)), place: shown?.place },
          ...details,
          waitOf: await tracker.reader.waits(details.children),
          fields: deps.operations.get(job.type)?.fields,
          start: await tracker.audit.startOf(job),
          elsewhere: otherSources(deps, job),
          isUndone: isImportUndone(deps.library, job),
          log: isReportAlone(request) ? NO_LOG : await logTail(tracker, job.id),
        };
        return html(JobPage({ layout, model }));
      },
      { params: JOB_ID, query: NO_QUERY, detail: { hide: true } },
    );
}

const NO_LOG: LogTail = { text: '', position: 0, isCut: false };

/** The report reloads itself every second, without the log. */
function isReportAlone(request: Request): boolean {
  return request.headers.get('hx-target') === 'job-report';
}

async function logTail(tracker: Tracker, id: string): Promise<LogTail> {
  const { text, from, position } = await tracker.reader.readLog(id);
  const newest = newestLines(text, MAX_LOG_LINES);
  return { text: newest, position, isCut: from > 0 || newest.length < text.length };
}
