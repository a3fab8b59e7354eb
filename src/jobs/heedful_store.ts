import { Obstructed } from '../database_trouble.ts';
import type { DatabaseWatch } from './complaints.ts';
import type { JobDetailsStore } from './details.ts';
import type { JobStore } from './store.ts';

export const JOB_WRITES = [
  'insertQueued',
  'insertAllQueued',
  'insertChildren',
  'insertRunning',
  'claim',
  'saveProgress',
  'commit',
  'complete',
  'fail',
  'retryLater',
  'postpone',
  'release',
  'finishCancel',
  'cancel',
  'requeue',
  'dismiss',
  'remove',
  'renewLeases',
  'rebaseRetries',
  'abandon',
  'deleteEndedBefore',
  'forgetChanges',
] as const satisfies (keyof JobStore)[];

export const DETAIL_WRITES = [
  'appendLog',
  'planSteps',
  'beginStep',
  'completeStep',
  'failStep',
  'compensateStep',
  'beginUndoing',
] as const satisfies (keyof JobDetailsStore)[];

/**
 * The same store, but each of `writes` throws Obstructed while `obstacleNow` tells of something:
 * the file is not where the next start looks for it, or its tables mean something else by now.
 */
export function heedful<Store extends object>(
  store: Store,
  writes: readonly (keyof Store & string)[],
  obstacleNow: () => ReturnType<DatabaseWatch['obstacle']>,
): Store {
  const heedfulWrites = writes.map((name) => {
    const write = store[name] as (...given: unknown[]) => unknown;
    const unlessObstructed = (...given: unknown[]) => {
      const obstacle = obstacleNow();
      if (obstacle) throw new Obstructed(obstacle);
      return write(...given);
    };
    return [name, unlessObstructed];
  });
  return { ...store, ...Object.fromEntries(heedfulWrites) };
}
