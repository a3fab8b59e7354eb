import type { JobProgress } from '../job.ts';
import type { Report } from '../store/store.ts';

/** How much of a log may wait to be written, in UTF-16 code units. */
const MAX_UNWRITTEN = 512 * 1024;
const LINES_DROPPED = '[Lines are missing here: they could not be written in time.]\n';

/** A report that was handed to the store, which has not answered yet. */
export interface HandOver extends Report {
  /** Hand-overs of an execution are numbered from 1: a later one never has older progress. */
  readonly number: number;
  /** A commit may bring progress of its own, newer than what was handed over with it. */
  readonly isCommit: boolean;
}

/**
 * What an execution has reported and is not on disk yet. Several hand-overs may be in flight at once,
 * and each can fail. Progress must not go back on disk, so progress that failed is handed over again
 * only when nothing newer is on disk or in flight.
 */
export class ReportBuffer {
  /** The newest progress, if it was not handed over yet. */
  #progress: JobProgress | undefined;
  /** Log lines that were not handed over yet. */
  #lines = '';
  /** Log lines that failed; they come before `#lines`. */
  #failedLines = '';
  /** The newest hand-over whose progress failed. */
  #failed: HandOver | undefined;
  /** In the order of their numbers. */
  readonly #inFlight = new Set<HandOver>();
  #lastNumber = 0;
  /** The newest hand-over whose progress is on disk. */
  #savedNumber = 0;
  /** Resolves `linesInFlight`. */
  #linesAnswered: PromiseWithResolvers<void> | undefined;

  /** Whether there is nothing that `take` would hand over. */
  get isEmpty(): boolean {
    return !this.#progress && (this.#hasLinesInFlight() || !(this.#lines || this.#failedLines));
  }

  /** Resolves when the lines in flight are on disk or have failed; undefined when none are in flight. */
  get linesInFlight(): Promise<void> | undefined {
    if (!this.#hasLinesInFlight()) return undefined;
    this.#linesAnswered ??= Promise.withResolvers();
    return this.#linesAnswered.promise;
  }

  report(progress: JobProgress): void {
    this.#progress = progress;
  }

  /** @param lines whole lines, each with its line break. */
  log(lines: string): void {
    // When the disk is full for long, the newest lines are worth more than the memory.
    if (this.#failedLines.length + this.#lines.length > MAX_UNWRITTEN) {
      this.#failedLines = '';
      this.#lines = LINES_DROPPED;
    }
    this.#lines += lines;
  }

  /**
   * What can be written now; `saved` or `failed` must follow. Lines wait while earlier ones are in
   * flight: if those failed, they would come after the later ones.
   */
  take(): HandOver {
    return this.#hasLinesInFlight() ? this.#handOver(this.#newest(), '', false) : this.takeAll();
  }

  /** Everything that is not on disk yet, when nothing can be written later. */
  takeAll(): HandOver {
    const lines = this.#failedLines + this.#lines;
    this.#failedLines = '';
    this.#lines = '';
    return this.#handOver(this.#newest(), lines, false);
  }

  /** The progress for a commit, which uses it when it has none of its own. */
  takeForCommit(): HandOver {
    return this.#handOver(this.#progress, '', true);
  }

  /** @param progress what is on disk now, if the hand-over brought any. */
  saved(handOver: HandOver, progress = handOver.progress): void {
    this.#answered(handOver);
    if (progress) this.#savedNumber = Math.max(this.#savedNumber, handOver.number);
    this.#restore();
  }

  failed(handOver: HandOver): void {
    this.#answered(handOver);
    if (handOver.lines) this.#failedLines += handOver.lines;
    if (handOver.progress && handOver.number > (this.#failed?.number ?? 0)) this.#failed = handOver;
    this.#restore();
  }

  /** The newest progress that is not on disk. */
  get newest(): JobProgress | undefined {
    if (this.#progress) return this.#progress;
    let newest = this.#failed;
    for (const handOver of this.#inFlight)
      if (handOver.progress && handOver.number > (newest?.number ?? 0)) newest = handOver;
    return newest && newest.number > this.#savedNumber ? newest.progress : undefined;
  }

  /** Nothing of it is to be written any more. */
  discard(): void {
    this.#progress = undefined;
    this.#lines = '';
    this.#failedLines = '';
    this.#failed = undefined;
  }

  #handOver(progress: JobProgress | undefined, lines: string, isCommit: boolean): HandOver {
    this.#progress = undefined;
    const number = ++this.#lastNumber;
    const handOver: HandOver = { progress, lines: lines || undefined, number, isCommit };
    this.#inFlight.add(handOver);
    return handOver;
  }

  #answered(handOver: HandOver): void {
    this.#inFlight.delete(handOver);
    if (!this.#linesAnswered || this.#hasLinesInFlight()) return;
    this.#linesAnswered.resolve();
    this.#linesAnswered = undefined;
  }

  /** Progress in flight goes along again, in case that fails and no other hand-over follows. */
  #newest(): JobProgress | undefined {
    return this.#progress ?? this.#newestInFlight();
  }

  #hasLinesInFlight(): boolean {
    for (const { lines } of this.#inFlight) if (lines) return true;
    return false;
  }

  /** Undefined when a commit is in flight whose own progress may be newer. */
  #newestInFlight(): JobProgress | undefined {
    const inFlight = this.#inFlight.size > 0 ? [...this.#inFlight].reverse() : [];
    for (const handOver of inFlight) {
      if (handOver.number < this.#savedNumber) return undefined;
      if (handOver.isCommit) return undefined;
      if (handOver.progress) return handOver.progress;
    }
    return this.#failed?.progress;
  }

  /** Progress that failed is to be handed over again once it is certain that it is the newest. */
  #restore(): void {
    if (!this.#failed) return;
    const isOutdated = this.#failed.number <= this.#savedNumber;
    if (!isOutdated && this.#inFlight.size > 0) return;
    if (!isOutdated) this.#progress ??= this.#failed.progress;
    this.#failed = undefined;
  }
}
