import { readFileSync } from 'node:fs';
import type { TraceLine } from './trace.ts';

/** What was recorded in a trace file so far. */
export function linesOf(trace: string): TraceLine[] {
  const lines = readFileSync(trace, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as TraceLine);
}

export function commitsIn(lines: TraceLine[]): number {
  return lines.filter(({ what }) => what === 'commit').length;
}
