import { PROGRESS_MS } from '../../jobs/feed.ts';
import { Allowance, type Pace } from '../../platform/pacer.ts';

/** What progress may cost a watcher, in bytes a second: larger updates come less often. */
const PROGRESS_BYTES_PER_SECOND = 94_000;

/**
 * What all updates together may cost a watcher, sustained: a little more than progress alone, or
 * what changes of status have used up in advance would never be made good.
 */
const LIMIT = { updateMs: 48, bytesPerSecond: 98_000 };

/**
 * How far ahead of the limit on updates changes of status may run, in ms: the first few go out at
 * once. Their bytes hold back progress and not them: a button that is no longer valid is worse than
 * a bar that stands still for a moment.
 */
const STATUS_BURST_MS = 200;

/** How far ahead of the limits progress may run, in ms. */
const PROGRESS_BURST_MS = 100;

/** Bytes hold progress back for at most this long, in ms; updates of the whole bring it as well. */
const MAX_DEBT_MS = 1_000;

/** Progress that comes early by this much is not held back, in ms: timers are not exact. */
const TOLERANCE_MS = 10;

/**
 * Progress is delayed by at most this much, in ms: otherwise it is left to the feed's next version,
 * which has newer progress and is sent at once.
 */
const MAX_DELAY_MS = 15;

/** How often the taskbar is sent, whatever happens to its jobs. */
export class TaskbarPace implements Pace {
  #sentAt = Number.NEGATIVE_INFINITY;
  #updates = new Allowance();
  #bytes = new Allowance(MAX_DEBT_MS);
  /** Of the last update of each kind, in bytes. */
  #sizes = { whole: 0, progress: 0 };

  /** @param nextKind which kind of update is waiting. */
  constructor(private readonly nextKind: () => 'whole' | 'progress') {}

  /** An update of that kind was rendered. */
  rendered(kind: 'whole' | 'progress', bytes: number): void {
    this.#sizes[kind] = bytes;
  }

  dueAt(now: number): number {
    if (this.nextKind() === 'whole') return this.#updates.usedUntil - STATUS_BURST_MS;
    const due = Math.max(
      this.#sentAt + this.#progressIntervalMs() - TOLERANCE_MS,
      Math.max(this.#updates.usedUntil, this.#bytes.usedUntil) - PROGRESS_BURST_MS,
    );
    if (due - now <= MAX_DELAY_MS) return due;
    return Math.max(due, now + PROGRESS_MS + TOLERANCE_MS);
  }

  spend(now: number): void {
    this.#sentAt = now;
    this.#updates.spend(now, LIMIT.updateMs);
    this.#bytes.spend(now, (this.#sizes[this.nextKind()] / LIMIT.bytesPerSecond) * 1000);
  }

  #progressIntervalMs(): number {
    return Math.max(PROGRESS_MS, (this.#sizes.progress / PROGRESS_BYTES_PER_SECOND) * 1000);
  }
}
