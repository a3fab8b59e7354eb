const MIN_SLOTS = 1024;
const MAX_LOAD = 0.7;

/** What stands in the place of a parent. */
const FREE = -4;
const OTHER = -3;
const ROOT = -2;
const ROOT_OF_THREAD = -1;

/** An id in two numbers: ids exceed 2^53, and a `BigInt` would take five times the time. */
interface Halves {
  high: number;
  low: number;
}

/**
 * Where a thread starts: with a post of the author's own, with a reply to somebody else, or with a post
 * that the archive does not have.
 */
export type ThreadStart =
  | { kind: 'own'; root: string; hasReplies: boolean }
  | { kind: 'foreign' }
  | { kind: 'lost' };

/**
 * The ids of all posts of an archive, and which of the author's posts each of his replies to himself
 * answers. A hash table in typed arrays: 24 bytes a slot, 50 MB for a million posts.
 */
export class PostIndex {
  #size = 0;
  #slots = MIN_SLOTS;
  #highs = new Float64Array(MIN_SLOTS);
  #lows = new Uint32Array(MIN_SLOTS);
  #parentHighs = new Float64Array(MIN_SLOTS).fill(FREE);
  #parentLows = new Uint32Array(MIN_SLOTS);

  /** Adds a post of the author's own that may begin a thread. */
  addRoot(id: string): void {
    this.#put(halvesOf(id), { high: ROOT, low: 0 });
  }

  /** Adds a reply to somebody else, or a repost. */
  addOther(id: string): void {
    this.#put(halvesOf(id), { high: OTHER, low: 0 });
  }

  /** Adds a reply of the author to himself. */
  addOwnReply(id: string, parent: string): void {
    this.#put(halvesOf(id), halvesOf(parent));
  }

  has(id: string): boolean {
    return this.#parentHighs[this.#slotOf(halvesOf(id))] !== FREE;
  }

  /**
   * Finds the first posts of threads, once all posts are added.
   * @returns how many of the author's replies to himself belong to threads that go back to others.
   */
  close(): number {
    let foreign = 0;
    for (let slot = 0; slot < this.#slots; slot += 1) {
      if ((this.#parentHighs[slot] ?? FREE) < 0) continue;
      const id = { high: this.#highs[slot] ?? 0, low: this.#lows[slot] ?? 0 };
      const thread = this.threadOf(textOfHalves(id));
      if (thread.kind === 'foreign') foreign += 1;
      if (thread.kind === 'own') {
        this.#parentHighs[this.#slotOf(halvesOf(thread.root))] = ROOT_OF_THREAD;
      }
    }
    return foreign;
  }

  /** Follows a post up to where its thread starts. */
  threadOf(id: string): ThreadStart {
    const path: number[] = [];
    let at = halvesOf(id);
    for (;;) {
      const slot = this.#slotOf(at);
      const high = this.#parentHighs[slot] ?? FREE;
      if (high < 0 || path.length > this.#size) return this.#startOf(at, high, path);
      path.push(slot);
      at = { high, low: this.#parentLows[slot] ?? 0 };
    }
  }

  /** Shortens the path for the next reply of the same thread, and says where it starts. */
  #startOf(start: Halves, state: number, path: number[]): ThreadStart {
    for (const slot of path) {
      this.#parentHighs[slot] = start.high;
      this.#parentLows[slot] = start.low;
    }
    if (state === ROOT || state === ROOT_OF_THREAD) {
      return { kind: 'own', root: textOfHalves(start), hasReplies: state === ROOT_OF_THREAD };
    }
    return { kind: state === OTHER ? 'foreign' : 'lost' };
  }

  #put(id: Halves, parent: Halves): void {
    const slot = this.#slotOf(id);
    if (this.#parentHighs[slot] === FREE) this.#size += 1;
    this.#highs[slot] = id.high;
    this.#lows[slot] = id.low;
    this.#parentHighs[slot] = parent.high;
    this.#parentLows[slot] = parent.low;
    if (this.#size > this.#slots * MAX_LOAD) this.#grow();
  }

  /** The slot of an id, or the free one where it belongs. */
  #slotOf({ high, low }: Halves): number {
    const mask = this.#slots - 1;
    let slot = hash(high, low) & mask;
    while (this.#parentHighs[slot] !== FREE) {
      if (this.#lows[slot] === low && this.#highs[slot] === high) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const highs = this.#highs;
    const lows = this.#lows;
    const parentHighs = this.#parentHighs;
    const parentLows = this.#parentLows;
    this.#slots *= 2;
    this.#size = 0;
    this.#highs = new Float64Array(this.#slots);
    this.#lows = new Uint32Array(this.#slots);
    this.#parentHighs = new Float64Array(this.#slots).fill(FREE);
    this.#parentLows = new Uint32Array(this.#slots);
    for (const [slot, high] of parentHighs.entries()) {
      if (high === FREE) continue;
      const id = { high: highs[slot] ?? 0, low: lows[slot] ?? 0 };
      this.#put(id, { high, low: parentLows[slot] ?? 0 });
    }
  }
}

function halvesOf(id: string): Halves {
  return { high: Number(id.slice(0, -9)), low: Number(id.slice(-9)) };
}

function textOfHalves({ high, low }: Halves): string {
  return high === 0 ? `${low}` : `${high}${`${low}`.padStart(9, '0')}`;
}

function hash(high: number, low: number): number {
  const mixed = Math.imul(low ^ (high | 0), 0x9e3779b1) ^ Math.imul(high >>> 3, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
