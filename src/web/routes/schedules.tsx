import type { Elysia } from 'elysia';
import { StartWarnings } from '../../../views/jobs/start_warnings.tsx';
import { SchedulesPage } from '../../../views/pages/schedules.tsx';
import { ifRemoved } from '../../../views/removed_note.tsx';
import { DuePreviewNote } from '../../../views/schedules/due_preview.tsx';
import {
  ScheduleCard,
  ScheduleList,
  ScheduleNote,
} from '../../../views/schedules/schedule_card.tsx';
import { InvalidInput } from '../../jobs/index.ts';
import type { DuePreview, Schedule } from '../../schedules/index.ts';
import { scheduleDetails, scheduleRuns } from '../../text/schedule_details.ts';
import { previewText, scheduleTable } from '../../text/schedule_text.ts';
import { warningLines } from '../../text/warning_text.ts';
import { about, answers, refusals, returns } from '../contract/declare.ts';
import { NO_QUERY, SCHEDULE_BODY, SCHEDULE_ID, SCHEDULE_TIMES } from '../contract/requests.ts';
import { IDEMPOTENCY_KEY } from '../contract/starts.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { parseFields, READ_BY_HANDLER } from '../http/body.ts';
import { addressOf } from '../http/incoming.ts';
import { isHtmx, isNavigation } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import { asStated, respond, responseTo } from '../http/rendered.ts';
import type { RequestContext } from '../http/request_context.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';
import { NO_SUCH_SCHEDULE, pathOf } from './schedule_answers.tsx';
import { readScheduleFields, readTimes, scheduleRequest } from './schedule_request.ts';
import { startPage } from './start_pages.tsx';
import { scheduleWarnings } from './start_warnings.ts';

/** The page of the schedules. */
export function schedulesPage(deps: WebDeps) {
  return (app: Elysia) =>
    app.get(
      '/schedules',
      async ({ request, query }) => {
        const schedules = await deps.schedules.list();
        const runs = await Promise.all(schedules.map(({ id }) => deps.schedules.runs(id)));
        const model = schedules.map((schedule, index) => ({ schedule, runs: runs[index] ?? [] }));
        const removed = ifRemoved(query, 'The schedule was removed. The jobs it started stay.');
        return html(
          SchedulesPage({ layout: await layoutOf(request, deps), schedules: model, removed }),
        );
      },
      { query: NO_QUERY, detail: { hide: true } },
    );
}

/** Lists schedules, and tells when one would be due. */
export function scheduleRoutes(deps: WebDeps) {
  const { schedules } = deps;
  return (app: Elysia) =>
    app
      .get(
        '/api/schedules',
        async () => {
          const listed = await schedules.list();
          return respond(() => ({ schedules: listed }), {
            html: () => ScheduleList({ schedules: listed.map(withoutRuns), now: new Date() }),
            text: () => scheduleTable(listed),
          });
        },
        {
          query: NO_QUERY,
          response: { 200: returns('Schedules', 'The schedules.'), ...refusals() },
          detail: about('Read', 'list_schedules', 'What starts by itself, and when'),
        },
      )
      .get(
        '/api/schedules/preview',
        ({ request, query }) => preview(deps, request, query as Record<string, unknown>),
        {
          query: SCHEDULE_TIMES,
          response: answers(200, 'SchedulePreview', 'When it would be due.', {
            422: 'It is never due, or cannot be read; `details` lists the invalid parameters.',
          }),
          detail: about('Read', 'preview_schedule', 'When a schedule would be due'),
        },
      )
      .get(
        '/api/schedules/:id',
        async ({ params }) => {
          const schedule = await schedules.get(params.id);
          const runs = await schedules.runs(params.id);
          return respond(() => ({ schedule, runs }), {
            html: () => ScheduleCard({ schedule, runs, now: new Date() }),
            text: () =>
              `${scheduleTable([schedule])}${scheduleDetails(schedule)}${scheduleRuns(runs, schedule)}`,
          });
        },
        {
          params: SCHEDULE_ID,
          query: NO_QUERY,
          response: answers(200, 'ScheduleRuns', 'The schedule and its last runs.', {
            404: NO_SUCH_SCHEDULE,
          }),
          detail: about('Read', 'get_schedule', 'One schedule, with what became of its last runs'),
        },
      );
}

/** Adds a schedule. */
export function addScheduleRoute(deps: WebDeps) {
  return (app: Elysia) =>
    app.post(
      '/api/schedules',
      async ({ request, server }) => {
        const body = await parseFields({ request });
        return asStated(
          deps.idempotent(request, body, (uuidAt) => add(deps, { request, server, uuidAt }, body)),
        );
      },
      {
        ...READ_BY_HANDLER,
        body: SCHEDULE_BODY,
        response: answers(201, 'ScheduleAnswer', 'The schedule.', {
          422: 'Nothing was scheduled; `details` lists the invalid fields.',
        }),
        detail: about('Start', 'add_schedule', 'Start a job again and again, at set times', {
          description:
            'Each due time starts one job, however many processes run. Scrapes read only what is new, unless `onlyNew` is false. docs/schedules.md describes missed runs and the nights when clocks change.',
          parameters: [IDEMPOTENCY_KEY],
        }),
      },
    );
}

/** A form that is being filled in gets what is wrong in the place of the times. */
async function preview(
  { schedules }: WebDeps,
  request: Request,
  sent: Record<string, unknown>,
): Promise<DuePreview> {
  try {
    const due = await schedules.preview(readTimes(sent));
    return respond(() => due, {
      html: () => DuePreviewNote({ due }),
      text: () => previewText(due),
    });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    if (isHtmx(request)) return html(DuePreviewNote({ problem: error.message })) as never;
    throw new Problem(422, 'invalid_input', 'Invalid query.', {
      message: 'Correct the parameters below, or omit them.',
      details: error.details,
    });
  }
}

/** The new schedule, as a note under the form that asked for it. */
async function add(
  deps: WebDeps,
  context: RequestContext,
  body: Record<string, unknown>,
): Promise<Response> {
  const { request, uuidAt } = context;
  const fields = readScheduleFields(deps.tracker, body);
  try {
    const wanted = scheduleRequest(fields, addressOf(context));
    const schedule = await deps.schedules.add(
      { ...wanted, ...(uuidAt && { uuid: uuidAt(0) }) },
      actorOf(context),
    );
    const beside = fields.isFlat ? undefined : body;
    const warnings = scheduleWarnings(deps.tracker, wanted.type as never, wanted.input, beside);
    return await responseTo(
      request,
      () => ({ schedule, ...(warnings.length > 0 && { warnings }) }),
      {
        html: () => `${addedNote(request, schedule)}${StartWarnings({ warnings })}`,
        text: () => scheduleTable([schedule]) + warningLines(warnings),
        seeOther: () => pathOf(schedule),
      },
      201,
    );
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const named = Object.entries(error.details).map(([name, wrong]) => [
      fields.fieldName(name),
      wrong,
    ]);
    return refused(deps, request, body, Object.fromEntries(named));
  }
}

function addedNote(request: Request, schedule: Schedule): JSX.Element {
  const now = new Date();
  return isHtmx(request)
    ? ScheduleNote({ schedule, now })
    : ScheduleCard({ schedule, runs: [], now });
}

/** Without JavaScript the answer is the form with its values and errors. */
async function refused(
  deps: WebDeps,
  request: Request,
  body: Record<string, unknown>,
  errors: Record<string, string>,
): Promise<Response> {
  const operation = typeof body.type === 'string' && deps.operations.get(body.type);
  if (operation && isNavigation(request)) {
    const values = Object.entries(body).filter(([, value]) => typeof value === 'string');
    const form = { values: Object.fromEntries(values) as Record<string, string>, errors };
    return html(await startPage(deps, request, operation, form), 422);
  }
  throw new Problem(422, 'invalid_input', 'Nothing was scheduled.', {
    message: 'Correct what is named and try again.',
    details: errors,
  });
}

const withoutRuns = (schedule: Schedule) => ({ schedule, runs: [] });
