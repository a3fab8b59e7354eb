import { z } from 'zod';
import {
  defineJob,
  type JobDefinition,
  PermanentError,
  type QueuedJobContext,
} from '../jobs/index.ts';
import { ANSWER_MS, type SendOptions, send } from './send.ts';
import { signedHeaders } from './signature.ts';
import type { WebhookStore } from './store.ts';
import { DELIVER, type DeliverInput } from './webhook.ts';

/** At most two days: 10 s, 20 s … then every six hours. */
const RETRY = { maxAttempts: 20, baseMs: 10_000, maxMs: 6 * 3_600_000 };

interface DeliverOptions extends SendOptions {
  store: WebhookStore;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** The type of the jobs that send events. They are queued only by ends of other jobs, and by tests. */
export function createDeliverJob(options: DeliverOptions): JobDefinition {
  const { store, now } = options;
  const definition = {
    type: DELIVER,
    internal: true,
    input: () => z.custom<DeliverInput>(),
    concurrency: 4,
    retry: RETRY,
    async run({ webhook: id, payload }: DeliverInput, job: QueuedJobContext) {
      const found = store.secretOf(id);
      if (!found) throw new PermanentError('The webhook was removed.');
      const { webhook, secret } = found;
      if (webhook.endedAt) throw new PermanentError('The webhook has ended.');
      const eventId = eventIdOf(job.jobId);
      const body = JSON.stringify(payload);
      await job.updateProgress(0, 1, `Telling ${new URL(webhook.url).host} of ${payload.type}`);
      const startedAt = now();
      const headers = signedHeaders(secret, eventId, startedAt, body);
      const outcome = await outcomeOf(() => send(webhook.url, body, headers, job.signal, options));
      job.signal.throwIfAborted();
      await store.record(id, {
        ...{ eventId, event: payload.type, jobId: job.jobId, attempt: job.attempt },
        ...{ at: new Date(startedAt), tookMs: Math.max(0, now() - startedAt) },
        ...(outcome.status !== undefined && { status: outcome.status }),
        ...(outcome.error && { error: outcome.error.message }),
      });
      if (outcome.status === GONE) {
        await store.end(id);
        throw new PermanentError('The receiver answered 410: it is gone. The webhook has ended.');
      }
      if (outcome.error) throw outcome.error;
      await job.updateProgress(1, 1, `Told ${new URL(webhook.url).host} of ${payload.type}`);
      return { status: outcome.status as number };
    },
  };
  // It is not among `JobTypes`, which tells programs what they can start.
  return defineJob(definition as never) as unknown as JobDefinition;
}

const GONE = 410;

/** The same for every attempt, and for a retry by a person. */
export function eventIdOf(jobId: string): string {
  return `msg_${jobId.slice(DELIVER.length + 1).replaceAll('-', '')}`;
}

async function outcomeOf(
  request: () => Promise<number>,
): Promise<{ status?: number; error?: Error }> {
  try {
    const status = await request();
    if (status >= 200 && status < 300) return { status };
    const redirect = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
    return { status, error: new Error(`The receiver answered ${status}${redirect}.`) };
  } catch (cause) {
    const error = cause as Error;
    if (error.name !== 'TimeoutError') return { error };
    const seconds = ANSWER_MS / 1_000;
    return { error: new Error(`The receiver did not answer within ${seconds} s.`, { cause }) };
  }
}
