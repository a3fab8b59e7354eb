import { join } from 'node:path';
import type { Peer, System } from '../peers/system.ts';
import { spawnChild } from '../suite/children.ts';
import { monotonicMs } from '../suite/clock.ts';
import { quantile } from '../suite/results.ts';
import type { Figures, Setting } from '../suite/suite.ts';
import type { Started, WorkerTask } from './worker.ts';

const PATIENCE_MS = 5_000;

/** Jobs before the first that counts: the first ones of any process run code that is not compiled yet. */
const WARM_UP = 20;

/** From the call of `enqueue` to the handler's first line, with an idle worker in this process. */
export async function measureLatency(
  system: System,
  samples: number,
  limitMs: number,
): Promise<Figures> {
  let started = (_n: number) => {};
  await system.work((n) => started(n));
  await Bun.sleep(500);
  return sample(system, samples, limitMs, (n) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    started = (which) => which === n && resolve(monotonicMs());
    return promise;
  });
}

/** The same with the worker in another process. */
export async function measureLatencyApart(
  peer: Peer,
  { folder, servers }: Setting,
  samples: number,
  limitMs: number,
): Promise<Figures> {
  const system = await peer.open({ folder, servers, concurrency: 1 });
  let started = (_message: Started) => {};
  const ready = Promise.withResolvers<void>();
  const worker = spawnChild([process.execPath, join(import.meta.dir, 'worker.ts')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    ipc: (message: Started | 'ready') => (message === 'ready' ? ready.resolve() : started(message)),
  });
  worker.send({ peer: peer.name, folder, servers } satisfies WorkerTask);
  await ready.promise;
  await Bun.sleep(500);
  const figures = await sample(system, samples, limitMs, (n) => {
    const { promise, resolve } = Promise.withResolvers<number>();
    started = (message) => message.n === n && resolve(message.at);
    return promise;
  });
  worker.kill('SIGKILL');
  await worker.exited;
  return figures;
}

/** @param startOf resolves with the time at which the handler of job `n` began. */
async function sample(
  system: System,
  samples: number,
  limitMs: number,
  startOf: (n: number) => Promise<number>,
): Promise<Figures> {
  const times: number[] = [];
  let lost = 0;
  const begin = monotonicMs();
  for (let n = 0; n < WARM_UP + samples && monotonicMs() - begin < limitMs && lost < 3; n++) {
    const start = startOf(n);
    const from = monotonicMs();
    await system.enqueue(n);
    const at = await Promise.race([start, Bun.sleep(PATIENCE_MS)]);
    if (at === undefined) lost++;
    else if (n >= WARM_UP) times.push(at - from);
    // Long enough to be idle again, and not a multiple of any polling interval.
    await Bun.sleep(5 + Math.random() * 25);
  }
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99), samples: times.length, lost };
}
