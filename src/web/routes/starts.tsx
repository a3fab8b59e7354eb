import type { Elysia } from 'elysia';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { StartWarnings } from '../../../views/jobs/start_warnings.tsx';
import { StartedNote } from '../../../views/jobs/started_note.tsx';
import { InvalidInput, type Job, type JobType } from '../../jobs/index.ts';
import type { Pause } from '../../jobs/job.ts';
import { dropImport } from '../../operations/scrape/imports.ts';
import { knownText } from '../../text/import_text.ts';
import { startedText } from '../../text/job_text.ts';
import { pastStartWarning } from '../../text/start_text.ts';
import { basePath, urlTo } from '../../text/urls.ts';
import { warningLines } from '../../text/warning_text.ts';
import { type StartRoutes, startContract } from '../contract/starts.ts';
import type { WebDeps } from '../deps.ts';
import { parseFields, READ_BY_HANDLER } from '../http/body.ts';
import { refuseKey } from '../http/idempotency.ts';
import { originOf } from '../http/incoming.ts';
import { isHtmx, isNavigation, refererOf, wantsJson, wantsText } from '../http/negotiation.ts';
import type { RequestContext } from '../http/request_context.ts';
import { html, plainText, seeOther } from '../http/responses.ts';
import { isUpload, receiveUpload, type Upload } from '../http/uploads.ts';
import { isRepeatField } from './schedule_request.ts';
import { startFrom } from './start.ts';
import { startPage } from './start_pages.tsx';
import { inputWarnings } from './start_warnings.ts';

/** `POST /api/scrape`, `/api/search` …: one address for each job type. */
export function startRoutes(deps: WebDeps) {
  const { tracker, operations, idempotent } = deps;
  return (app: Elysia) => {
    for (const type of tracker.types) {
      const upload = operations.get(type)?.words.upload;
      app.post(
        `/api/${type}`,
        async ({ request, server }) => {
          if (!upload || !isUpload(request)) {
            const fields = await parseFields({ request });
            return idempotent(request, fields, (uuidAt) =>
              start(deps, { request, server, uuidAt }, type, fields),
            );
          }
          refuseKey(request);
          const received = await receiveUpload(deps, request, server);
          return startOrForget(deps, { request, server }, type, {
            ...received,
            fields: { ...received.fields, ...upload },
          });
        },
        { ...READ_BY_HANDLER, ...startContract(deps, type) },
      );
    }
    return app as unknown as StartRoutes;
  };
}

async function start(
  deps: WebDeps,
  context: RequestContext,
  type: JobType,
  fields: Record<string, unknown>,
  notes: string[] = [],
): Promise<Response> {
  const { request } = context;
  try {
    const input = withoutRepeatFields(fields);
    const job = await startFrom(deps.tracker, type, input, context);
    const warnings = [
      ...notes,
      ...inputWarnings(deps.tracker, type, input),
      ...pastStartWarning(job, (await pauseOf(deps, job)) !== undefined),
    ];
    return await answer(deps, request, job, warnings);
  } catch (error) {
    const operation = deps.operations.get(type);
    if (!operation || !isNavigation(request) || !(error instanceof InvalidInput)) throw error;
    // Without JavaScript the response is the form with its values and errors.
    const form = { values: textsOf(fields), errors: error.details };
    return html(await startPage(deps, request, operation, form), 422);
  }
}

/** A form sends what stands under "Repeat…" with every start. */
function withoutRepeatFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !isRepeatField(name)));
}

/** Deletes the uploaded file if no job was started, unless it was there before. */
async function startOrForget(
  deps: WebDeps,
  context: RequestContext,
  type: JobType,
  { fields, isKnown }: Upload,
): Promise<Response> {
  let response: Response | undefined;
  try {
    const notes = isKnown ? [knownText(fields.archive ?? '')] : [];
    response = await start(deps, context, type, fields, notes);
    return response;
  } finally {
    const started = response && response.status < 400;
    if (!started && !isKnown && fields.archive) await dropImport(deps, fields.archive);
  }
}

async function answer(
  deps: WebDeps,
  request: Request,
  job: Job,
  warnings: string[],
): Promise<Response> {
  const location = urlTo(`/jobs/${job.id}`);
  if (isNavigation(request)) return seeOther(location);
  const headers = { location };
  if (wantsJson(request)) {
    const value = warnings.length > 0 ? { job, warnings } : { job };
    return Response.json(value, { status: 202, headers });
  }
  if (wantsText(request)) {
    const hasToken = deps.config.token !== undefined;
    const text = startedText(job, originOf(request) + basePath(), hasToken);
    return plainText(text + warningLines(warnings), 202, headers);
  }
  const started = isHtmx(request)
    ? await startedNote(deps, request, job)
    : await JobCard({ view: await deps.live.view(job), now: new Date() });
  return html(`${started}${StartWarnings({ warnings })}`, 202, headers);
}

/** Why it does not start now, if its type or source is paused. */
async function pauseOf(
  { tracker }: Pick<WebDeps, 'tracker'>,
  job: Job,
): Promise<Pause | undefined> {
  return (await tracker.reader.pauseOf())(job);
}

async function startedNote(deps: WebDeps, request: Request, job: Job): Promise<string> {
  const note = await StartedNote({ job, pause: await pauseOf(deps, job) });
  const isOnOwnPage = refererOf(request)?.split('?')[0] === urlTo(`/${job.type}`);
  const form = isUpload(request) && isOnOwnPage ? deps.forms.get(job.type) : undefined;
  return note + ((await form?.afterUpload?.(job, deps)) ?? '');
}

function textsOf(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)]] : [],
    ),
  );
}
