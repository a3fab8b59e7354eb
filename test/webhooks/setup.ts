import { setSystemTime } from 'bun:test';
import { createTracker, type JobDefinition } from '../../src/jobs/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { type Logger, silentLogger } from '../../src/platform/logger.ts';
import { createWebhooks, type WebhooksOptions } from '../../src/webhooks/index.ts';
import type { TestClock } from '../support/clock.ts';
import { errand, saveWritten, setupOnSqlite } from '../support/jobs.ts';

/** One request that a receiver got. */
export interface Received {
  path: string;
  headers: Record<string, string>;
  body: string;
}

const servers: Bun.Server<unknown>[] = [];

/** Each test file that starts a receiver calls it in `afterAll`. */
export async function stopReceivers(): Promise<void> {
  for (const server of servers.splice(0)) await server.stop(true);
  setSystemTime();
}

/** A program that receives events, on this machine. `answer` may refuse them. */
export function receiver(
  answer: (received: Received) => Response | Promise<Response> = () => new Response(),
) {
  const received: Received[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname: path } = new URL(request.url);
      const one = { path, headers: request.headers.toJSON(), body: await request.text() };
      received.push(one);
      return answer(one);
    },
  });
  servers.push(server);
  return { url: `http://127.0.0.1:${server.port}/hook`, received, port: server.port as number };
}

const KEY = { read: () => new Uint8Array(32).fill(7), make: () => new Uint8Array(32).fill(7) };

/** A tracker that tells webhooks, with a clock that stands still. */
export function withWebhooks(
  definitions: JobDefinition[] = [errand(async () => 'done')],
  options: Partial<WebhooksOptions> = {},
  database = openDatabase(':memory:'),
  logger: Logger = silentLogger,
) {
  const all = setupOnSqlite({ definitions, logger }, database);
  const webhooks = createWebhooks(all.tracker, {
    db: database,
    secretKey: KEY,
    allowPrivate: true,
    now: all.clock.now,
    ...options,
  });
  return { ...all, webhooks };
}

/**
 * Another process on the same database. It is on another machine: of two trackers with one process
 * id, each would take the other for one that has ended.
 */
export function anotherProcess(
  database: ReturnType<typeof openDatabase>,
  clock: TestClock,
  options: Partial<WebhooksOptions> = {},
) {
  const owner = `elsewhere:${process.pid}:boot`;
  const tracker = createTracker({ database, clock, save: saveWritten, owner });
  const webhooks = createWebhooks(tracker, {
    db: database,
    secretKey: KEY,
    allowPrivate: true,
    now: clock.now,
    ...options,
  });
  return { tracker, webhooks };
}

/** How long a test waits for something, in ms of the machine. */
const MAX_WAIT_MS = 30_000;

/** Lets the clock pass until the condition holds: requests take real time. */
export async function passUntil(
  clock: TestClock,
  stepMs: number,
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + MAX_WAIT_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It took too long until ${what}.`);
    await clock.advance(stepMs);
    // Signatures are checked against the machine's clock.
    setSystemTime(new Date(clock.now()));
    await Bun.sleep(1);
  }
}
