/** Time as an argument, so that a test can move it. */
export interface Clock {
  /** Milliseconds since 1970 UTC, as the machine has it: somebody may set it at any time. */
  now(): number;
  /** Milliseconds since some moment; only ever goes on, however the machine's time is set. */
  elapsed(): number;
  /** Calls `run` once after `ms`; the returned function calls it off. Keeps no process alive. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` in the next turn of the event loop, after I/O and timers had theirs. */
  soon(run: () => void): void;
}

/** `setTimeout` counts in 32 bits and fires at once beyond that. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(ms, 0), MAX_TIMEOUT_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
  soon: (run) => void setImmediate(run),
};
