import { urlTo } from '../../src/text/urls.ts';
import {
  deliveriesText,
  deliveryState,
  lossText,
  typesText,
  waitingText,
  webhookMoment,
  webhookState,
} from '../../src/text/webhook_text.ts';
import { type Delivery, WEBHOOK_EVENTS, type Webhook } from '../../src/webhooks/webhook.ts';
import { attributeText, TextField } from '../forms/field.tsx';
import { Page } from '../layouts/page.tsx';
import { RemovedNote } from '../removed_note.tsx';
import { TableHead } from '../table_head.tsx';
import { relativeTime } from '../time.tsx';
import type { FormState, Layout } from '../view_models.ts';

/** A webhook that was made just now, with its secret. */
interface Made {
  webhook: Webhook;
  secret: string;
}

interface WebhooksModel {
  webhooks: Webhook[];
  types: readonly string[];
  made?: Made;
  refused?: FormState;
  /** What was just removed. */
  removed?: string | undefined;
  /** The id of an equal one, because of which nothing was added. */
  existing?: string;
}

/** How each event is called in the form. */
const EVENT_WORDS = {
  completed: 'It completed',
  failed: 'It failed',
  exhausted: 'It failed after its last attempt',
  cancelled: 'It was cancelled',
};

export function WebhooksPage({ layout, model }: { layout: Layout; model: WebhooksModel }) {
  const { webhooks, types, made, refused, existing, removed } = model;
  return (
    <Page title="Webhooks" current="/jobs" layout={layout}>
      <h1>Webhooks</h1>
      <RemovedNote text={removed} />
      {made ? <NewSecret made={made} /> : ''}
      {existing === undefined ? '' : <Existing id={existing} />}
      <p class="page-lead">
        Programs that are told when jobs end. Events are signed after Standard Webhooks and sent
        again for two days until they arrive.
      </p>
      <WebhookList webhooks={webhooks} now={layout.now} />
      <WebhookForm form={refused ?? { values: {}, errors: {} }} types={types} />
    </Page>
  );
}

interface ListProps {
  webhooks: Webhook[];
  now: Date;
  made?: Made;
}

export function WebhookList({ webhooks, now, made }: ListProps): JSX.Element {
  if (webhooks.length === 0) return <p class="empty">No webhooks yet.</p>;
  return (
    <div class="webhooks">
      {webhooks.map((webhook) => (
        <WebhookCard
          webhook={webhook}
          now={now}
          secret={made?.webhook.id === webhook.id ? made.secret : undefined}
        />
      ))}
    </div>
  );
}

const ENDS = {
  completed: 'completed',
  failed: 'failed',
  exhausted: 'used up their attempts',
  cancelled: 'were cancelled',
};

/** "completed, failed or were cancelled" */
function listed(events: Webhook['events']): string {
  const [last = '', ...others] = events.map((event) => ENDS[event]).toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

interface CardProps {
  webhook: Webhook;
  now: Date;
  secret?: string;
}

function WebhookCard({ webhook, now, secret }: CardProps): JSX.Element {
  const { id, url, events, deliveries, pausedAt, endedAt } = webhook;
  const path = urlTo(`/api/webhooks/${encodeURIComponent(id)}`);
  return (
    <article class="webhook" id={id} aria-labelledby={`${id}-url`}>
      <h2 class="webhook-url mono" id={`${id}-url`} safe>
        {url}
      </h2>
      {secret === undefined ? '' : <Secret secret={secret} />}
      <p class="webhook-facts">
        <span safe>{`Jobs that ${listed(events)} · types: ${typesText(webhook)}`}</span>
        <br />
        <State webhook={webhook} now={now} />
      </p>
      <div class="source-actions" data-changes="remove">
        {endedAt ? '' : <Switches pausedAt={pausedAt} path={path} />}
        <RemoveForm webhook={webhook} action={`${path}/remove`} />
      </div>
      {deliveries.length > 0 && <Deliveries deliveries={deliveries} now={now} />}
    </article>
  );
}

/** A request that is sent within this time is not announced, in ms. */
const SOON_MS = 5_000;

/** "paused · 3 min ago · 2 events wait" */
function State({ webhook, now }: { webhook: Webhook; now: Date }): JSX.Element {
  const at = webhookMoment(webhook);
  const { retryAt, waiting } = webhook;
  const isBackingOff = retryAt && retryAt.getTime() - now.getTime() > SOON_MS && waiting > 0;
  return (
    <>
      <span class="webhook-state" safe>
        {capital(webhookState(webhook))}
      </span>
      {at ? <> · {relativeTime(at, now)}</> : ''}
      {waiting > 0 ? ' · ' : ''}
      <span safe>{waitingText(webhook)}</span>
      {isBackingOff ? <>, the next is sent {relativeTime(retryAt, now)}</> : ''}
    </>
  );
}

/** What can be done while it has not ended. */
function Switches({ pausedAt, path }: { pausedAt: Date | undefined; path: string }): JSX.Element {
  const button = (verb: string, words: string) => (
    <form method="post" action={attributeText(`${path}/${verb}`)}>
      <button type="submit" safe>
        {words}
      </button>
    </form>
  );
  if (pausedAt) return button('resume', 'Resume');
  return (
    <>
      {button('test', 'Send a test')}
      {button('pause', 'Pause')}
    </>
  );
}

/** Folded: the first press only asks, with and without a script. */
function RemoveForm({ webhook, action }: { webhook: Webhook; action: string }): JSX.Element {
  return (
    <details class="remove-webhook">
      <summary>
        Remove…<span class="visually-hidden" safe>{` ${webhook.url}`}</span>
      </summary>
      <form method="post" action={attributeText(action)}>
        <p class="field-help" safe>
          {lossText(webhook)}
        </p>
        <button type="submit" class="danger">
          Remove the webhook
        </button>
      </form>
    </details>
  );
}

/** A browser reads it out and scrolls to it, without a script too. */
const FOCUSED = { tabindex: '-1', autofocus: true };

/** First on the page of the answer, and focused: it is nowhere else. */
function NewSecret({ made: { webhook, secret } }: { made: Made }): JSX.Element {
  return (
    <section class="result warning webhook-note" aria-labelledby="new-secret" {...FOCUSED}>
      <p class="result-title" id="new-secret">
        Webhook added. Copy its secret now: it is not shown again.
      </p>
      <p class="mono webhook-secret" safe>
        {secret}
      </p>
      <p>
        It signs the events for{' '}
        <a href={attributeText(`#${webhook.id}`)} safe>
          {webhook.url}
        </a>
        .
      </p>
    </section>
  );
}

/** Also the answer to a page with a secret that is loaded again. */
function Existing({ id }: { id: string }): JSX.Element {
  return (
    <section class="result error webhook-note" aria-labelledby="existing-webhook" {...FOCUSED}>
      <p class="result-title" id="existing-webhook">
        Nothing was added: there is an equal webhook.
      </p>
      <p>
        <a href={attributeText(`#${id}`)}>This one</a> has the same address, events and types
        already. Its secret was shown when it was added. To get another secret, remove it and add it
        again.
      </p>
    </section>
  );
}

function Secret({ secret }: { secret: string }): JSX.Element {
  return (
    <div class="result warning" role="status">
      <p>The secret of this webhook. Copy it now: it is not shown again.</p>
      <p class="mono webhook-secret" safe>
        {secret}
      </p>
    </div>
  );
}

function Deliveries({ deliveries, now }: { deliveries: Delivery[]; now: Date }): JSX.Element {
  return (
    <details>
      <summary safe>{deliveriesText(deliveries.length)}</summary>
      <table class="webhook-deliveries">
        <TableHead columns={['When', 'Event', 'Attempt', 'Outcome']} numbers={['Attempt']} />
        <tbody>
          {deliveries.map((delivery) => (
            <tr>
              <td>{relativeTime(delivery.at, now)}</td>
              <td>
                <a href={urlTo(`/jobs/${encodeURIComponent(delivery.jobId)}`)} safe>
                  {delivery.event}
                </a>
              </td>
              <td class="number">{delivery.attempt}</td>
              <td class="webhook-outcome" data-failed={delivery.error ? 'true' : undefined} safe>
                {deliveryState(delivery)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function WebhookForm({ form, types }: { form: FormState; types: readonly string[] }): JSX.Element {
  const chosen = (form.values.events ?? 'completed,failed').split(',');
  return (
    <section aria-labelledby="new-webhook" data-changes="remove">
      <h2 id="new-webhook">New webhook</h2>
      <form class="webhook-form" method="post" action={urlTo('/api/webhooks')}>
        <TextField
          name="url"
          label="Address"
          help="Events are posted there as JSON."
          placeholder="https://hooks.example/xgpt"
          maxlength={2_000}
          required
          form={form}
        />
        <fieldset class="webhook-events">
          <legend>When a job has ended like this</legend>
          {/* Says that none is ticked, which would be no field at all. */}
          <input type="hidden" name="events" value="" />
          {WEBHOOK_EVENTS.map((event) => (
            <label>
              <input type="checkbox" name="events" value={event} checked={chosen.includes(event)} />{' '}
              <span safe>{EVENT_WORDS[event]}</span>
            </label>
          ))}
          <p class="field-error" safe>
            {form.errors.events ?? ''}
          </p>
        </fieldset>
        <TextField
          name="types"
          label="Types of jobs"
          help={`Separated by commas; empty: all. There are ${types.join(', ')}.`}
          maxlength={500}
          form={form}
        />
        <div class="form-actions">
          <button type="submit" class="primary">
            Add webhook
          </button>
        </div>
      </form>
    </section>
  );
}
