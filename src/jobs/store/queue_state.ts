/** What stores tell of queues, and which jobs a list of them shows. */

/**
 * The `due_at` of jobs whose source is paused: they are out of the way until it is resumed. It is the
 * last time that a `Date` can hold.
 */
export const HELD = 8_640_000_000_000_000;

/** An `updated_at` this far ahead of the clock is not explained by rounding, in ms. */
export const FUTURE_MS = 1_000;

/** What people have set for a type, for all processes. */
export interface TypeSetting {
  isPaused: boolean;
  /** In place of the limit of each process. */
  concurrency: number | undefined;
}

/** Times in ms since 1970, by name; `concurrency` has numbers. */
export interface QueuePauses {
  types: ReadonlyMap<string, number>;
  sources: ReadonlyMap<string, number>;
  concurrency: ReadonlyMap<string, number>;
}

/** The queue of a type as it is now. */
export interface QueueDepth {
  type: string;
  waiting: number;
  running: number;
  /** Work that its caller does itself. */
  tracked: number;
  /** Since when the job waits that has been able to start for the longest time. */
  oldestSince: number | undefined;
}

export interface CurrentLimits {
  /** Types that are left out. */
  except?: readonly string[];
  ended: number;
  waiting: number;
  failed: number;
}
