/** The queue of a type, and what is set for it. */
export interface TypeQueue {
  type: string;
  waiting: number;
  running: number;
  /** Since when the job waits that has been able to start for the longest time. */
  oldestSince?: Date;
  /** How many run at once in all processes; absent when this process does not know the type. */
  concurrency?: number;
  /** The same as this process itself has set it, where something else is set for all. */
  ownConcurrency?: number;
  /** Since when none of its jobs is started. */
  pausedAt?: Date;
  /** No running process has the type, so that its jobs wait. */
  unserved?: true;
}

/** A source, whose jobs can be held. */
export interface SourceQueue {
  name: string;
  /** For use in a sentence: "the synthetic sample". */
  label: string;
  /** Since when none of its jobs is started. */
  pausedAt?: Date;
}
