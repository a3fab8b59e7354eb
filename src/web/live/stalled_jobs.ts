import type { Tracker } from '../../jobs/index.ts';

/** How often jobs are checked for progress, in ms. */
const STALLED_POLL_MS = 1_000;

/** Finds running jobs that make no progress. A stall causes no event, so it polls. */
export class StalledJobs {
  #since = new Map<string, Date>();

  /** @param onChange called when a job stalls or progresses again. */
  constructor(
    private readonly tracker: Tracker,
    private readonly onChange: () => void,
  ) {
    setInterval(() => this.#check(), STALLED_POLL_MS).unref();
  }

  /** Since when this job has made no progress; undefined for one that does. */
  since(id: string): Date | undefined {
    return this.#since.get(id);
  }

  #check(): void {
    const before = new Set(this.#since.keys());
    this.#since = this.tracker.reader.stalledJobs();
    const changed = new Set(this.#since.keys()).symmetricDifference(before);
    if (changed.size > 0) this.onChange();
  }
}
