import { Bars } from './bars.ts';
import { JsonLines } from './json_lines.ts';
import { PlainLines } from './plain_lines.ts';
import type { Reporter } from './reporter.ts';

export type { Reporter } from './reporter.ts';

/** JSON if requested, progress bars on a terminal that supports them, plain lines otherwise. */
export function createReporter({ json }: { json?: boolean }): Reporter {
  if (json) return new JsonLines();
  const canDraw = process.stderr.isTTY && process.env.TERM !== 'dumb';
  return canDraw ? new Bars(process.stderr) : new PlainLines();
}
