import type { Elysia } from 'elysia';
import { SourceCard, SourceList, SourcesPage } from '../../../views/pages/sources.tsx';
import type { RefusedForm } from '../../../views/sources/connect_form.tsx';
import {
  CredentialsNotAccepted,
  createManager,
  InvalidConnection,
} from '../../connections/index.ts';
import type { SourceState } from '../../sources/source_state.ts';
import { sourceTable } from '../../text/source_text.ts';
import { urlTo } from '../../text/urls.ts';
import { about, answers, refusals, returns } from '../contract/declare.ts';
import {
  BUDGET_BODY,
  CREDENTIALS_BODY,
  NO_QUERY,
  PAID_SOURCE,
  readBudget,
  SOURCE_NAME,
} from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { parseFields, parseSecrets } from '../http/body.ts';
import { isNavigation } from '../http/negotiation.ts';
import { asStated, respond } from '../http/rendered.ts';
import type { RequestContext } from '../http/request_context.ts';
import { html } from '../http/responses.ts';
import { toProblem } from '../http/to_problem.ts';
import { layoutOf } from './layout.ts';

const NO_SUCH_SOURCE = 'There is no such source, or it takes no credentials.';

/** The page of the sources. */
export function sourcesPage(deps: WebDeps) {
  const manager = createManager(deps.sources, deps.connections);
  return (app: Elysia) =>
    app.get(
      '/sources',
      async ({ request }) =>
        html(SourcesPage({ layout: await layoutOf(request, deps), sources: await manager.list() })),
      { query: NO_QUERY, detail: { hide: true } },
    );
}

/** Connects, tests and disconnects sources, and sets their budgets. No answer contains a secret. */
export function sourceRoutes(deps: WebDeps) {
  const { sources, connections } = deps;
  const manager = createManager(sources, connections);

  return (app: Elysia) =>
    app
      .get(
        '/api/sources',
        async () => {
          const states = await manager.list();
          return respond(() => ({ sources: states }), {
            html: () => SourceList({ sources: states, now: new Date() }),
            text: () => sourceTable(states),
          });
        },
        {
          query: NO_QUERY,
          response: { 200: returns('Sources', 'The sources.'), ...refusals() },
          detail: about('Read', 'list_sources', 'The sources, and whether they are connected'),
        },
      )
      .post(
        '/api/sources/:name/credentials',
        async ({ request, server, params: { name }, body }) => {
          try {
            const record = deps.tracker.audit.recorder(actorOf({ request, server }));
            return changed(await manager.connect(name, body, record));
          } catch (error) {
            // A page, which is no answer of the contract.
            return (await formAgain(deps, request, { source: name, values: body }, error)) as never;
          }
        },
        {
          params: SOURCE_NAME,
          parse: parseSecrets,
          body: CREDENTIALS_BODY,
          response: answers(200, 'SourceAnswer', 'The source, with the outcome of the test.', {
            404: NO_SUCH_SOURCE,
            422: 'Nothing was stored; `details` lists the invalid fields. It is empty when the service refuses new credentials: the earlier ones stay in use.',
            503: 'The secret key cannot be read or made.',
          }),
          detail: about('Act', 'connect_source', 'Store credentials of a source and test them', {
            description:
              'Replaces earlier credentials, unless those work and the new ones do not pass the test. The body has `method` and the fields of that method, as `GET /api/sources` lists them. The values are sealed, and no answer contains them.',
          }),
        },
      );
}

export function sourceChangeRoutes(deps: WebDeps) {
  const { sources, connections, tracker } = deps;
  const manager = createManager(sources, connections);
  const recorderOf = ({ request, server }: RequestContext) =>
    tracker.audit.recorder(actorOf({ request, server }));
  const remove = {
    params: SOURCE_NAME,
    response: answers(200, 'SourceAnswer', 'The source, not connected.', { 404: NO_SUCH_SOURCE }),
  };
  return (app: Elysia) =>
    app
      .delete(
        '/api/sources/:name/credentials',
        async ({ params: { name }, request, server }) =>
          changed(await manager.disconnect(name, recorderOf({ request, server }))),
        {
          ...remove,
          detail: about('Act', 'delete_credentials', 'Remove the credentials of a source'),
        },
      )
      .post(
        '/api/sources/:name/credentials/remove',
        async ({ params: { name }, request, server }) =>
          changed(await manager.disconnect(name, recorderOf({ request, server }))),
        {
          ...remove,
          detail: about(
            'Act',
            'remove_credentials',
            'Remove the credentials of a source, for forms, which cannot send DELETE',
          ),
        },
      )
      .post(
        '/api/sources/:name/test',
        async ({ params: { name } }) => changed(await manager.test(name)),
        {
          params: SOURCE_NAME,
          response: answers(200, 'SourceAnswer', 'The source, with the outcome of the test.', {
            404: NO_SUCH_SOURCE,
          }),
          detail: about('Act', 'test_source', 'Ask the service whether the credentials work'),
        },
      )
      .use(budgetRoute(deps));
}

function budgetRoute(deps: WebDeps) {
  const manager = createManager(deps.sources, deps.connections);
  return (app: Elysia) =>
    app.post(
      '/api/sources/:name/budget',
      async ({ request, server, params: { name }, body }) => {
        try {
          const record = deps.tracker.audit.recorder(actorOf({ request, server }));
          return changed(await manager.budget(name, readBudget(body), record));
        } catch (error) {
          const form = { source: name, values: Object(body) };
          return asStated(budgetAgain(deps, request, form, error));
        }
      },
      {
        params: PAID_SOURCE,
        parse: parseFields,
        body: BUDGET_BODY,
        response: answers(200, 'SourceAnswer', 'The source, with its budget.', {
          404: 'There is no such source, or nothing that it offers costs money.',
          422: 'The budget was not changed; `details` lists the invalid fields.',
        }),
        detail: about('Act', 'set_budget', 'Set what a paid source may cost, or count from zero'),
      },
    );
}

/** The page with the form of the budget that was refused, for browsers without a script. */
async function budgetAgain(
  deps: WebDeps,
  request: Request,
  form: Omit<RefusedForm, 'model'>,
  error: unknown,
): Promise<Response> {
  const problem = toProblem(error);
  if (problem.status !== 422 || !isNavigation(request)) throw error;
  return pageWith(deps, request, { ...form, model: problem.model() });
}

/** The page with the form that was refused, for browsers without a script. */
async function formAgain(
  deps: WebDeps,
  request: Request,
  form: Omit<RefusedForm, 'model'>,
  error: unknown,
): Promise<Response> {
  const isRefusal = error instanceof InvalidConnection || error instanceof CredentialsNotAccepted;
  if (!isRefusal || !isNavigation(request)) throw error;
  return pageWith(deps, request, { ...form, model: toProblem(error).model() });
}

async function pageWith(deps: WebDeps, request: Request, refused: RefusedForm): Promise<Response> {
  const sources = await createManager(deps.sources, deps.connections).list();
  return html(SourcesPage({ layout: await layoutOf(request, deps), sources, refused }), 422);
}

/** As JSON, a line, or the card in place of the one on the page. */
function changed(source: SourceState) {
  return respond(() => ({ source }), {
    html: () => SourceCard({ source, now: new Date(), isUpdate: true }),
    text: () => sourceTable([source]),
    seeOther: () => urlTo(`/sources#source-${source.name}`),
  });
}
