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

/** Least of the limit that is left to progress beside regular whole updates, in bytes a second. */
const MIN_PROGRESS_BYTES = 15_000;

/**
 * `whole`: a status changed, or cards came or went. `regular`: the whole taskbar because it is time.
 * `progress`: jobs progressed.
 */
export type UpdateKind = 'whole' | 'regular' | 'progress';

/** Limits how often the taskbar is sent. */
export class TaskbarPace implements Pace {
  #sentAt = Number.NEGATIVE_INFINITY;
  #updates = new Allowance();
  #bytes = new Allowance(MAX_DEBT_MS);
  /** Size of the last update of each form, in bytes. */
  #sizes = { whole: 0, progress: 0 };

  /**
   * @param nextKind which kind of update is waiting.
   * @param regularMs time between two regular updates, in ms; by default there are none.
   */
  constructor(
    private readonly nextKind: () => UpdateKind,
    private readonly regularMs = Number.POSITIVE_INFINITY,
  ) {}

  /** An update of that form was rendered. */
  rendered(form: 'whole' | 'progress', bytes: number): void {
    this.#sizes[form] = bytes;
  }

  dueAt(now: number): number {
    if (this.nextKind() !== 'progress') return this.#updates.usedUntil - STATUS_BURST_MS;
    const due = Math.max(
      this.#sentAt + this.#progressIntervalMs() - TOLERANCE_MS,
      Math.max(this.#updates.usedUntil, this.#bytes.usedUntil) - PROGRESS_BURST_MS,
    );
    if (due - now <= MAX_DELAY_MS) return due;
    return Math.max(due, now + PROGRESS_MS + TOLERANCE_MS);
  }

  spend(now: number): void {
    const kind = this.nextKind();
    this.#sentAt = now;
    this.#updates.spend(now, LIMIT.updateMs);
    // What regular updates take is reserved, so that progress does not pause after each of them.
    if (kind === 'regular') return;
    this.#bytes.spend(now, (this.#sizes[kind] / this.#left(LIMIT.bytesPerSecond)) * 1000);
  }

  #progressIntervalMs(): number {
    const bytesPerSecond = this.#left(PROGRESS_BYTES_PER_SECOND);
    return Math.max(PROGRESS_MS, (this.#sizes.progress / bytesPerSecond) * 1000);
  }

  /** What regular updates leave of a limit, in bytes a second. */
  #left(limit: number): number {
    const regular = this.#sizes.whole / (this.regularMs / 1000);
    return Math.max(MIN_PROGRESS_BYTES, limit - regular);
  }
}
