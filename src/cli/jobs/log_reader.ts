import type { Tracker } from '../../jobs/index.ts';

/** Reads a job's log on from where it read last. */
export class LogReader {
  #position = 0;

  constructor(
    private readonly tracker: Tracker,
    private readonly id: string,
  ) {}

  /** Lines that are new, each without its line break. */
  read(): string[] {
    const all = Number.POSITIVE_INFINITY;
    const { text, position, dropped } = this.tracker.reader.readWrittenLog(
      this.id,
      this.#position,
      all,
    );
    this.#position = position;
    const lines = text.split('\n').slice(0, -1);
    return dropped > 0 ? [`[${dropped} bytes before this are gone.]`, ...lines] : lines;
  }
}
