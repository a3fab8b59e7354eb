import type { Database } from 'bun:sqlite';
import type { SecretKey } from '../connections/index.ts';
import type { Actor, FollowUp, Job, JobDefinition, Tracker } from '../jobs/index.ts';
import { sharedWriterOf } from '../platform/writer.ts';
import { allowedAddresses, type Resolve, resolveHost } from './addresses.ts';
import { createDeliverJob, DELIVER_TYPE } from './deliver.ts';
import { ANSWER_MS } from './send.ts';
import { WebhookStore } from './store.ts';
import {
  END_WORDS,
  isToldOf,
  NoSuchWebhook,
  type Webhook,
  WebhookNotSent,
  type WebhookPayload,
} from './webhook.ts';

export { PrivateAddress } from './addresses.ts';
export {
  type Delivery,
  NoSuchWebhook,
  WEBHOOK_EVENTS,
  type Webhook,
  type WebhookEvent,
  WebhookExists,
  WebhookNotSent,
  withoutQuery,
} from './webhook.ts';

export interface WebhooksOptions {
  /** From `openDatabase`. */
  db: Database;
  secretKey: SecretKey;
  /** Whether receivers may be in a private network, or on this machine. */
  allowPrivate: boolean;
  /** Milliseconds since 1970. Default: the machine's clock. */
  now?: () => number;
  /** Default: the system's resolver. */
  resolve?: Resolve;
  /** How long a receiver may take to answer, in ms. Default: 15,000. */
  answerMs?: number;
  /** Certificates that are trusted besides the usual ones, as PEM. */
  ca?: string;
}

/** Tells other programs when jobs end. */
export class Webhooks {
  readonly store: WebhookStore;
  readonly #definition: JobDefinition;
  readonly #now: () => number;

  /** The tracker then tells them of every end, and knows the job type that sends events. */
  constructor(
    private readonly tracker: Tracker,
    private readonly options: WebhooksOptions,
  ) {
    const { db, secretKey: key, allowPrivate, now = Date.now, ca } = options;
    const { resolve = resolveHost, answerMs = ANSWER_MS } = options;
    this.#now = now;
    const waiting = () => tracker.lanes.waiting(DELIVER_TYPE);
    const store = new WebhookStore({ db, writer: sharedWriterOf(db), key, now, waiting });
    this.store = store;
    this.#definition = createDeliverJob({
      ...{ store, now, allowPrivate, resolve, answerMs, ...(ca && { ca }) },
      cancelRest: (id, why, except) => tracker.lanes.cancel(DELIVER_TYPE, id, { why, except }),
    });
    tracker.define(this.#definition);
    tracker.afterEnd((ended, read) => this.#followUps(ended, read));
  }

  /** @throws NoSuchWebhook */
  async get(id: string): Promise<Webhook> {
    const webhook = await this.store.get(id);
    if (!webhook) throw new NoSuchWebhook();
    return webhook;
  }

  /** @throws PrivateAddress when the address itself is private; a name is resolved for each request. */
  async check(url: string): Promise<void> {
    const { hostname } = new URL(url);
    const isNamed = /[a-z]/i.test(hostname) && !/^localhost\.?$/i.test(hostname);
    const isAddress = hostname.startsWith('[') || !isNamed;
    const known = hostname.replace(/^localhost\.?$/i, '127.0.0.1');
    const { allowPrivate } = this.options;
    const resolve = async () => [known];
    if (isAddress) await allowedAddresses(hostname, { resolve, allowPrivate });
  }

  /**
   * Adds a webhook as people and programs describe it.
   * @returns the webhook and its secret, which nobody can read again.
   * @throws InvalidInput that names the invalid fields, PrivateAddress, WebhookExists
   */
  async add(typed: unknown, by?: Actor): Promise<{ webhook: Webhook; secret: string }> {
    const { parseWebhook } = await import('./input.ts');
    const given = parseWebhook(typed, await this.#knownTypes());
    await this.check(given.url);
    return this.store.add(given, this.tracker.audit.recorder(by));
  }

  /** Queues an event `webhook.test`. @throws NoSuchWebhook, WebhookNotSent */
  async test(id: string, by?: Actor): Promise<Job> {
    const { pausedAt } = await this.#requireGoing(id, 'Nothing was sent.');
    if (pausedAt) throw new WebhookNotSent('paused', 'It is paused. Resume it first.');
    const timestamp = new Date(this.#now()).toISOString();
    const payload = { type: 'webhook.test', timestamp, data: { webhook: id } };
    return this.tracker.enqueueInternal(DELIVER_TYPE, { webhook: id, payload }, by);
  }

  /** Its events wait until it is resumed. @throws NoSuchWebhook, WebhookNotSent when it has ended */
  async pause(id: string, by?: Actor): Promise<Webhook> {
    await this.#requireGoing(id);
    await this.store.pause(id, this.tracker.audit.recorder(by));
    return this.get(id);
  }

  /** @throws NoSuchWebhook, WebhookNotSent when it has ended */
  async resume(id: string, by?: Actor): Promise<Webhook> {
    await this.#requireGoing(id);
    await this.store.resume(id, this.tracker.audit.recorder(by));
    this.tracker.lanes.wake(DELIVER_TYPE);
    return this.get(id);
  }

  /** Cancels its events that have not arrived. @throws NoSuchWebhook @returns it as it was */
  async remove(id: string, by?: Actor): Promise<Webhook> {
    const webhook = await this.get(id);
    const why = 'The webhook was removed.';
    const removed = this.store.remove(id, this.tracker.audit.recorder(by));
    // In the same transaction, as a rule: a delivery that is claimed in between fails for this reason.
    await this.tracker.lanes.cancel(DELIVER_TYPE, id, { why });
    if (!(await removed)) throw new NoSuchWebhook();
    return webhook;
  }

  /** @throws NoSuchWebhook, WebhookNotSent when it has ended */
  async #requireGoing(id: string, refusal = 'Nothing was changed.'): Promise<Webhook> {
    const webhook = await this.get(id);
    const { endedAt, endReason = 'gone' } = webhook;
    if (!endedAt) return webhook;
    const message = `It has ended: ${END_WORDS[endReason]}. Add its address again to go on.`;
    throw new WebhookNotSent('ended', message, refusal);
  }

  /** Those that can be started here, and those of other programs on this database that have jobs. */
  async #knownTypes(): Promise<string[]> {
    const { types, reader } = this.tracker;
    const found = (await this.tracker.queues()).map(({ type }) => type);
    const all = new Set<string>([...types, ...found]);
    return [...all].filter((type) => !reader.internalTypes.includes(type)).sort();
  }

  /** The deliveries that an end of a job leads to. */
  #followUps(ended: Pick<Job, 'type' | 'status' | 'failure'>, read: () => Job | undefined) {
    if (ended.type === DELIVER_TYPE) return [];
    const told = this.store.told().filter((webhook) => isToldOf(webhook, ended));
    const job = told.length > 0 ? read() : undefined;
    if (!job) return [];
    const payload = payloadOf(job);
    return told.map(
      ({ id }): FollowUp => ({ type: DELIVER_TYPE, input: { webhook: id, payload } }),
    );
  }
}

export function createWebhooks(tracker: Tracker, options: WebhooksOptions): Webhooks {
  return new Webhooks(tracker, options);
}

function payloadOf(job: Job): WebhookPayload {
  const timestamp = (job.completedAt ?? job.updatedAt).toISOString();
  return { type: `job.${job.status}`, timestamp, data: { job } };
}
