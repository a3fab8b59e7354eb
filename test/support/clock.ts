import type { Clock } from '../../src/jobs/index.ts';

export interface TestClock extends Clock {
  /** Moves time on and runs what falls due on the way, each with its consequences. */
  advance(ms: number): Promise<void>;
  /** Time has passed while the process slept: nothing ran meanwhile. */
  skip(ms: number): void;
  /** Somebody set the machine's time, forward or (negative) back: no time has passed. */
  set(ms: number): void;
}

/** Time that stands still until the test moves it. */
export function testClock(start = Date.UTC(2026, 0, 1)): TestClock {
  let elapsed = 0;
  let offset = start;
  let timers: { at: number; run: () => void }[] = [];

  const nextDue = (until: number) =>
    timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];

  return {
    // Whole milliseconds, as of any clock of the day: what waits for a lock waits for fractions.
    now: () => Math.floor(offset + elapsed),
    elapsed: () => elapsed,
    after(ms, run) {
      const timer = { at: elapsed + Math.max(0, ms), run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    soon: (run) => void setImmediate(run),
    skip(ms) {
      elapsed += ms;
    },
    set(ms) {
      offset += ms;
    },
    async advance(ms) {
      const until = elapsed + ms;
      await consequences();
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        const due = timer;
        timers = timers.filter((other) => other !== due);
        elapsed = Math.max(elapsed, due.at);
        due.run();
        await consequences();
      }
      elapsed = until;
      await consequences();
    },
  };
}

/** So many turns of the event loop: each thing that is written takes one. */
const ROUNDS = 20;

/** Everything that promises have set off by now. */
export async function consequences(rounds = ROUNDS): Promise<void> {
  for (let round = 0; round < rounds; round++)
    await new Promise((resolve) => setImmediate(resolve));
}
