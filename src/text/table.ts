import { escaped, fitted, padded } from './printable.ts';

/** The least width of the shrunk column. */
const MIN_WIDTH = 8;

/**
 * A table with a head row. Control characters of the cells are shown escaped.
 * @param columns of the terminal: the widest column is cut to fit. False = any width.
 */
export function table(head: string[], rows: string[][], columns: number | false): string {
  const all = [head, ...rows].map((row) => row.map(escaped));
  const widths = head.map((_, index) =>
    Math.max(...all.map((row) => Bun.stringWidth(row[index] ?? ''))),
  );
  if (columns) shrinkWidest(widths, columns);
  return all.map((row) => lineOf(row, widths)).join('\n');
}

function shrinkWidest(widths: number[], columns: number): void {
  const total = widths.reduce((sum, width) => sum + width + 2, -2);
  const widest = widths.indexOf(Math.max(...widths));
  const width = widths[widest] ?? 0;
  widths[widest] = Math.min(width, Math.max(MIN_WIDTH, width - Math.max(0, total - columns)));
}

function lineOf(row: string[], widths: number[]): string {
  return row
    .map((cell, index) => padded(fitted(cell, widths[index] ?? 0), widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}
