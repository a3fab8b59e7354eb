import type { Database } from 'bun:sqlite';
import { CannotUnseal, type SecretKey, seal, unseal } from '../connections/index.ts';
import {
  type AuditChange,
  type RecordChange,
  recordNothing,
  type Settings,
} from '../jobs/index.ts';
import { statement } from '../platform/statement.ts';
import type { WriteQueue } from '../platform/writer.ts';
import { newSecret } from './signature.ts';
import {
  type Delivery,
  type EndReason,
  isSame,
  type Webhook,
  type WebhookEvent,
  WebhookExists,
} from './webhook.ts';

/** Requests that are kept of each webhook. */
const MAX_DELIVERIES = 20;

interface WebhookRow {
  id: string;
  url: string;
  events: string;
  types: string;
  sealed: Uint8Array;
  key_id: Uint8Array;
  created_at: number;
  ended_at: number | null;
  end_reason: EndReason | null;
  paused_at: number | null;
  failures: number;
  failing_since: number | null;
  retry_at: number | null;
}

interface DeliveryRow {
  event_id: string;
  event: string;
  job_id: string;
  attempt: number;
  at: number;
  took_ms: number;
  status: number | null;
  error: string | null;
}

export type Told = Omit<Webhook, 'createdAt' | 'deliveries' | 'waiting'>;

/** How long a webhook waits after the first failed request, and at most, in ms. */
const WAIT_MS = { first: 5_000, most: 120_000 };

interface StoreOptions {
  db: Database;
  writer: WriteQueue;
  key: SecretKey;
  /** Milliseconds since 1970. */
  now: () => number;
  /** How many events of each webhook wait. */
  waiting: () => Promise<ReadonlyMap<string, number>>;
}

/** This process does not have the key with which a webhook's secret was sealed. */
export class SecretUnreadable extends Error {
  override readonly name = 'SecretUnreadable';
  constructor(why: string, options?: ErrorOptions) {
    super(
      `The webhook’s secret cannot be read: ${why}. Give every process the same secret.key or XGPT_SECRET_KEY.`,
      options,
    );
  }
}

/** The webhooks in the database. Their secrets are sealed, each for its own row. */
export class WebhookStore {
  readonly #sql;

  constructor(private readonly options: StoreOptions) {
    this.#sql = statementsOf(options.db);
  }

  /** Oldest first. */
  async list(): Promise<Webhook[]> {
    const waiting = await this.options.waiting();
    return this.#sql.all.all().map((row) => ({
      ...toldOf(row),
      waiting: waiting.get(row.id) ?? 0,
      createdAt: new Date(row.created_at),
      deliveries: this.#sql.deliveries.all(row.id, MAX_DELIVERIES).map(toDelivery),
    }));
  }

  async get(id: string): Promise<Webhook | undefined> {
    return (await this.list()).find((webhook) => webhook.id === id);
  }

  /** Those that are still told; cheap, because every end of a job asks. */
  told(): Told[] {
    return this.#sql.told.all().map(toldOf);
  }

  one(id: string): Told | undefined {
    const row = this.#sql.one.get(id);
    return row ? toldOf(row) : undefined;
  }

  /**
   * The host and the path, without a query, which may have a secret: "hooks.example/xgpt". Another webhook
   * with the same ones is told apart by its id.
   */
  labelOf({ id, url }: Pick<Told, 'id' | 'url'>): string {
    const label = placeNameOf(url);
    const others = this.#sql.all.all().filter((row) => row.id !== id);
    return others.some((other) => placeNameOf(other.url) === label) ? `${label} (${id})` : label;
  }

  /** @throws SecretUnreadable, or CannotUnseal when its bytes were changed; undefined when it was removed. */
  secretOf(id: string): string | undefined {
    const row = this.#sql.one.get(id);
    if (!row) return undefined;
    const key = this.options.key.read();
    if (!key) throw new SecretUnreadable('the secret key is missing');
    const { sealed, key_id: keyId } = row;
    try {
      return unseal(key, placeOf(id), { sealed, keyId });
    } catch (error) {
      if (!(error instanceof CannotUnseal) || error.reason !== 'other key') throw error;
      throw new SecretUnreadable('it was sealed with another secret key', { cause: error });
    }
  }

  /**
   * @returns the webhook and its secret, which nobody can read again.
   * @throws WebhookExists when an equal one has not ended.
   */
  async add(
    given: { url: string; events: WebhookEvent[]; types: string[] },
    record: RecordChange = recordNothing,
  ): Promise<{ webhook: Webhook; secret: string }> {
    const { writer, key, now } = this.options;
    const id = `wh_${Bun.randomUUIDv7('hex').replaceAll('-', '')}`;
    const secret = newSecret();
    const { sealed, keyId } = seal(key.make(), placeOf(id), secret);
    const [events, types] = [JSON.stringify(given.events), JSON.stringify(given.types)];
    await writer.write(() => {
      const same = this.told().find((webhook) => isSame(webhook, given));
      if (same) throw new WebhookExists(same.id);
      this.#sql.insert.run(id, given.url, events, types, sealed, keyId, now());
      record('add', this.#changeOf(id, { after: settingsOf({ ...given, id }) }));
    });
    return { webhook: (await this.get(id)) as Webhook, secret };
  }

  remove(id: string, record: RecordChange = recordNothing): Promise<boolean> {
    return this.options.writer.write(() => {
      const before = this.one(id);
      if (!before) return false;
      record('remove', this.#changeOf(id, { before: settingsOf(before) }));
      this.#sql.remove.run(id);
      return true;
    });
  }

  /** False when it is paused already, or has ended. */
  pause(id: string, record: RecordChange = recordNothing): Promise<boolean> {
    const pause = () => this.#sql.pause.run(this.options.now(), id);
    return this.#changes(pause, () => record('pause', this.#changeOf(id)));
  }

  /** The next request is sent at once, also after one that failed. False when it is not paused. */
  resume(id: string, record: RecordChange = recordNothing): Promise<boolean> {
    const resume = () => this.#sql.resume.run(id);
    return this.#changes(resume, () => record('resume', this.#changeOf(id)));
  }

  end(id: string, reason: EndReason): Promise<boolean> {
    return this.#changes(() => this.#sql.end.run(this.options.now(), reason, id));
  }

  /** @returns since when its requests have failed, in ms since 1970; undefined when this one arrived. */
  record(webhook: string, delivery: Delivery): Promise<number | undefined> {
    const { eventId, event, jobId, attempt, at, tookMs, status = null, error = null } = delivery;
    return this.options.writer.write(() => {
      const row = this.#sql.one.get(webhook);
      // It may have been removed meanwhile.
      if (!row) return undefined;
      const values = [webhook, eventId, event, jobId, attempt, at.getTime(), tookMs] as const;
      this.#sql.record.run(...values, status, error);
      this.#sql.forget.run(webhook, MAX_DELIVERIES);
      return error === null ? this.#arrived(row) : this.#failed(row);
    });
  }

  #arrived(row: WebhookRow): undefined {
    if (row.failures > 0) this.#sql.count.run(0, null, null, row.id);
    return undefined;
  }

  #failed({ id, failures, failing_since }: WebhookRow): number {
    const now = this.options.now();
    const since = failing_since ?? now;
    const wait = Math.min(WAIT_MS.most, WAIT_MS.first * 2 ** Math.min(failures, 10));
    this.#sql.count.run(failures + 1, since, now + wait, id);
    return since;
  }

  #changes(run: () => { changes: number }, made = () => {}): Promise<boolean> {
    return this.options.writer.write(() => {
      if (run().changes === 0) return false;
      made();
      return true;
    });
  }

  /** Its name in the audit trail. */
  #changeOf(id: string, settings: { before?: Settings; after?: Settings } = {}): AuditChange {
    const webhook = this.one(id);
    const target = `webhook ${webhook ? this.labelOf(webhook) : id}`;
    return { kind: 'webhook', target, ...settings };
  }
}

/** What people set, without what the address may have of a secret. */
function settingsOf({ id, url, events, types }: Told): Settings {
  const { protocol } = new URL(url);
  return {
    id,
    address: `${protocol}//${placeNameOf(url)}`,
    events: events.join(', '),
    types: types.join(', ') || 'all',
  };
}

function placeNameOf(text: string): string {
  const { host, pathname } = new URL(text);
  return pathname === '/' ? host : `${host}${pathname}`;
}

function placeOf(id: string): string {
  return `webhooks/${id}`;
}

function toldOf(row: WebhookRow): Told {
  return {
    id: row.id,
    url: row.url,
    events: JSON.parse(row.events) as WebhookEvent[],
    types: JSON.parse(row.types) as string[],
    ...(row.paused_at !== null && { pausedAt: new Date(row.paused_at) }),
    ...(row.ended_at !== null && { endedAt: new Date(row.ended_at) }),
    ...(row.end_reason !== null && { endReason: row.end_reason }),
    ...(row.retry_at !== null && { retryAt: new Date(row.retry_at) }),
  };
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    eventId: row.event_id,
    event: row.event,
    jobId: row.job_id,
    attempt: row.attempt,
    at: new Date(row.at),
    tookMs: row.took_ms,
    ...(row.status !== null && { status: row.status }),
    ...(row.error !== null && { error: row.error }),
  };
}

function statementsOf(db: Database) {
  type Value = string | number | Uint8Array | null;
  return {
    all: statement<WebhookRow, []>(db, 'SELECT * FROM webhooks ORDER BY created_at, id'),
    told: statement<WebhookRow, []>(db, 'SELECT * FROM webhooks WHERE ended_at IS NULL'),
    one: statement<WebhookRow, [string]>(db, 'SELECT * FROM webhooks WHERE id = ?'),
    deliveries: statement<DeliveryRow, [string, number]>(
      db,
      'SELECT * FROM webhook_deliveries WHERE webhook_id = ? ORDER BY id DESC LIMIT ?',
    ),
    insert: statement<null, Value[]>(
      db,
      `INSERT INTO webhooks (id, url, events, types, sealed, key_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    remove: statement<null, [string]>(db, 'DELETE FROM webhooks WHERE id = ?'),
    end: statement<null, [number, string, string]>(
      db,
      `UPDATE webhooks SET ended_at = ?, end_reason = ?, paused_at = NULL, retry_at = NULL
       WHERE id = ? AND ended_at IS NULL`,
    ),
    pause: statement<null, [number, string]>(
      db,
      `UPDATE webhooks SET paused_at = ? WHERE id = ? AND paused_at IS NULL AND ended_at IS NULL`,
    ),
    resume: statement<null, [string]>(
      db,
      `UPDATE webhooks SET paused_at = NULL, failures = 0, failing_since = NULL, retry_at = NULL
       WHERE id = ? AND paused_at IS NOT NULL`,
    ),
    count: statement<null, Value[]>(
      db,
      'UPDATE webhooks SET failures = ?, failing_since = ?, retry_at = ? WHERE id = ?',
    ),
    record: statement<null, Value[]>(
      db,
      `INSERT INTO webhook_deliveries
         (webhook_id, event_id, event, job_id, attempt, at, took_ms, status, error)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    forget: statement<null, [string, number]>(
      db,
      `DELETE FROM webhook_deliveries WHERE webhook_id = ?1 AND id <=
         (SELECT id FROM webhook_deliveries WHERE webhook_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
    ),
  };
}
