import { join } from 'node:path';
import { SQL } from 'bun';
import type { Peer } from '../peers/system.ts';
import { DATABASE, serverOf } from '../peers/xgpt.ts';
import { spawnChild } from '../suite/children.ts';
import { monotonicMs } from '../suite/clock.ts';
import { quantile } from '../suite/results.ts';
import type { Figures, Setting } from '../suite/suite.ts';
import type { Started, WorkerTask } from './worker.ts';

/** Jobs before the first that counts. */
const WARM_UP = 20;

/** PostgreSQL counts a transaction this long after it, at most, in ms. */
const COUNTED_MS = 2_500;

/**
 * One process starts jobs, several others run them, one job at a time: from the call of `enqueue` to the
 * handler’s first line, and how many transactions of all of them PostgreSQL has had for a job. An idle process
 * has its part in these.
 */
export async function measureShared(
  peer: Peer,
  { folder, servers }: Setting,
  { workers, samples }: { workers: number; samples: number },
): Promise<Figures> {
  const place = { folder, servers, concurrency: 1 };
  const system = await peer.open(place);
  let started = (_message: Started) => {};
  const children = await Promise.all(
    Array.from({ length: workers }, async () => {
      const ready = Promise.withResolvers<void>();
      const child = spawnChild([process.execPath, join(import.meta.dir, 'worker.ts')], {
        stdio: ['ignore', 'inherit', 'inherit'],
        ipc: (message: Started | 'ready') =>
          message === 'ready' ? ready.resolve() : started(message),
      });
      child.send({ peer: peer.name, folder, servers } satisfies WorkerTask);
      await ready.promise;
      return child;
    }),
  );
  await Bun.sleep(1_000);
  const times: number[] = [];
  let before = 0;
  for (let n = 0; n < WARM_UP + samples; n++) {
    if (n === WARM_UP) before = await transactions(serverOf(place));
    const { promise, resolve } = Promise.withResolvers<number>();
    started = (message) => message.n === n && resolve(message.at);
    const from = monotonicMs();
    await system.enqueue(n);
    const at = await promise;
    if (n >= WARM_UP) times.push(at - from);
    await Bun.sleep(10 + Math.random() * 20);
  }
  const after = await transactions(serverOf(place));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(children.map(({ exited }) => exited));
  return {
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    transactions: (after - before) / samples,
  };
}

async function transactions(server: string): Promise<number> {
  await Bun.sleep(COUNTED_MS);
  const sql = new SQL({ url: server, max: 1 });
  const rows = await sql.unsafe<{ count: string }[]>(
    `SELECT SUM(xact_commit)::text AS count FROM pg_stat_database WHERE datname IN ('postgres', '${DATABASE}')`,
  );
  await sql.close();
  return Number(rows[0]?.count);
}
