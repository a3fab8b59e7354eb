import { expect } from 'bun:test';
import fc from 'fast-check';
import type { StartOptions, Tracker } from '../../src/jobs/index.ts';
import type { JobDatabase } from './job_database.ts';

const DAY_MS = 86_400_000;

/** Numbers select from the jobs that exist at that moment, so that a shrunk sequence still runs. */
const at = fc.nat(1);
const some = fc.nat(7);
/** One action of a user, a handler, a process or the clock. */
export const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('enqueue'),
      at,
      name: fc.nat(2),
      merge: fc.boolean(),
      client: fc.option(fc.constant('somebody')),
      priority: fc.constantFrom(undefined, undefined, -10, 3, 10),
      start: fc.constantFrom('now', 'now', 'delayed', 'at a time'),
      timeoutMs: fc.constantFrom(undefined, undefined, 700, 4_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('track'), at }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('report'), worker: some, current: some }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('commit'), worker: some, moves: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('finish'), worker: some, well: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('fail'),
      worker: some,
      how: fc.constantFrom('plainly', 'for good', 'until later', 'oddly'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('go deaf'), worker: some }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel', 'retry', 'remove', 'force', 'dismiss', 'complete', 'first'),
      at,
      job: some,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('advance'),
      ms: fc.constantFrom(0, 40, 500, 1_000, 5_000, 10_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('skip'), ms: fc.constantFrom(5_000, 31_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set time'),
      ms: fc.constantFrom(-3_600_000, -5_000, 5_000, 3_600_000, 2 * DAY_MS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause', 'resume'), at }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('limit'),
      at,
      concurrency: fc.constantFrom(undefined, 1, 2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('sleep', 'wake', 'restart'), at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('die'), at, pidReused: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('stop'),
      at,
      drainMs: fc.constantFrom(0, 500, 2_000),
    }),
  },
);
export type Command = typeof command extends fc.Arbitrary<infer One> ? One : never;

/** How long delayed jobs wait, in ms. */
const LATER_MS = 2_000;

export function startOf({ start }: Command & { do: 'enqueue' }, now: number): StartOptions {
  if (start === 'delayed') return { delayMs: LATER_MS };
  return start === 'at a time' ? { runAt: new Date(now + LATER_MS) } : {};
}

/** The answer is whether that changed anything. */
export async function pauseOrResume(
  tracker: Tracker,
  verb: 'pause' | 'resume',
  eye: JobDatabase,
): Promise<void> {
  const paused = 'SELECT 1 FROM job_types WHERE paused_at IS NOT NULL';
  const isPaused = (await eye.get(paused)) !== undefined;
  if (verb === 'pause') expect(await tracker.pauseType('errand')).toBe(!isPaused);
  else expect(await tracker.resumeType('errand')).toBe(isPaused);
}
