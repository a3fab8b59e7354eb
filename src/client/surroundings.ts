/** What time and chance do; a test gives its own. */
export interface Surroundings {
  /** In ms, from any beginning. */
  now(): number;
  /** Returns what takes it back. */
  after(ms: number, run: () => void): () => void;
  /** 0 to 1. */
  random(): number;
}

export const REAL: Surroundings = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
