import { startRedis } from './redis/server.ts';

/** A server of tickets. */
interface QueueServer {
  address: string;
  /** Ends it at once, and starts it again after so many milliseconds. */
  restart(pauseMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** What BullMQ can keep tickets on. */
export const QUEUES: ReadonlySet<string> = new Set(['redis', 'postgres']);

/**
 * Starts what BullMQ keeps tickets on: a Redis server, or the given one of PostgreSQL, which is left alone.
 * @param kind undefined: nothing hands out tickets.
 * @param host where it listens.
 * @throws when there is no such kind.
 */
export async function startQueue(
  kind: string | undefined,
  postgres: { address: string },
  host?: string,
): Promise<QueueServer | undefined> {
  if (kind === undefined) return undefined;
  if (kind === 'postgres')
    return { address: postgres.address, restart: async () => {}, stop: async () => {} };
  if (kind !== 'redis') throw new Error(`--queue must be redis or postgres (is "${kind}").`);
  const redis = await startRedis(host);
  return {
    address: redis.address,
    async restart(pauseMs) {
      await redis.kill();
      await Bun.sleep(pauseMs);
      await redis.start();
    },
    stop: () => redis.stop(),
  };
}
