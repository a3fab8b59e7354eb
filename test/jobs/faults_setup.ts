import { DEFAULT_RETRY } from '../../src/jobs/engine/retry.ts';
import type { QueuedJobContext, Tracker } from '../../src/jobs/index.ts';
import type { TestClock } from '../support/clock.ts';
import { errand, gate, setup, untilAborted } from '../support/jobs.ts';

/** Running jobs get no time to end by themselves. */
export async function stop(tracker: Tracker, clock: TestClock): Promise<void> {
  const stopped = tracker.stop();
  await clock.advance(2_000);
  await stopped;
}

/** Handlers that do what the test tells them, by name. */
export function stage(maxAttempts = 1) {
  const jobs = new Map<string, QueuedJobContext>();
  const ends = new Map<string, ReturnType<typeof gate<unknown>>>();
  const run = ({ name }: { name: string }, job: QueuedJobContext) => {
    const end = gate<unknown>();
    jobs.set(name, job);
    ends.set(name, end);
    return Promise.race([end.promise, untilAborted(job.signal)]);
  };
  const retry = { ...DEFAULT_RETRY, maxAttempts };
  const world = setup({ definitions: [errand(run, { concurrency: 20, retry })] });
  return {
    ...world,
    job: (name: string) => jobs.get(name) as QueuedJobContext,
    finish: (name: string, result?: unknown) => ends.get(name)?.resolve(result),
    fail: (name: string, error: unknown) => ends.get(name)?.reject(error),
    async start(...names: string[]): Promise<string[]> {
      await world.tracker.start();
      const ids: string[] = [];
      for (const name of names) ids.push((await world.tracker.enqueue('errand', { name })).id);
      await world.clock.advance(0);
      return ids;
    },
  };
}
