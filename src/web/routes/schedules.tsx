import type { Elysia } from 'elysia';
import { StartWarnings } from '../../../views/jobs/start_warnings.tsx';
import { SchedulesPage } from '../../../views/pages/schedules.tsx';
import {
  ScheduleCard,
  ScheduleList,
  ScheduleNote,
} from '../../../views/schedules/schedule_card.tsx';
import { InvalidInput } from '../../jobs/index.ts';
import type { Schedule } from '../../schedules/index.ts';
import { scheduleTable } from '../../text/schedule_text.ts';
import { urlTo } from '../../text/urls.ts';
import { about, answers, refusals, returns } from '../contract/declare.ts';
import { NO_QUERY, SCHEDULE_BODY, SCHEDULE_ID } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { parseFields } from '../http/body.ts';
import { addressOf } from '../http/incoming.ts';
import { isHtmx, isNavigation } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import { respond } from '../http/rendered.ts';
import type { RequestContext } from '../http/request_context.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';
import { readScheduleFields, scheduleRequest } from './schedule_request.ts';
import { startPage } from './start_pages.tsx';
import { scheduleWarnings } from './start_warnings.ts';

const NO_SUCH_SCHEDULE = 'There is no such schedule.';

/** The page of the schedules. */
export function schedulesPage(deps: WebDeps) {
  return (app: Elysia) =>
    app.get(
      '/schedules',
      async ({ request }) => {
        const schedules = await deps.schedules.list();
        const runs = await Promise.all(schedules.map(({ id }) => deps.schedules.runs(id)));
        const model = schedules.map((schedule, index) => ({ schedule, runs: runs[index] ?? [] }));
        return html(SchedulesPage({ layout: layoutOf(request, deps), schedules: model }));
      },
      { query: NO_QUERY, detail: { hide: true } },
    );
}

/** Lists schedules and adds one. */
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
        '/api/schedules/:id',
        async ({ params }) => {
          const schedule = await schedules.get(params.id);
          const runs = await schedules.runs(params.id);
          return respond(() => ({ schedule, runs }), {
            html: () => ScheduleCard({ schedule, runs, now: new Date() }),
            text: () => scheduleTable([schedule]),
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
      )
      .post(
        '/api/schedules',
        async ({ request, server, body, status }) =>
          status(201, (await add(deps, { request, server }, { ...body })) as never),
        {
          parse: parseFields,
          body: SCHEDULE_BODY,
          response: answers(201, 'ScheduleAnswer', 'The schedule.', {
            422: 'Nothing was scheduled; `details` lists the invalid fields.',
          }),
          detail: about('Start', 'add_schedule', 'Start a job again and again, at set times', {
            description:
              'Each due time starts one job, however many processes run. Scrapes read only what is new, unless `onlyNew` is false. docs/schedules.md describes missed runs and the nights when clocks change.',
          }),
        },
      );
}

function clientAndActor(context: Parameters<typeof addressOf>[0]) {
  return [addressOf(context), actorOf(context)] as const;
}

type Changing = Pick<RequestContext, 'request' | 'server'> & { params: { id: string } };

/** Pauses, resumes and starts by hand. */
export function scheduleChangeRoutes(deps: WebDeps) {
  const { schedules } = deps;
  const change = async (verb: 'pause' | 'resume', { params, ...context }: Changing) =>
    answerOf(deps, await schedules[verb](params.id, actorOf(context)));
  const changed = {
    params: SCHEDULE_ID,
    response: answers(200, 'ScheduleAnswer', 'The schedule.', { 404: NO_SUCH_SCHEDULE }),
  };
  return (app: Elysia) =>
    app
      .post(
        '/api/schedules/:id/pause',
        ({ params, request, server }) => change('pause', { params, request, server }),
        { ...changed, detail: about('Act', 'pause_schedule', 'Pause a schedule') },
      )
      .post(
        '/api/schedules/:id/resume',
        ({ params, request, server }) => change('resume', { params, request, server }),
        {
          ...changed,
          detail: about('Act', 'resume_schedule', 'Resume a schedule; what it missed stays missed'),
        },
      )
      .post(
        '/api/schedules/:id/run',
        async ({ params, request, server, status }) => {
          await schedules.runNow(params.id, ...clientAndActor({ request, server }));
          return status(202, await answerOf(deps, await schedules.get(params.id)));
        },
        {
          params: SCHEDULE_ID,
          response: answers(202, 'ScheduleAnswer', 'The schedule; `lastRun` has the job.', {
            404: NO_SUCH_SCHEDULE,
            409: 'A job of it is active.',
            422: 'Its type or its input is not valid any more.',
            429: 'Too many jobs are waiting.',
          }),
          detail: about('Start', 'run_schedule', 'Start a job of a schedule now'),
        },
      );
}

/** Removes schedules. */
export function scheduleRemovalRoutes({ schedules }: WebDeps) {
  const removal = async ({ params, set, ...context }: Changing & { set: { headers: object } }) =>
    removed(
      await schedules.remove(params.id, actorOf(context)),
      set.headers as Record<string, unknown>,
    );
  const remove = {
    params: SCHEDULE_ID,
    response: answers(200, 'ScheduleAnswer', 'The schedule as it was.', { 404: NO_SUCH_SCHEDULE }),
  };
  return (app: Elysia) =>
    app
      .delete(
        '/api/schedules/:id',
        ({ params, request, server, set }) => removal({ params, request, server, set }),
        { ...remove, detail: about('Act', 'delete_schedule', 'Remove a schedule; its jobs stay') },
      )
      .post(
        '/api/schedules/:id/remove',
        ({ params, request, server, set }) => removal({ params, request, server, set }),
        {
          ...remove,
          detail: about(
            'Act',
            'remove_schedule',
            'Remove a schedule, for forms, which cannot send DELETE',
          ),
        },
      );
}

/** The new schedule, as a note under the form that asked for it. */
async function add(deps: WebDeps, context: RequestContext, body: Record<string, unknown>) {
  const { request } = context;
  const { own, input, fieldName } = readScheduleFields(body);
  try {
    const wanted = scheduleRequest(own, input, addressOf(context));
    const schedule = await deps.schedules.add(wanted, actorOf(context));
    const type = wanted.type as never;
    const beside = own === body ? body : undefined;
    const warnings = scheduleWarnings(deps.tracker, type, wanted.input, beside);
    return respond(() => ({ schedule, ...(warnings.length > 0 && { warnings }) }), {
      html: () => {
        const now = new Date();
        const shown = isHtmx(request)
          ? ScheduleNote({ schedule, now })
          : ScheduleCard({ schedule, runs: [], now });
        return `${shown}${StartWarnings({ warnings })}`;
      },
      text: () => scheduleTable([schedule]),
      seeOther: () => pathOf(schedule),
    });
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const named = Object.entries(error.details).map(([name, wrong]) => [fieldName(name), wrong]);
    return refused(deps, request, body, Object.fromEntries(named));
  }
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
    message: 'Correct the fields below and try again.',
    details: errors,
  });
}

/** As JSON, a line, or the card in place of the one on the page. */
async function answerOf({ schedules }: WebDeps, schedule: Schedule) {
  const runs = await schedules.runs(schedule.id);
  return respond(() => ({ schedule }), {
    html: () => ScheduleCard({ schedule, runs, now: new Date(), isUpdate: true }),
    text: () => scheduleTable([schedule]),
    seeOther: () => pathOf(schedule),
  });
}

function removed(schedule: Schedule, headers: Record<string, unknown>) {
  return respond(() => ({ schedule }), {
    text: () => `${schedule.id}  removed\n`,
    seeOther: () => urlTo('/schedules'),
    html() {
      // The page may be empty now.
      headers['hx-redirect'] = urlTo('/schedules');
      return '';
    },
  });
}

const withoutRuns = (schedule: Schedule) => ({ schedule, runs: [] });

function pathOf({ id }: Schedule): string {
  return urlTo(`/schedules#${id}`);
}
