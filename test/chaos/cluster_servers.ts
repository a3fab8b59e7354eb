import { KEEPS_WHAT_IT_CONFIRMED, startPostgres } from '../support/postgres/server.ts';
import { startQueue } from '../support/queue_server.ts';

/** What several machines share. */
export interface SharedServers {
  /** How often they are killed. */
  outages: number;
  /** What BullMQ keeps its tickets on: `redis` or `postgres`. Default: nothing hands out jobs. */
  queue?: string | undefined;
}

/** Starts PostgreSQL, and the queue server, if there is to be one. */
export async function startShared({ queue: kind }: SharedServers) {
  const postgres = await startPostgres(undefined, KEEPS_WHAT_IT_CONFIRMED);
  const queue = await startQueue(kind, postgres);
  return {
    env: {
      XGPT_DATABASE_URL: postgres.address,
      ...(queue && { XGPT_QUEUE_URL: queue.address }),
    },
    /** Ends them at once, and starts them again after so many milliseconds. */
    async restart(pauseMs: number) {
      await Promise.all([postgres.restart(() => Bun.sleep(pauseMs)), queue?.restart(pauseMs)]);
    },
    async stop() {
      await queue?.stop();
      await postgres.stop();
    },
  };
}
