import { fitted, padded } from './printable.ts';

/** The narrowest a column is made, in characters. */
const NARROWEST = 8;

/**
 * Rows under a head, in columns.
 * @param columns of the terminal: the widest column gives way to fit into them. False = any width.
 */
export function table(head: string[], rows: string[][], columns: number | false): string {
  const all = [head, ...rows];
  const widths = head.map((_, index) =>
    Math.max(...all.map((row) => Bun.stringWidth(row[index] ?? ''))),
  );
  if (columns) giveWay(widths, columns);
  return all.map((row) => lineOf(row, widths)).join('\n');
}

function giveWay(widths: number[], columns: number): void {
  const total = widths.reduce((sum, width) => sum + width + 2, -2);
  const widest = widths.indexOf(Math.max(...widths));
  const width = widths[widest] ?? 0;
  widths[widest] = Math.min(width, Math.max(NARROWEST, width - Math.max(0, total - columns)));
}

function lineOf(row: string[], widths: number[]): string {
  return row
    .map((cell, index) => padded(fitted(cell, widths[index] ?? 0), widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}
