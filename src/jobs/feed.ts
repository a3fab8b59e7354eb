/** What changed between two frames. */
export interface Change {
  /** Jobs that came, went or changed status: everything about them may look different. */
  cards: ReadonlySet<string>;
  /** Jobs of which only the progress moved. */
  progressed: ReadonlySet<string>;
}

/** How many frames back a follower may be and still get the changes instead of the whole. */
const REMEMBERED_FRAMES = 256;

/** Twenty frames a second is what an eye follows. */
export const MIN_FRAME_MS = 50;

/**
 * The numbered sequence of what changed, one per process. Frame N says which jobs changed since
 * frame N-1; a follower keeps the number of the last frame it has seen and nothing else.
 */
export class Feed {
  /** Time between two frames of progress, in ms. A follower whose frames are large may ask for more. */
  paceMs = MIN_FRAME_MS;

  #frame = 0;
  #changes: Change[] = [];
  #cards = new Set<string>();
  #progressed = new Set<string>();
  #isBeyondTelling = false;
  #scheduled = false;
  #listeners = new Set<() => void>();
  #logListeners = new Set<() => void>();

  /** The newest frame's number. */
  get frame(): number {
    return this.#frame;
  }

  /** A state changed. All that happens in one go (one microtask) becomes one frame. */
  changed(id: string): void {
    this.#cards.add(id);
    this.#schedule();
  }

  /** More changed than can be told one by one: whoever follows gets the whole. */
  changedBeyondTelling(): void {
    this.#isBeyondTelling = true;
    this.#schedule();
  }

  progressed(ids: Iterable<string>): void {
    for (const id of ids) this.#progressed.add(id);
    this.#schedule();
  }

  /** What changed after that frame; `undefined` when it is too long ago, too much, or not of this feed. */
  since(frame: number): Change | undefined {
    const missed = this.#frame - frame;
    if (missed < 0 || missed > this.#changes.length) return undefined;
    const changes = missed === 0 ? [] : this.#changes.slice(-missed);
    const cards = new Set(changes.flatMap((change) => [...change.cards]));
    const progressed = new Set(changes.flatMap((change) => [...change.progressed]));
    return { cards, progressed: progressed.difference(cards) };
  }

  /** Calls `listener` after every frame until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Some job's log may have grown. That is no frame: who reads a log asks for it. */
  logged(): void {
    for (const listener of this.#logListeners) listener();
  }

  /** Calls `listener` whenever a log may have grown, until the returned function is called. */
  onLog(listener: () => void): () => void {
    this.#logListeners.add(listener);
    return () => this.#logListeners.delete(listener);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#publish());
  }

  #publish(): void {
    this.#scheduled = false;
    this.#frame++;
    if (this.#isBeyondTelling) this.#changes = [];
    else this.#changes.push({ cards: this.#cards, progressed: this.#progressed });
    if (this.#changes.length > REMEMBERED_FRAMES) this.#changes.shift();
    this.#isBeyondTelling = false;
    this.#cards = new Set();
    this.#progressed = new Set();
    for (const listener of this.#listeners) listener();
  }
}
