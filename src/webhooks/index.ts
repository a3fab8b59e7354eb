import type { Database } from 'bun:sqlite';
import type { SecretKey } from '../connections/index.ts';
import type { FollowUp, Job, JobDefinition, JobType, Tracker } from '../jobs/index.ts';
import { writerOf } from '../platform/writer.ts';
import { allowedAddresses, type Resolve, resolveHost } from './addresses.ts';
import { createDeliverJob } from './deliver.ts';
import { WebhookStore } from './store.ts';
import { DELIVER, isToldOf, type Webhook, type WebhookPayload } from './webhook.ts';

export { PrivateAddress } from './addresses.ts';
export {
  type Delivery,
  WEBHOOK_EVENTS,
  type Webhook,
  type WebhookEvent,
} from './webhook.ts';

const TYPE = DELIVER as JobType;

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
  /** Certificates that are trusted besides the usual ones, as PEM. */
  ca?: string;
}

/** Tells other programs when jobs end. */
export interface Webhooks {
  store: WebhookStore;
  /** The job type that sends events. */
  definition: JobDefinition;
  /** For `tracker.afterEnd`: the deliveries that an end of a job leads to. */
  followUps(
    ended: Pick<Job, 'type' | 'status' | 'failure'>,
    read: () => Job | undefined,
  ): FollowUp[];
  /** @throws PrivateAddress when the address itself is private; a name is resolved for each request. */
  check(url: string): Promise<void>;
  /** Queues an event `webhook.test`. */
  test(tracker: Tracker, webhook: Webhook): Promise<Job>;
}

export function createWebhooks({
  db,
  secretKey: key,
  allowPrivate,
  now = Date.now,
  resolve = resolveHost,
  ca,
}: WebhooksOptions): Webhooks {
  const store = new WebhookStore({ db, writer: writerOf(db), key, now });
  const toItself = async (host: string) => [host];
  return {
    store,
    definition: createDeliverJob({ store, now, allowPrivate, resolve, ...(ca && { ca }) }),
    followUps(ended, read) {
      if (ended.type === TYPE) return [];
      const told = store.told().filter((webhook) => isToldOf(webhook, ended));
      const job = told.length > 0 ? read() : undefined;
      if (!job) return [];
      const payload = payloadOf(job);
      return told.map(({ id }) => ({ type: TYPE, input: { webhook: id, payload } }));
    },
    async check(url) {
      const { hostname } = new URL(url);
      const isNamed = /[a-z]/i.test(hostname) && !/^localhost\.?$/i.test(hostname);
      const isAddress = hostname.startsWith('[') || !isNamed;
      const known = hostname.replace(/^localhost\.?$/i, '127.0.0.1');
      if (isAddress) await allowedAddresses(known, { resolve: toItself, allowPrivate });
    },
    test(tracker, { id }) {
      const timestamp = new Date(now()).toISOString();
      const payload = { type: 'webhook.test', timestamp, data: { webhook: id } };
      return tracker.enqueueInternal(TYPE, { webhook: id, payload });
    },
  };
}

function payloadOf(job: Job): WebhookPayload {
  const timestamp = (job.completedAt ?? job.updatedAt).toISOString();
  return { type: `job.${job.status}`, timestamp, data: { job } };
}
