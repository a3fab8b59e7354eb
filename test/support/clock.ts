import type { Clock } from '../../src/jobs/index.ts';
import { untilQuiet } from './job_database.ts';
import { awaitTickets, QUEUE } from './job_queue.ts';

export interface TestClock extends Clock {
  /** Lets time pass and fires the timers due, each with its consequences. */
  advance(ms: number): Promise<void>;
  /** Lets time pass without firing timers, as while a process sleeps. */
  skip(ms: number): void;
  /** Sets the machine's clock forward or (negative) back: no time passes. */
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
    // Whole milliseconds, as of `Date.now`; waiting for a lock takes fractions.
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
      await allConsequences();
      for (let timer = nextDue(until); timer; timer = nextDue(until)) {
        const due = timer;
        timers = timers.filter((other) => other !== due);
        elapsed = Math.max(elapsed, due.at);
        due.run();
        await allConsequences();
      }
      elapsed = until;
      await allConsequences();
    },
  };
}

/** The same with the tickets that they lead to, and what comes of these. */
async function allConsequences(): Promise<void> {
  await consequences();
  let isOver = QUEUE === undefined;
  while (!isOver) {
    const hadTickets = await awaitTickets();
    isOver = (await consequences()) && !hadTickets;
  }
}

/** Turns of the event loop: each write takes one. */
const ROUNDS = 20;

/**
 * Waits until promises have run, and what they have begun on a database.
 * @returns whether nothing has begun since the last call.
 */
export function consequences(rounds = ROUNDS): Promise<boolean> {
  return untilQuiet(async () => {
    for (let round = 0; round < rounds; round++)
      await new Promise((resolve) => setImmediate(resolve));
  });
}
