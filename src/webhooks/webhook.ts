import type { JobStatus } from '../jobs/index.ts';

/** What a webhook can be told of. `exhausted` are failures after the last attempt; `failed` has them too. */
export const WEBHOOK_EVENTS = ['completed', 'failed', 'exhausted', 'cancelled'] as const;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** An address that is told when jobs end. Its secret is shown once, when it is made. */
export interface Webhook {
  /** `wh_…` */
  id: string;
  url: string;
  events: WebhookEvent[];
  /** Types of jobs; empty: all. */
  types: string[];
  createdAt: Date;
  /** When its receiver said that it is gone: nothing is sent any more. */
  endedAt?: Date;
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
