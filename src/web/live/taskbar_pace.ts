import { PROGRESS_MS } from '../../jobs/feed.ts';
import { Allowance, type Pace } from '../../platform/pacer.ts';

/** Maximum rate of progress updates per client, in bytes a second: larger updates are less frequent. */
const PROGRESS_BYTES_PER_SECOND = 92_000;

/**
 * Maximum sustained rate of all updates per client. It is a little higher than that of progress, or
 * bursts of status changes would never be paid back.
 */
const LIMIT = { updateMs: 48, bytesPerSecond: 95_500 };

/**
 * How far ahead of the limit on updates changes of status may run, in ms: the first few go out at
 * once. Their bytes delay progress and not them: an outdated button is worse than a bar that pauses
 * for a moment.
 */
const STATUS_BURST_MS = 200;

/** How far ahead of the limits progress may run, in ms. */
const PROGRESS_BURST_MS = 100;

/** Maximum delay of progress because of its size, in ms; whole updates include progress as well. */
const MAX_DEBT_MS = 1_000;

/** Progress that is early by this much is not delayed, in ms: timers are not exact. */
const TOLERANCE_MS = 10;

/**
 * Maximum delay of a progress update, in ms. Beyond it, the feed's next version is sent instead, with
 * newer progress.
 */
const MAX_DELAY_MS = 15;

/** Limits how often the taskbar is sent. */
export class TaskbarPace implements Pace {
  #sentAt = Number.NEGATIVE_INFINITY;
  #updates = new Allowance();
  #bytes = new Allowance(MAX_DEBT_MS);
  /** Size of the last update of each kind, in bytes. */
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
