import { z } from 'zod';
import {
  defineJob,
  type JobDefinition,
  type JobType,
  type LaneState,
  PermanentError,
  type QueuedJobContext,
} from '../jobs/index.ts';
import { PrivateAddress } from './addresses.ts';
import { LeftToOthers, refusedWith, toNotDelivered } from './failure.ts';
import { type SendOptions, send } from './send.ts';
import { signedHeaders } from './signature.ts';
import { SecretUnreadable, type Told, type WebhookStore } from './store.ts';
import { DELIVER, type DeliverInput, END_WORDS, type EndReason } from './webhook.ts';

/** At most two days: 10 s, 20 s … then every six hours. */
const RETRY = { maxAttempts: 20, baseMs: 10_000, maxMs: 6 * 3_600_000 };

/** Requests to one webhook at once; after a failure one, until one has arrived. */
const MAX_PER_WEBHOOK = 2;

/** Requests to all webhooks at once. */
const MAX_AT_ONCE = 20;

/** A receiver that fails for as long as this is told nothing more, in ms. */
export const MAX_FAILING_MS = 5 * 86_400_000;

/** How long an event waits that this process cannot send, and how long it leaves the webhook to others, in ms. */
const LEFT_MS = { event: 10_000, webhook: 600_000 };

interface DeliverOptions extends SendOptions {
  store: WebhookStore;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Cancels the other events of a webhook that has ended. */
  cancelRest(webhook: string, why: string, except: string): Promise<unknown>;
}

/** The type of the jobs that send events. They are queued only by ends of other jobs, and by tests. */
export function createDeliverJob(options: DeliverOptions): JobDefinition {
  /** Until when this process leaves a webhook to others, by its id. */
  const left = new Map<string, number>();
  const definition = {
    type: DELIVER,
    internal: true,
    input: () => z.custom<DeliverInput>(),
    concurrency: MAX_AT_ONCE,
    retry: RETRY,
    lanes: {
      of: ({ webhook }: DeliverInput) => webhook,
      stateOf: (webhook: string) => laneStateOf(options.store.one(webhook), left.get(webhook)),
    },
    async run(input: DeliverInput, job: QueuedJobContext) {
      try {
        const told = await deliver(input, job, options);
        left.delete(input.webhook);
        return told;
      } catch (error) {
        if (error instanceof LeftToOthers) left.set(input.webhook, options.now() + LEFT_MS.webhook);
        throw error;
      }
    },
  };
  // It is not among `JobTypes`, which tells programs what they can start.
  return defineJob(definition as never) as unknown as JobDefinition;
}

/**
 * A receiver that hangs or fails takes one place at a time, and none between two attempts.
 * @param leftUntil until when this process sends nothing to it.
 */
function laneStateOf(webhook: Told | undefined, leftUntil = 0): LaneState {
  if (webhook?.pausedAt) {
    return { limit: MAX_PER_WEBHOOK, blockedUntil: Number.POSITIVE_INFINITY };
  }
  const { retryAt } = webhook ?? {};
  if (!retryAt) return { limit: MAX_PER_WEBHOOK, blockedUntil: leftUntil };
  return { limit: 1, blockedUntil: Math.max(retryAt.getTime(), leftUntil) };
}

async function deliver(
  { webhook: id, payload }: DeliverInput,
  job: QueuedJobContext,
  options: DeliverOptions,
) {
  const { store, now } = options;
  const webhook = store.one(id);
  if (!webhook) throw new PermanentError('The webhook was removed.');
  if (webhook.endedAt) throw new PermanentError('The webhook has ended.');
  const label = store.labelOf(webhook);
  const eventId = eventIdOf(job.jobId);
  const body = JSON.stringify(payload);
  await job.updateProgress(0, 1, `Telling ${label} of ${payload.type}`);
  const startedAt = now();
  const request = async () => {
    const secret = store.secretOf(id);
    if (secret === undefined) throw new PermanentError('The webhook was removed.');
    const headers = signedHeaders(secret, eventId, startedAt, body);
    return send(webhook.url, body, headers, job.signal, options);
  };
  const outcome = await outcomeOf(request, options.answerMs);
  job.signal.throwIfAborted();
  const failingSince = await store.record(id, {
    ...{ eventId, event: payload.type, jobId: job.jobId, attempt: job.attempt },
    ...{ at: new Date(startedAt), tookMs: Math.max(0, now() - startedAt) },
    ...(outcome.status !== undefined && { status: outcome.status }),
    ...(outcome.error && { error: outcome.error.message }),
  });
  if (!outcome.error) {
    await job.updateProgress(1, 1, `Told ${label} of ${payload.type}`);
    return { status: outcome.status as number };
  }
  const reason = endReasonOf(outcome.status, failingSince, now());
  if (reason) await end(id, reason, job.jobId, options);
  throw isOfProcess(outcome.error)
    ? new LeftToOthers(outcome.error.message, new Date(now() + LEFT_MS.event))
    : outcome.error;
}

/** Whether another process may be able to send what this one cannot. */
function isOfProcess(error: Error): boolean {
  return error instanceof PrivateAddress || error instanceof SecretUnreadable;
}

const GONE = 410;

function endReasonOf(
  status: number | undefined,
  failingSince: number | undefined,
  now: number,
): EndReason | undefined {
  if (status === GONE) return 'gone';
  const isFailing = failingSince !== undefined && now - failingSince >= MAX_FAILING_MS;
  return isFailing ? 'failing' : undefined;
}

/** @throws always: nothing is sent to it any more. */
async function end(
  id: string,
  reason: EndReason,
  jobId: string,
  { store, cancelRest }: DeliverOptions,
): Promise<never> {
  const why = `The webhook has ended: ${END_WORDS[reason]}.`;
  // Of two requests that fail at once, one ends it.
  if (await store.end(id, reason)) await cancelRest(id, why, jobId);
  throw new PermanentError(why);
}

/** The same for every attempt, and for a retry by a person. */
export function eventIdOf(jobId: string): string {
  return `msg_${jobId.slice(DELIVER.length + 1).replaceAll('-', '')}`;
}

async function outcomeOf(
  request: () => Promise<number>,
  answerMs: number,
): Promise<{ status?: number; error?: Error }> {
  try {
    const status = await request();
    if (status >= 200 && status < 300) return { status };
    return { status, error: refusedWith(status) };
  } catch (error) {
    return { error: toNotDelivered(error as Error, answerMs) };
  }
}

/** The type of the jobs that deliver events. */
export const DELIVER_TYPE = DELIVER as JobType;
