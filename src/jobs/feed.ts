/** What changed between two versions of the feed. */
export interface Change {
  /** Jobs that were added, removed or changed status: everything about them may look different. */
  cards: ReadonlySet<string>;
  /** Jobs of which only the progress changed. */
  progressed: ReadonlySet<string>;
}

/** How many versions back a subscriber may be and still get the changes. */
const KEPT_VERSIONS = 256;

/**
 * Shortest time between two versions that bring progress, in ms: twenty a second look continuous.
 * A subscriber that wants fewer paces itself.
 */
export const PROGRESS_MS = 50;

/**
 * A numbered sequence of changes, one per process. Version N says which jobs changed since version
 * N−1. A subscriber remembers the last version it has seen and nothing else.
 */
export class Feed {
  #version = 0;
  #changes: Change[] = [];
  #cards = new Set<string>();
  #progressed = new Set<string>();
  #isInvalid = false;
  #isScheduled = false;
  #listeners = new Set<() => void>();
  #logListeners = new Set<() => void>();

  /** The number of the newest version. */
  get version(): number {
    return this.#version;
  }

  /** A job's state changed. All changes of one microtask become one version. */
  changed(id: string): void {
    this.#cards.add(id);
    this.#schedule();
  }

  /** More changed than can be listed: subscribers have to read everything again. */
  invalidate(): void {
    this.#isInvalid = true;
    this.#schedule();
  }

  progressed(ids: Iterable<string>): void {
    for (const id of ids) this.#progressed.add(id);
    this.#schedule();
  }

  /** What changed after that version; undefined when it is too old, too much changed, or it is unknown. */
  since(version: number): Change | undefined {
    const missed = this.#version - version;
    if (missed < 0 || missed > this.#changes.length) return undefined;
    const changes = missed === 0 ? [] : this.#changes.slice(-missed);
    const cards = new Set(changes.flatMap((change) => [...change.cards]));
    const progressed = new Set(changes.flatMap((change) => [...change.progressed]));
    return { cards, progressed: progressed.difference(cards) };
  }

  /** Calls `listener` after every version until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A job's log may have grown. That makes no new version: readers of logs read them again. */
  logged(): void {
    for (const listener of this.#logListeners) listener();
  }

  /** Calls `listener` whenever a log may have grown, until the returned function is called. */
  onLog(listener: () => void): () => void {
    this.#logListeners.add(listener);
    return () => this.#logListeners.delete(listener);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#publish());
  }

  #publish(): void {
    this.#isScheduled = false;
    this.#version++;
    if (this.#isInvalid) this.#changes = [];
    else this.#changes.push({ cards: this.#cards, progressed: this.#progressed });
    if (this.#changes.length > KEPT_VERSIONS) this.#changes.shift();
    this.#isInvalid = false;
    this.#cards = new Set();
    this.#progressed = new Set();
    for (const listener of this.#listeners) listener();
  }
}
