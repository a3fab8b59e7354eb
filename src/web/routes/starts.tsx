import { Elysia } from 'elysia';
import { ImportsUpdate } from '../../../views/forms/imports_answer.tsx';
import { StartedNote } from '../../../views/forms/started_note.tsx';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { InvalidInput, type Job } from '../../jobs/index.ts';
import { listImports, removeImport } from '../../sources/archive/index.ts';
import { startedText } from '../../text/job_text.ts';
import { type StartRoutes, startContract } from '../contract/starts.ts';
import type { WebDeps } from '../deps.ts';
import { parseFields, READ_BY_HANDLER } from '../http/body.ts';
import { refuseKey } from '../http/idempotency.ts';
import { isHtmx, isNavigation, wantsJson, wantsText } from '../http/negotiation.ts';
import type { RequestContext } from '../http/request_context.ts';
import { html, plainText, seeOther } from '../http/responses.ts';
import { isUpload, receiveUpload } from '../http/uploads.ts';
import { startFrom } from './start.ts';
import { startPage } from './start_pages.tsx';

/** `POST /api/scrape`, `/api/search` …: one address for each job type there is. */
export function startRoutes(services: WebDeps) {
  const { tracker, live, importsDir, idempotent, config } = services;

  async function start(context: RequestContext, type: string, fields: Record<string, unknown>) {
    const { request } = context;
    try {
      return await answer(request, await startFrom(tracker, type, fields, context));
    } catch (error) {
      const page = isNavigation(request) && error instanceof InvalidInput;
      if (!page) throw error;
      // Without JavaScript the answer is the form again, with what was typed and what was wrong.
      const form = { values: textsOf(fields), errors: error.details };
      const shown = await startPage(services, request, type, form);
      if (!shown) throw error;
      return html(shown, 422);
    }
  }

  /** Of an upload that starts nothing, nothing is kept. */
  async function startOrForget(context: RequestContext, fields: Record<string, string>) {
    let response: Response | undefined;
    try {
      response = await start(context, 'scrape', fields);
      return response;
    } finally {
      const started = response && response.status < 400;
      if (!started && fields.archive) await removeImport(importsDir, fields.archive);
    }
  }

  async function answer(request: Request, job: Job): Promise<Response> {
    const location = `/jobs/${job.id}`;
    if (isNavigation(request)) return seeOther(location);
    const headers = { location };
    if (wantsJson(request)) return Response.json({ job }, { status: 202, headers });
    if (wantsText(request)) {
      const hasToken = config.token !== undefined;
      return plainText(startedText(job, new URL(request.url).origin, hasToken), 202, headers);
    }
    if (isHtmx(request)) return html(await startedNote(request, job), 202, headers);
    return html(JobCard({ view: live.view(job), now: new Date() }), 202, headers);
  }

  async function startedNote(request: Request, job: Job): Promise<string> {
    const note = await StartedNote({ job });
    if (!isUpload(request)) return note;
    const imports = await listImports(importsDir);
    const chosen = String(job.metadata?.archive ?? '');
    return note + (await ImportsUpdate({ imports, chosen, now: new Date() }));
  }

  const routes = new Elysia({ name: 'starts' });
  for (const type of tracker.types) {
    routes.post(
      `/api/${type}`,
      async ({ request, server }) => {
        if (type !== 'scrape' || !isUpload(request)) {
          const body = await parseFields({ request });
          return idempotent(request, body, (uuidAt) =>
            start({ request, server, uuidAt }, type, body),
          );
        }
        refuseKey(request);
        const fields = await receiveUpload(services, request, server);
        return startOrForget({ request, server }, { ...fields, source: 'archive' });
      },
      { ...READ_BY_HANDLER, ...startContract(tracker, type) },
    );
  }
  return routes as unknown as StartRoutes;
}

function textsOf(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : [],
    ),
  );
}
