import { z } from 'zod';
import { once } from '../../platform/once.ts';
import { webhookSchema } from '../../webhooks/input.ts';
import { WEBHOOK_EVENTS, type Webhook } from '../../webhooks/webhook.ts';

const time = once(() => z.date());

export const WEBHOOK_EXAMPLE: Omit<Webhook, 'createdAt'> & { createdAt: string } = {
  id: 'wh_019a9f3e5b7c7d219a410c5d8e2f7b60',
  url: 'https://hooks.example/xgpt',
  events: ['completed', 'failed'],
  types: [],
  createdAt: '2026-01-31T12:00:00.000Z',
  waiting: 0,
  deliveries: [],
};

const delivery = once(() =>
  z.object({
    eventId: z.string().describe('The header webhook-id, the same for every attempt.'),
    event: z.string().describe('job.completed, job.failed, job.cancelled or webhook.test.'),
    jobId: z.string().describe('The job that delivers it.'),
    attempt: z.int(),
    at: time(),
    tookMs: z.number(),
    status: z.int().optional().describe('Of the answer; absent without one.'),
    error: z.string().optional().describe('Why it failed; absent of one that arrived.'),
  }),
);

const webhook = once(() =>
  z
    .object({
      id: z.string(),
      url: z.string(),
      events: z.array(z.enum(WEBHOOK_EVENTS)),
      types: z.array(z.string()).describe('Types of jobs; empty: all.'),
      createdAt: time(),
      pausedAt: time().optional().describe('Since when its events are kept and not sent.'),
      endedAt: time().optional().describe('Since when nothing is sent to it any more.'),
      endReason: z
        .enum(['gone', 'failing'])
        .optional()
        .describe('Its receiver answered 410, or has failed for 5 days.'),
      retryAt: time()
        .optional()
        .describe('When the next request may be sent, after one that failed.'),
      waiting: z.int().describe('How many of its events wait.'),
      deliveries: z.array(delivery()).describe('The last 20 requests, newest first.'),
    })
    .meta({ examples: [WEBHOOK_EXAMPLE] }),
);

export const WEBHOOK_SCHEMAS = {
  Webhooks: once(() =>
    z
      .object({ webhooks: z.array(webhook()) })
      .meta({ examples: [{ webhooks: [WEBHOOK_EXAMPLE] }] }),
  ),
  WebhookAnswer: once(() =>
    z.object({ webhook: webhook() }).meta({ examples: [{ webhook: WEBHOOK_EXAMPLE }] }),
  ),
  NewWebhook: once(() =>
    z
      .object({ webhook: webhook(), secret: z.string().describe('Signs events. Shown only here.') })
      .meta({ examples: [{ webhook: WEBHOOK_EXAMPLE, secret: 'whsec_…' }] }),
  ),
};

export const webhookBody = webhookSchema;
