import type { Tracker } from '../../jobs/index.ts';

/** How often jobs are checked for whether they still progress, in ms. */
const STALLED_POLL_MS = 1_000;

/** Knows which running jobs have stopped making progress. Nothing happens then, so it has to poll. */
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
