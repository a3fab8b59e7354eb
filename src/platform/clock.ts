/** Time as an argument, so that a test can control it. */
export interface Clock {
  /** Milliseconds since 1970 UTC by the machine's clock, which may be set at any time. */
  now(): number;
  /** Milliseconds since an arbitrary moment; not affected when the machine's clock is set. */
  elapsed(): number;
  /** Calls `run` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` in the next turn of the event loop, after pending I/O and timers. */
  soon(run: () => void): void;
}

/** `setTimeout` counts in 32 bits and fires at once beyond that. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock. Its timers do not keep the process alive. */
export const systemClock: Clock = createClock((timer) => timer.unref());

/** The machine's clock, with timers that keep the process alive. */
export const keepAliveClock: Clock = createClock(() => {});

function createClock(started: (timer: Timer) => void): Clock {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, Math.min(Math.max(ms, 0), MAX_TIMEOUT_MS));
      started(timer);
      return () => clearTimeout(timer);
    },
    soon: (run) => void setImmediate(run),
  };
}
