import type { System } from '../peers/system.ts';
import { monotonicMs, until } from '../suite/clock.ts';
import type { Figures } from '../suite/suite.ts';

const CHUNK = 1_000;
const WARM_UP = 50;

/** `callers` callers at once, each enqueueing one job after the other. */
export async function measureEnqueue(
  system: System,
  callers: number,
  limitMs: number,
): Promise<Figures> {
  for (let n = 0; n < WARM_UP; n++) await system.enqueue(n);
  const from = monotonicMs();
  let count = 0;
  const call = async () => {
    while (monotonicMs() - from < limitMs) await system.enqueue(WARM_UP + count++);
  };
  await Promise.all(Array.from({ length: callers }, call));
  const ms = monotonicMs() - from;
  return { perSecond: (count / ms) * 1_000, lost: WARM_UP + count - (await system.unfinished()) };
}

/** A thousand jobs with each call, one call after the other. */
export async function measureBulk(system: System, limitMs: number): Promise<Figures> {
  await system.enqueueBulk(0, CHUNK);
  const from = monotonicMs();
  let count = 0;
  for (; monotonicMs() - from < limitMs; count += CHUNK) {
    await system.enqueueBulk(CHUNK + count, CHUNK);
  }
  const ms = monotonicMs() - from;
  return { perSecond: (count / ms) * 1_000, lost: CHUNK + count - (await system.unfinished()) };
}

/**
 * Jobs ended a second, from the first delivery until all have ended or the time is up. `twice` counts
 * jobs that were delivered more than once, `lost` those that disappeared or ended without delivery.
 */
export async function measureDrain(
  system: System,
  jobs: number,
  limitMs: number,
): Promise<Figures> {
  for (let n = 0; n < jobs; n += CHUNK) await system.enqueueBulk(n, Math.min(CHUNK, jobs - n));
  const vanished = jobs - (await system.unfinished());
  await Bun.sleep(100);
  const deliveries = new Uint8Array(jobs);
  let delivered = 0;
  let from = Number.POSITIVE_INFINITY;
  await system.work((n) => {
    if (delivered++ === 0) from = monotonicMs();
    deliveries[n] = (deliveries[n] ?? 0) + 1;
  });
  await until(() => delivered >= jobs || monotonicMs() - from > limitMs, 60_000, 1);
  if (delivered >= jobs) await until(async () => (await system.unfinished()) === 0, 5_000, 1);
  const ended = jobs - vanished - (await system.unfinished());
  const ms = monotonicMs() - from;
  const once = deliveries.filter((count) => count > 0).length;
  return {
    perSecond: (ended / ms) * 1_000,
    ended,
    twice: deliveries.filter((count) => count > 1).length,
    lost: vanished + Math.max(0, ended - once),
  };
}
