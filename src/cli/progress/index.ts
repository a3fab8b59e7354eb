import type { Job, Tracker } from '../../jobs/index.ts';
import { Bars } from './bars.ts';
import { JsonLines } from './json_lines.ts';
import { PlainLines } from './plain_lines.ts';

/** How a person or a program is told of jobs. Progress goes to standard error, unless it is JSON. */
export interface Reporter {
  /** Jobs that are under way, and what they started; called again and again. */
  show(jobs: Job[]): void;
  /** One that has ended. */
  ended(job: Job): void;
  /** A sentence for the person, on standard error. */
  say(text: string): void;
  /** A line of the result, on standard output. */
  print(text: string): void;
  /** Nothing more is shown. */
  close(): void;
}

/** Bars on a terminal that can draw over a line, lines elsewhere, JSON when asked for. */
export function createReporter(tracker: Tracker, { json }: { json?: boolean }): Reporter {
  if (json) return new JsonLines();
  const canDraw = process.stderr.isTTY && process.env.TERM !== 'dumb';
  return canDraw ? new Bars(tracker, process.stderr) : new PlainLines();
}
