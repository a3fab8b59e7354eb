/**
 * Time and chance as arguments, so that a test can control them. `elapsed` and `after` are those of
 * the server's `Clock`; the rest of it does not exist in browsers.
 */
export interface ClientClock {
  /** Milliseconds since an arbitrary moment. */
  elapsed(): number;
  /** Calls `run` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
  /** 0 to 1. */
  random(): number;
}

export const clientClock: ClientClock = {
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
