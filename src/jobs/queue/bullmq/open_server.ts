import type { BackendFactory, ConnectionOptions, Queue, Worker } from 'bullmq';
import type { Carried, NewTicket, OnLost, TicketServer } from './ticket_server.ts';

type Bullmq = typeof import('bullmq');

/** How long the server may take to answer, in ms. */
const TIMEOUT_MS = 5_000;

/** How long an idle worker waits before it asks again, in seconds. */
const IDLE_S = 30;

/** After that a ticket whose process has gone is given to another one, in ms. */
const LOCK_MS = 30_000;

/** Tables of the tickets, in a schema of their own. */
const SCHEMA = 'xgpt_tickets';

/** Connections for statements; one more listens. */
const MAX_POSTGRES_CONNECTIONS = 2;

const KEY_PREFIX = 'xgpt';

/** Nothing is kept of a ticket that is done, and none is tried again. */
const OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

/** What all queues and workers of a process share. */
interface Connected {
  connection: ConnectionOptions;
  backend: BackendFactory;
  close(): void;
}

/**
 * Connects to the server of tickets.
 * @param group the name of the database: tickets of another one are not seen.
 * @throws when the server cannot be reached or used.
 */
export async function openServer(
  address: string,
  group: string,
  onLost: OnLost,
): Promise<TicketServer> {
  const bullmq: Bullmq = require('bullmq');
  const state = { isLost: false };
  const lose: OnLost = (error) => {
    if (state.isLost) return;
    state.isLost = true;
    onLost(error);
  };
  const connected = /^redis/.test(address)
    ? await connectRedis(bullmq, address, lose)
    : await connectPostgres(bullmq, address, lose);
  return new BullmqServer(bullmq, connected, group, lose);
}

class BullmqServer implements TicketServer {
  readonly #queues = new Map<string, Pick<Queue, 'addBulk'>>();
  readonly #workers: Pick<Worker, 'close'>[] = [];

  constructor(
    private readonly bullmq: Bullmq,
    private readonly connected: Connected,
    private readonly group: string,
    private readonly onLost: OnLost,
  ) {}

  async add(type: string, tickets: NewTicket[]): Promise<void> {
    const jobs = tickets.map(({ id, passed }) => ({
      name: 'ticket',
      data: { passed },
      opts: { ...OPTIONS, jobId: id },
    }));
    await inTime(this.#queueOf(type).addBulk(jobs));
  }

  work(type: string, handle: (carried: Carried) => Promise<void>): void {
    const { connection, backend } = this.connected;
    const worker = new this.bullmq.Worker(
      this.#nameOf(type),
      ({ data }: { data: Carried }) => handle(data),
      {
        connection,
        prefix: KEY_PREFIX,
        drainDelay: IDLE_S,
        lockDuration: LOCK_MS,
        stalledInterval: LOCK_MS,
        // A ticket that is given again does no harm.
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        // A claim takes less.
        skipLockRenewal: true,
        skipVersionCheck: true,
        runRetryDelay: 1_000,
      },
      backend,
    );
    worker.on('error', (error) => this.#failed(error));
    worker.on('ioredis:close', () => this.onLost(new Error('The connection was closed.')));
    this.#workers.push(worker);
  }

  async rest(): Promise<void> {
    await inTime(Promise.all(this.#workers.splice(0).map((worker) => worker.close())));
  }

  close(): void {
    for (const worker of this.#workers) void worker.close(true).catch(() => {});
    this.connected.close();
  }

  #queueOf(type: string): Pick<Queue, 'addBulk'> {
    const known = this.#queues.get(type);
    if (known) return known;
    const { connection, backend } = this.connected;
    const options = {
      connection,
      prefix: KEY_PREFIX,
      skipVersionCheck: true,
      // Nobody reads them.
      streams: { events: { maxLen: 1 } },
    };
    const queue = new this.bullmq.Queue(this.#nameOf(type), options, backend);
    queue.on('error', (error) => this.#failed(error));
    this.#queues.set(type, queue);
    return queue;
  }

  /** The name of a queue has no colon, that of a type may. */
  #nameOf(type: string): string {
    return `${this.group}/${type.replaceAll(':', '~')}`;
  }

  /** Most errors are those of one ticket, as when it was deleted in the meantime. */
  #failed(error: unknown): void {
    if (isOfServer(error)) this.onLost(error);
  }
}

async function connectRedis(
  { createRedisBackend }: Bullmq,
  address: string,
  onLost: OnLost,
): Promise<Connected> {
  const { Redis }: typeof import('ioredis') = require('ioredis');
  // Whoever asked connects again.
  const retryStrategy = () => null;
  const client = new Redis(address, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: null,
    retryStrategy,
  });
  let cause: unknown;
  client.on('error', (error) => {
    cause = error;
  });
  try {
    await inTime(client.connect());
  } catch (error) {
    client.disconnect();
    throw cause ?? error;
  }
  client.on('close', () => onLost(cause ?? new Error('The connection was closed.')));
  const backend = createRedisBackend as BackendFactory;
  return { connection: client, backend, close: () => client.disconnect() };
}

async function connectPostgres(
  { PostgresConnection, PostgresQueueBackend }: Bullmq,
  address: string,
  onLost: OnLost,
): Promise<Connected> {
  // BullMQ 6.7.0 uses pg 8.23.1 in a way that pg prints a warning about, for those who develop with it.
  process.noDeprecation = true;
  const shared = new PostgresConnection({
    connectionString: address,
    schema: SCHEMA,
    migrate: true,
    max: MAX_POSTGRES_CONNECTIONS,
    connectionTimeoutMillis: TIMEOUT_MS,
    keepAlive: true,
    application_name: 'xgpt tickets',
  });
  shared.on('error', onLost);
  shared.on('listenerinvalidated', () => onLost(new Error('The connection was closed.')));
  const close = () => void shared.close().catch(() => {});
  try {
    await inTime(shared.waitUntilReady());
  } catch (error) {
    close();
    throw error;
  }
  const backend: BackendFactory = (name, options) =>
    new PostgresQueueBackend(shared, name, { ...options, connection: address }, false);
  return { connection: {}, backend, close };
}

/** Codes of PostgreSQL: a schema, table or function is missing; the server ends. */
const LOST_STATES = new Set(['3F000', '42P01', '42883', '57P01', '57P02', '57P03']);

function isOfServer(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    LOST_STATES.has(code ?? '') ||
    /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND)/.test(code ?? '') ||
    /connection (is closed|terminated|ended)/i.test(message ?? '')
  );
}

/** @throws when it takes too long. */
async function inTime<Value>(promise: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('It did not answer in time.')), TIMEOUT_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
