import type { Tracker } from '../../jobs/index.ts';

/** Reads a job's log piece by piece. */
export class LogReader {
  #position = 0;

  constructor(
    private readonly tracker: Tracker,
    private readonly id: string,
  ) {}

  /** The lines since the last call, without line breaks. */
  read(): string[] {
    const all = Number.POSITIVE_INFINITY;
    const { text, position, dropped } = this.tracker.reader.readWrittenLog(
      this.id,
      this.#position,
      all,
    );
    this.#position = position;
    const lines = text.split('\n').slice(0, -1);
    return dropped > 0 ? [`[${dropped} earlier bytes were dropped.]`, ...lines] : lines;
  }
}
