import { styleText } from 'node:util';
import type { Tracker } from '../../jobs/index.ts';
import { counted } from '../../text/format.ts';
import { type LogLine, localTime, logLines } from '../../text/log_lines.ts';

const NO_TIME = ' '.repeat(localTime(new Date()).length);

/** Reads a job's log piece by piece. */
export class LogReader {
  #position = 0;

  constructor(
    private readonly tracker: Tracker,
    private readonly id: string,
  ) {}

  /** The lines since the last call. */
  async read(): Promise<LogLine[]> {
    const all = Number.POSITIVE_INFINITY;
    const { text, position, dropped } = await this.tracker.reader.readWrittenLog(
      this.id,
      this.#position,
      all,
    );
    this.#position = position;
    const lines = logLines(text);
    return dropped > 0 ? [droppedNote(dropped), ...lines] : lines;
  }
}

function droppedNote(bytes: number): LogLine {
  return { text: `[${counted(bytes, 'earlier byte was', 'earlier bytes were')} dropped.]` };
}

/** `2026-11-28 14:03:22  Reading page 2`, in the terminal's time zone; the time is dimmed there. */
export function logLineText({ at, text }: LogLine): string {
  const time = at ? styleText('dim', localTime(at), { stream: process.stdout }) : NO_TIME;
  return `${time}  ${text}`;
}
