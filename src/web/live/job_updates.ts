import type { Feed } from '../../jobs/feed.ts';
import { every, Pacer } from '../../platform/pacer.ts';

/** Time between two updates on average, in ms, and how far ahead of that they may run. */
const UPDATE_MS = 48;
const BURST_MS = 200;

/**
 * Wakes the streams that send jobs as JSON. They are woken together and not at every change, because
 * each of them then reads the feed.
 */
export class JobUpdates {
  readonly #listeners = new Set<() => void>();

  constructor(feed: Feed) {
    const pacer = new Pacer(every(UPDATE_MS, BURST_MS), () => {
      for (const listener of this.#listeners) listener();
    });
    feed.subscribe(() => pacer.request());
  }

  /** Calls `listener` soon after jobs have changed, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
