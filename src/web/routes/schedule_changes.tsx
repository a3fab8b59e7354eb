import type { Elysia } from 'elysia';
import { EditSchedulePage, valuesOf } from '../../../views/pages/edit_schedule.tsx';
import { InvalidInput } from '../../jobs/index.ts';
import { about, answers } from '../contract/declare.ts';
import { NO_QUERY, SCHEDULE_CHANGES, SCHEDULE_ID } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { parseFields } from '../http/body.ts';
import { addressOf } from '../http/incoming.ts';
import { isNavigation } from '../http/negotiation.ts';
import { Problem } from '../http/problem.ts';
import type { RequestContext } from '../http/request_context.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';
import { changed, NO_SUCH_SCHEDULE, removed } from './schedule_answers.tsx';
import { previewOf } from './schedule_preview.ts';
import { readChanges, readTimes } from './schedule_request.ts';
import { changeWarnings } from './start_warnings.ts';

const CHANGED = {
  params: SCHEDULE_ID,
  response: answers(200, 'ScheduleAnswer', 'The schedule.', { 404: NO_SUCH_SCHEDULE }),
};

const REMOVED = {
  params: SCHEDULE_ID,
  response: answers(200, 'ScheduleAnswer', 'The schedule as it was.', { 404: NO_SUCH_SCHEDULE }),
};

const EDITED = {
  params: SCHEDULE_ID,
  parse: parseFields,
  body: SCHEDULE_CHANGES,
  response: answers(200, 'ScheduleAnswer', 'The schedule.', {
    404: NO_SUCH_SCHEDULE,
    422: 'Nothing was changed; `details` lists the invalid fields.',
  }),
};

/** The page with the form that changes a schedule. */
export function editSchedulePage(deps: WebDeps) {
  return (app: Elysia) =>
    app.get(
      '/schedules/:id/edit',
      async ({ request, params }) => html(await editPage(deps, request, params.id)),
      { params: SCHEDULE_ID, query: NO_QUERY, detail: { hide: true } },
    );
}

async function editPage(
  deps: WebDeps,
  request: Request,
  id: string,
  typed: { values: Record<string, string>; errors: Record<string, string> } = {
    values: {},
    errors: {},
  },
): Promise<JSX.Element> {
  const schedule = await deps.schedules.get(id);
  const times = readTimes({ ...valuesOf(schedule), ...typed.values });
  const preview = await previewOf(deps, times, typed.errors);
  return EditSchedulePage({ layout: await layoutOf(request, deps), schedule, typed, preview });
}

function clientAndActor(context: Parameters<typeof addressOf>[0]) {
  return [addressOf(context), actorOf(context)] as const;
}

/** Changes the times and the options of a schedule. */
export function scheduleEditRoutes(deps: WebDeps) {
  return (app: Elysia) =>
    app
      .patch(
        '/api/schedules/:id',
        async ({ params, request, server, body }) =>
          edit(deps, { request, server }, params.id, { ...body }),
        {
          ...EDITED,
          detail: about('Act', 'edit_schedule', 'Change a schedule', {
            description:
              'What is absent stays, and null is the default. It counts from now on: a job that was started stays as it is.',
          }),
        },
      )
      .post(
        '/api/schedules/:id/edit',
        async ({ params, request, server, body }) =>
          edit(deps, { request, server }, params.id, { ...body }),
        {
          ...EDITED,
          detail: about(
            'Act',
            'edit_schedule_form',
            'Change a schedule, for forms, which cannot send PATCH',
          ),
        },
      );
}

async function edit(
  deps: WebDeps,
  { request, server }: Pick<RequestContext, 'request' | 'server'>,
  id: string,
  body: Record<string, unknown>,
) {
  const { fieldName, changes } = readChanges(body);
  try {
    const schedule = await deps.schedules.edit(id, changes, actorOf({ request, server }));
    const warnings = changeWarnings(deps.tracker, schedule.type, body);
    return await changed(deps, schedule, warnings);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const details = Object.fromEntries(
      Object.entries(error.details).map(([name, wrong]) => [fieldName(name), wrong]),
    );
    if (isNavigation(request)) {
      const texts = Object.entries(body).filter(([, value]) => typeof value === 'string');
      const values = Object.fromEntries(texts) as Record<string, string>;
      return html(await editPage(deps, request, id, { values, errors: details }), 422) as never;
    }
    throw new Problem(422, 'invalid_input', 'Nothing was changed.', {
      message: 'Correct what is named and try again.',
      details,
    });
  }
}

/** Pauses, resumes, removes and starts by hand. */
export function scheduleChangeRoutes(deps: WebDeps) {
  const { schedules } = deps;
  return (app: Elysia) =>
    app
      .post(
        '/api/schedules/:id/pause',
        async ({ params, request, server }) =>
          changed(deps, await schedules.pause(params.id, actorOf({ request, server }))),
        { ...CHANGED, detail: about('Act', 'pause_schedule', 'Pause a schedule') },
      )
      .post(
        '/api/schedules/:id/resume',
        async ({ params, request, server }) =>
          changed(deps, await schedules.resume(params.id, actorOf({ request, server }))),
        {
          ...CHANGED,
          detail: about('Act', 'resume_schedule', 'Resume a schedule; what it missed stays missed'),
        },
      )
      .post(
        '/api/schedules/:id/run',
        async ({ params, request, server, status }) => {
          await schedules.runNow(params.id, ...clientAndActor({ request, server }));
          return status(202, await changed(deps, await schedules.get(params.id)));
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
      )
      .delete(
        '/api/schedules/:id',
        async ({ params, request, server, set }) =>
          removed(await schedules.remove(params.id, actorOf({ request, server })), set.headers),
        { ...REMOVED, detail: about('Act', 'delete_schedule', 'Remove a schedule; its jobs stay') },
      )
      .post(
        '/api/schedules/:id/remove',
        async ({ params, request, server, set }) =>
          removed(await schedules.remove(params.id, actorOf({ request, server })), set.headers),
        {
          ...REMOVED,
          detail: about(
            'Act',
            'remove_schedule',
            'Remove a schedule, for forms, which cannot send DELETE',
          ),
        },
      );
}
