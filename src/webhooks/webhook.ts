import type { JobStatus } from '../jobs/index.ts';

/** What a webhook can be told of. `exhausted` are failures after the last attempt; `failed` has them too. */
export const WEBHOOK_EVENTS = ['completed', 'failed', 'exhausted', 'cancelled'] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export type EndReason = 'gone' | 'failing';

export const END_WORDS: Record<EndReason, string> = {
  gone: 'its receiver answered that it is gone',
  failing: 'its receiver has failed for 5 days',
};

/** An address that is told when jobs end. Its secret is shown once, when it is made. */
export interface Webhook {
  /** `wh_…` */
  id: string;
  url: string;
  events: WebhookEvent[];
  /** Types of jobs; empty: all. */
  types: string[];
  createdAt: Date;
  /** Since when its events are kept and not sent. */
  pausedAt?: Date;
  /** When it ended: nothing is sent any more. */
  endedAt?: Date;
  /** Its receiver said that it is gone, or has failed for five days. */
  endReason?: EndReason;
  /** When the next request may be sent, after one that failed. */
  retryAt?: Date;
  /** How many of its events wait. */
  waiting: number;
  /** The last requests, newest first. */
  deliveries: Delivery[];
}

/** One request to a webhook. */
export interface Delivery {
  /** The same for every attempt: the header `webhook-id`. */
  eventId: string;
  /** `job.completed`, `job.failed`, `job.cancelled`, `webhook.test` */
  event: string;
  /** The job that delivers it. */
  jobId: string;
  attempt: number;
  at: Date;
  tookMs: number;
  /** The status of the answer; absent without one. */
  status?: number;
  /** Why it failed; absent of one that arrived. */
  error?: string;
}

/** What is sent, in the form of Standard Webhooks. */
export interface WebhookPayload {
  type: string;
  /** When it happened, ISO 8601. */
  timestamp: string;
  data: Record<string, unknown>;
}

/** The input of a job of the type `deliver`. */
export interface DeliverInput {
  webhook: string;
  payload: WebhookPayload;
}

/** The type of the jobs that deliver events. There are no events about them. */
export const DELIVER = 'deliver';

/** Whether a webhook is told of a job that has ended like this. */
export function isToldOf(
  { events, types }: Pick<Webhook, 'events' | 'types'>,
  { type, status, failure }: { type: string; status: JobStatus; failure?: string },
): boolean {
  if (types.length > 0 && !types.includes(type)) return false;
  if (status === 'failed' && failure === 'exhausted' && events.includes('exhausted')) return true;
  return events.some((event) => event === status);
}

/** Whether two webhooks are told of the same ends at the same address: the second would repeat each event. */
export function isSame(one: Choices, other: Choices): boolean {
  return addressOf(one) === addressOf(other) && choicesOf(one) === choicesOf(other);
}

type Choices = Pick<Webhook, 'url' | 'events' | 'types'>;

/** A fragment is not sent. */
function addressOf({ url }: Choices): string {
  const address = new URL(url);
  address.hash = '';
  return address.href;
}

/** `failed` has `exhausted` too. */
function choicesOf({ events, types }: Choices): string {
  const isImplied = (event: WebhookEvent) => event === 'exhausted' && events.includes('failed');
  return JSON.stringify([events.filter((event) => !isImplied(event)).sort(), [...types].sort()]);
}

/** The address without its query, which may have a secret: for readers, who may not use it. */
export function withoutQuery(webhook: Webhook): Webhook {
  const { origin, pathname, search, hash } = new URL(webhook.url);
  const rest = search || hash ? '?…' : '';
  return { ...webhook, url: `${origin}${pathname}${rest}` };
}

/** An equal one is told already. */
export class WebhookExists extends Error {
  override readonly name = 'WebhookExists';
  constructor(readonly id: string) {
    super(
      `${id} has this address, these events and these types already. To get another secret, remove it and add it again.`,
    );
  }
}

export class NoSuchWebhook extends Error {
  override readonly name = 'NoSuchWebhook';
  constructor() {
    super('There is no such webhook.');
  }
}

/** Nothing is sent to it now, or any more. `refusal` says what was not done because of that. */
export class WebhookNotSent extends Error {
  override readonly name = 'WebhookNotSent';
  constructor(
    readonly state: 'paused' | 'ended',
    message: string,
    readonly refusal = 'Nothing was sent.',
  ) {
    super(message);
  }
}
