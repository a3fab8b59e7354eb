/** A worker in its own process; it reports by IPC when each job's handler began. */
import { peer } from '../peers/index.ts';
import { monotonicMs } from '../suite/clock.ts';
import type { Servers } from '../suite/servers.ts';

export interface WorkerTask {
  peer: string;
  folder: string;
  servers: Servers;
}

export interface Started {
  n: number;
  /** `monotonicMs` of the handler's first line. */
  at: number;
}

process.on('message', async (task: WorkerTask) => {
  const system = await peer(task.peer).open({ ...task, concurrency: 1, joining: true });
  await system.work((n) => {
    process.send?.({ n, at: monotonicMs() } satisfies Started);
  });
  process.send?.('ready');
});
