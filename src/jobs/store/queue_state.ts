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

/** A row of `job_types`. */
export interface SettingRow {
  type: string;
  paused_at: number | null;
  concurrency: number | null;
}

export function toPauses(
  types: readonly SettingRow[],
  sources: readonly { source: string; paused_at: number }[],
): QueuePauses {
  const valuesOf = (name: 'paused_at' | 'concurrency') =>
    types.flatMap((row): [string, number][] => {
      const value = row[name];
      return value === null ? [] : [[row.type, value]];
    });
  return {
    types: new Map(valuesOf('paused_at')),
    sources: new Map(sources.map(({ source, paused_at }) => [source, paused_at])),
    concurrency: new Map(valuesOf('concurrency')),
  };
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
