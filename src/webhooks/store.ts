import type { Database } from 'bun:sqlite';
import { type SecretKey, seal, unseal } from '../connections/index.ts';
import { statement } from '../platform/statement.ts';
import type { Writer } from '../platform/writer.ts';
import { newSecret } from './signature.ts';
import type { Delivery, Webhook, WebhookEvent } from './webhook.ts';

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

export type Told = Pick<Webhook, 'id' | 'url' | 'events' | 'types' | 'endedAt'>;

interface StoreOptions {
  db: Database;
  writer: Writer;
  key: SecretKey;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** The webhooks in the database. Their secrets are sealed, each for its own row. */
export class WebhookStore {
  readonly #sql;

  constructor(private readonly options: StoreOptions) {
    this.#sql = statementsOf(options.db);
  }

  /** Oldest first. */
  list(): Webhook[] {
    return this.#sql.all.all().map((row) => ({
      ...toldOf(row),
      createdAt: new Date(row.created_at),
      deliveries: this.#sql.deliveries.all(row.id, MAX_DELIVERIES).map(toDelivery),
    }));
  }

  get(id: string): Webhook | undefined {
    return this.list().find((webhook) => webhook.id === id);
  }

  /** Those that are still told; cheap, because every end of a job asks. */
  told(): Told[] {
    return this.#sql.told.all().map(toldOf);
  }

  /** @throws CannotUnseal when the secret key is another one. */
  secretOf(id: string): { webhook: Told; secret: string } | undefined {
    const row = this.#sql.one.get(id);
    const key = this.options.key.read();
    if (!row) return undefined;
    if (!key) throw new Error('The secret key is missing, with which the webhook was sealed.');
    const { sealed, key_id: keyId } = row;
    return { webhook: toldOf(row), secret: unseal(key, placeOf(id), { sealed, keyId }) };
  }

  /** @returns the webhook and its secret, which nobody can read again. */
  async add(given: {
    url: string;
    events: WebhookEvent[];
    types: string[];
  }): Promise<{ webhook: Webhook; secret: string }> {
    const { writer, key, now } = this.options;
    const id = `wh_${Bun.randomUUIDv7('hex').replaceAll('-', '')}`;
    const secret = newSecret();
    const { sealed, keyId } = seal(key.make(), placeOf(id), secret);
    const [events, types] = [JSON.stringify(given.events), JSON.stringify(given.types)];
    await writer.write(() => {
      this.#sql.insert.run(id, given.url, events, types, sealed, keyId, now());
    });
    return { webhook: this.get(id) as Webhook, secret };
  }

  remove(id: string): Promise<boolean> {
    return this.options.writer.write(() => this.#sql.remove.run(id).changes > 0);
  }

  /** Its receiver is gone. */
  end(id: string): Promise<void> {
    const { writer, now } = this.options;
    return writer.write(() => void this.#sql.end.run(now(), id));
  }

  record(webhook: string, delivery: Delivery): Promise<void> {
    const { eventId, event, jobId, attempt, at, tookMs, status = null, error = null } = delivery;
    return this.options.writer.write(() => {
      // It may have been removed meanwhile.
      if (!this.#sql.one.get(webhook)) return;
      const values = [webhook, eventId, event, jobId, attempt, at.getTime(), tookMs] as const;
      this.#sql.record.run(...values, status, error);
      this.#sql.forget.run(webhook, MAX_DELIVERIES);
    });
  }
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
    ...(row.ended_at !== null && { endedAt: new Date(row.ended_at) }),
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
    end: statement<null, [number, string]>(db, 'UPDATE webhooks SET ended_at = ? WHERE id = ?'),
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
