import { Bars } from './bars.ts';
import { JsonLines } from './json_lines.ts';
import { PlainLines } from './plain_lines.ts';
import type { Reporter, Waits } from './reporter.ts';

export type { Reporter, Waits } from './reporter.ts';

/**
 * JSON if requested, progress bars on a terminal that supports them, plain lines otherwise.
 * @param waits why jobs wait, as of each frame.
 */
export function createReporter({ json }: { json?: boolean }, waits: Waits): Reporter {
  if (json) return new JsonLines();
  const canDraw = process.stderr.isTTY && process.env.TERM !== 'dumb';
  return canDraw ? new Bars(process.stderr, waits) : new PlainLines(waits);
}
