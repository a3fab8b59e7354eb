import type { Elysia } from 'elysia';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { WebhookList, WebhooksPage } from '../../../views/pages/webhooks.tsx';
import { ifRemoved, REMOVED } from '../../../views/removed_note.tsx';
import { InvalidInput } from '../../jobs/index.ts';
import { jobLine } from '../../text/job_text.ts';
import { urlTo } from '../../text/urls.ts';
import { secretText, webhookTable } from '../../text/webhook_text.ts';
import { PrivateAddress, type Webhook, WebhookExists, withoutQuery } from '../../webhooks/index.ts';
import { about, answers, refusals, returns } from '../contract/declare.ts';
import { NO_QUERY, WEBHOOK_BODY, WEBHOOK_ID } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { isReader } from '../http/authenticate.ts';
import { parseFieldsWithLists } from '../http/body.ts';
import { isNavigation } from '../http/negotiation.ts';
import { respond } from '../http/rendered.ts';
import type { RequestContext } from '../http/request_context.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';

/** The answer contains a secret. */
const KEPT_NOWHERE = { 'cache-control': 'no-store' };

const NO_SUCH_WEBHOOK = 'There is no such webhook.';

export function webhooksPage(deps: WebDeps) {
  return (app: Elysia) =>
    app.get(
      '/webhooks',
      ({ request, query }) => html(page(deps, request, { removed: removedNote(query) })),
      {
        query: NO_QUERY,
        detail: { hide: true },
      },
    );
}

/** Lists webhooks and makes new ones. The secret is in the answer that makes it, and nowhere else. */
export function webhookRoutes(deps: WebDeps) {
  const { webhooks } = deps;
  return (app: Elysia) =>
    app
      .get(
        '/api/webhooks',
        async ({ request }) => {
          const all = (await webhooks.store.list()).map((webhook) => seenBy(request, webhook));
          return respond(() => ({ webhooks: all }), {
            html: () => WebhookList({ webhooks: all, now: new Date() }),
            text: () => webhookTable(all),
          });
        },
        {
          query: NO_QUERY,
          response: { 200: returns('Webhooks', 'The webhooks.'), ...refusals() },
          detail: about('Watch', 'list_webhooks', 'Webhooks, with their last deliveries'),
        },
      )
      .post(
        '/api/webhooks',
        async ({ request, server, body, status, set }) => {
          try {
            const made = await create(deps, body, { request, server });
            if (isNavigation(request))
              return html(page(deps, request, { made }), 201, KEPT_NOWHERE) as never;
            Object.assign(set.headers, KEPT_NOWHERE);
            const { webhook, secret } = made;
            return status(
              201,
              respond(() => made, {
                html: () => WebhookList({ webhooks: [webhook], now: new Date(), made }),
                text: () => webhookTable([webhook]) + secretText(secret),
              }),
            );
          } catch (error) {
            if (!isNavigation(request)) throw error;
            return refusalPage(deps, request, body, error) as never;
          }
        },
        {
          parse: parseFieldsWithLists('events'),
          body: WEBHOOK_BODY,
          response: {
            ...answers(201, 'NewWebhook', 'The webhook, and its secret, which is shown only now.', {
              409: 'There is an equal one, with the same address, events and types.',
              422: 'Nothing was made; `details` lists the invalid fields.',
              503: 'The secret key cannot be read or made.',
            }),
          },
          detail: about('Act', 'add_webhook', 'Let a program be told when jobs end'),
        },
      );
}

const ONE = {
  params: WEBHOOK_ID,
  response: answers(200, 'WebhookAnswer', 'The webhook.', { 404: NO_SUCH_WEBHOOK }),
};

const REMOVAL = {
  params: WEBHOOK_ID,
  response: answers(200, 'WebhookAnswer', 'The webhook as it was.', { 404: NO_SUCH_WEBHOOK }),
};

/** Reads and removes single webhooks. */
export function webhookReadRoutes({ webhooks }: WebDeps) {
  async function removed({ params, request, server }: Changing) {
    const webhook = await webhooks.remove(params.id, actorOf({ request, server }));
    return respond(() => ({ webhook }), {
      html: () => '',
      text: () => `${webhook.id}  removed\n`,
      seeOther: () => urlTo(`/webhooks?${REMOVED}`),
    });
  }
  return (app: Elysia) =>
    app
      .get(
        '/api/webhooks/:id',
        async ({ params: { id }, request }) => answer(seenBy(request, await webhooks.get(id))),
        {
          ...ONE,
          detail: about('Watch', 'read_webhook', 'One webhook, with its last deliveries'),
        },
      )
      .delete(
        '/api/webhooks/:id',
        ({ params, request, server }) => removed({ params, request, server }),
        {
          ...REMOVAL,
          detail: about('Act', 'delete_webhook', 'Remove a webhook'),
        },
      )
      .post(
        '/api/webhooks/:id/remove',
        ({ params, request, server }) => removed({ params, request, server }),
        {
          ...REMOVAL,
          detail: about(
            'Act',
            'remove_webhook',
            'Remove a webhook, for forms, which cannot send DELETE',
          ),
        },
      );
}

type Changing = Pick<RequestContext, 'request' | 'server'> & { params: { id: string } };

const STOPPED = { 404: NO_SUCH_WEBHOOK, 409: 'It is paused or has ended.' };

/** Pauses, resumes and tests single webhooks. */
export function webhookChangeRoutes({ webhooks, live, tracker }: WebDeps) {
  return (app: Elysia) =>
    app
      .post(
        '/api/webhooks/:id/pause',
        async ({ params, request, server }) =>
          answer(await webhooks.pause(params.id, actorOf({ request, server }))),
        {
          params: WEBHOOK_ID,
          response: answers(200, 'WebhookAnswer', 'The webhook.', STOPPED),
          detail: about('Act', 'pause_webhook', 'Keep the events of a webhook until it is resumed'),
        },
      )
      .post(
        '/api/webhooks/:id/resume',
        async ({ params, request, server }) =>
          answer(await webhooks.resume(params.id, actorOf({ request, server }))),
        {
          params: WEBHOOK_ID,
          response: answers(200, 'WebhookAnswer', 'The webhook.', STOPPED),
          detail: about('Act', 'resume_webhook', 'Send the events of a paused webhook'),
        },
      )
      .post(
        '/api/webhooks/:id/test',
        async ({ params, request, server, status }) => {
          const job = await webhooks.test(params.id, actorOf({ request, server }));
          return status(
            202,
            respond(() => ({ job }), {
              html: async () => JobCard({ view: await live.view(job), now: new Date() }),
              async text() {
                const waitOf = await tracker.reader.waits([job]);
                return jobLine(job, waitOf(job));
              },
              // It says how the delivery goes.
              seeOther: () => urlTo(`/jobs/${encodeURIComponent(job.id)}`),
            }),
          );
        },
        {
          params: WEBHOOK_ID,
          response: answers(
            202,
            'JobAnswer',
            'The job that delivers the event webhook.test.',
            STOPPED,
          ),
          detail: about('Act', 'test_webhook', 'Send an event webhook.test'),
        },
      );
}

/** Who may change nothing could do so at the receiver with a key in its address. */
function seenBy(request: Request, webhook: Webhook): Webhook {
  return isReader(request) ? withoutQuery(webhook) : webhook;
}

function answer(webhook: Webhook) {
  return respond(() => ({ webhook }), {
    html: () => WebhookList({ webhooks: [webhook], now: new Date() }),
    text: () => webhookTable([webhook]),
    seeOther: () => urlTo(`/webhooks#${webhook.id}`),
  });
}

/** @throws InvalidInput that names the invalid fields. */
async function create({ webhooks }: WebDeps, body: unknown, context: RequestContext) {
  try {
    return await webhooks.add(body, actorOf(context));
  } catch (error) {
    if (!(error instanceof PrivateAddress)) throw error;
    throw new InvalidInput({ url: error.message });
  }
}

/** The form as it was typed. @throws what is no fault of the fields. */
function refusalPage(
  deps: WebDeps,
  request: Request,
  body: Record<string, unknown>,
  error: unknown,
) {
  const values = textsOf(body);
  if (error instanceof InvalidInput) {
    return html(page(deps, request, { refused: { values, errors: error.details } }), 422);
  }
  if (!(error instanceof WebhookExists)) throw error;
  const refused = { values, errors: {} };
  return html(page(deps, request, { refused, existing: error.id }), 409);
}

function removedNote(query: Record<string, unknown>): string | undefined {
  return ifRemoved(query, 'The webhook was removed, and its waiting events were cancelled.');
}

async function page(
  deps: WebDeps,
  request: Request,
  more: Pick<
    Parameters<typeof WebhooksPage>[0]['model'],
    'made' | 'refused' | 'existing' | 'removed'
  > = {},
) {
  const webhooks = (await deps.webhooks.store.list()).map((webhook) => seenBy(request, webhook));
  const model = { webhooks, types: deps.tracker.types, ...more };
  return WebhooksPage({ layout: await layoutOf(request, deps), model });
}

function textsOf(body: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, [value].flat().filter(isPlain).join(',')]),
  );
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
