import { importPeer, type Numbered, numbers, type Place, type System } from './system.ts';

interface Queue {
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: unknown): Promise<unknown>;
  addBulk(jobs: object[]): Promise<unknown>;
  getJobCounts(...states: string[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

interface Worker {
  on(event: 'error', listener: (error: unknown) => void): void;
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
}

type Run = (job: { data: Numbered }) => Promise<unknown>;

interface Module {
  Queue: new (name: string, options: object, backend?: unknown) => Queue;
  Worker: new (name: string, run: Run, options: object, backend?: unknown) => Worker;
  createPostgresBackend: unknown;
}

interface Connection {
  options: object;
  /** BullMQ's default is Redis. */
  usesPostgres?: boolean;
}

const QUEUE = 'bench';
const SCHEMA = 'bullmq';

export async function openBullmqOnRedis(place: Place, port = 0): Promise<System> {
  if (!place.joining) await emptyRedis(port);
  const options = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
  return openBullmq(place, { options });
}

export async function openBullmqOnPostgres(place: Place): Promise<System> {
  const connectionString = `postgres://postgres@127.0.0.1:${place.servers.postgres}/postgres`;
  if (!place.joining) await emptyPostgres(connectionString);
  const options = { connectionString, migrate: true, schema: SCHEMA };
  return openBullmq(place, { options, usesPostgres: true });
}

async function openBullmq(place: Place, connection: Connection): Promise<System> {
  const { Queue, Worker, createPostgresBackend } = await importPeer<Module>('bullmq');
  const backend = connection.usesPostgres ? createPostgresBackend : undefined;
  const options = { connection: connection.options };
  const queue = new Queue(QUEUE, options, backend);
  await queue.waitUntilReady();
  let worker: Worker | undefined;
  return {
    enqueue: (n) => queue.add('bench', { n }),
    enqueueBulk: (from, count) =>
      queue.addBulk(numbers(from, count).map((data) => ({ name: 'bench', data }))),
    async work(handle) {
      const { concurrency } = place;
      const run: Run = async ({ data }) => handle(data.n);
      worker = new Worker(QUEUE, run, { ...options, concurrency }, backend);
      worker.on('error', console.error);
      await worker.waitUntilReady();
    },
    async unfinished() {
      const counts = await queue.getJobCounts('wait', 'active', 'prioritized');
      return Object.values(counts).reduce((a, b) => a + b, 0);
    },
    async close() {
      await worker?.close(true);
      await queue.close();
    },
  };
}

interface Redis {
  flushall(): Promise<unknown>;
  disconnect(): void;
}

async function emptyRedis(port: number): Promise<void> {
  const { Redis } = await importPeer<{ Redis: new (port: number) => Redis }>('ioredis');
  const redis = new Redis(port);
  await redis.flushall();
  redis.disconnect();
}

interface PgClient {
  connect(): Promise<void>;
  query(sql: string): Promise<unknown>;
  end(): Promise<void>;
}

async function emptyPostgres(connectionString: string): Promise<void> {
  const { Client } = await importPeer<{ Client: new (options: object) => PgClient }>('pg');
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  await client.end();
}
