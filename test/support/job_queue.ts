import { RedisClient, SQL } from 'bun';

/**
 * The server that hands out the jobs of tests on PostgreSQL, if `XGPT_TEST_QUEUE` is `redis` or `postgres`.
 * By default none does.
 */
export const QUEUE = await addressOf(process.env.XGPT_TEST_QUEUE);

async function addressOf(kind: string | undefined): Promise<string | undefined> {
  if (kind === undefined) return undefined;
  if (kind === 'postgres') return (await import('./postgres/databases.ts')).SERVER;
  const { REDIS_VARIABLE, startRedis } = await import('./redis/server.ts');
  return process.env[REDIS_VARIABLE] ?? (await startRedis()).address;
}

/** By then those that were offered have been sent, in ms. */
const SEND_MS = 3;

/** Tickets that nobody has taken by then are of trackers that do not run, in ms. */
const STUCK_MS = 300;

const counting = QUEUE === undefined ? undefined : countingOn(QUEUE);

/** Waits for the tickets that are under way. @returns whether there were any. */
export async function awaitTickets(): Promise<boolean> {
  if (!counting) return false;
  // They may not have been sent yet.
  await Bun.sleep(SEND_MS);
  if ((await counting.count()) === 0) return false;
  const end = performance.now() + STUCK_MS;
  while ((await counting.count()) > 0) {
    if (performance.now() > end) await counting.removeAll();
    await Bun.sleep(1);
  }
  return true;
}

function countingOn(address: string) {
  if (address.startsWith('redis')) {
    const redis = new RedisClient(address);
    const lists = async () =>
      (await Promise.all(['wait', 'active'].map((list) => redis.keys(`xgpt:*:${list}`)))).flat();
    return {
      count: async () => (await lists()).length,
      removeAll: async () => void (await redis.send('FLUSHALL', [])),
    };
  }
  const sql = new SQL({ url: address, max: 1 });
  const jobs = 'SELECT COUNT(*)::int AS count FROM xgpt_tickets.job';
  return {
    count: async () =>
      ((await sql.unsafe(jobs).catch(() => [])) as { count: number }[])[0]?.count ?? 0,
    removeAll: async () => void (await sql.unsafe('DELETE FROM xgpt_tickets.job')),
  };
}
