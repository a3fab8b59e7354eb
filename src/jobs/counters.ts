/** Jobs that ended, by type and outcome. */
export interface EndedJobs {
  type: string;
  /** `completed`, `failed` or `cancelled`. */
  outcome: string;
  count: number;
  /** How many of them had run, and how long their last attempts took together, in ms. */
  timed: number;
  sumMs: number;
  /** How many took `2 ** (bucket / 4)` ms or longer, and less than the next bucket's, by bucket. */
  buckets: ReadonlyMap<number, number>;
}

/** Attempts after which a job waited for another one. */
export interface RepeatedJobs {
  type: string;
  /** `failed`, `postponed` (the source asked for it), `interrupted`, or `released` at a shutdown. */
  outcome: string;
  count: number;
}

/**
 * What happened to jobs since this process opened the database, in all processes on it. It starts at
 * zero with each process. What others did while this process was suspended for long may be missing.
 */
export interface JobCounters {
  ended(): EndedJobs[];
  repeated(): RepeatedJobs[];
}
