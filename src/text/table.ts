import { escaped, fitted, padded } from './printable.ts';

/** The least width of a shrunk column. */
const MIN_WIDTH = 8;

/**
 * A table with a head row. Control characters of the cells are shown escaped.
 * @param columns of the terminal: the widest columns are cut to fit. False = any width.
 * @param cutting which columns may be cut: by default all, as far as it takes.
 */
export function table(
  head: string[],
  rows: string[][],
  columns: number | false,
  cutting: 'all' | 'widest' = 'all',
): string {
  const all = [head, ...rows].map((row) => row.map(escaped));
  const widths = head.map((_, index) =>
    Math.max(...all.map((row) => Bun.stringWidth(row[index] ?? ''))),
  );
  if (columns && cutting === 'all') shrinkAll(widths, columns);
  else if (columns) shrinkWidest(widths, columns);
  return all.map((row) => lineOf(row, widths)).join('\n');
}

function surplusOf(widths: number[], columns: number): number {
  return Math.max(0, widths.reduce((sum, width) => sum + width + 2, -2) - columns);
}

function shrinkWidest(widths: number[], columns: number): void {
  const width = Math.max(...widths);
  const shrunk = Math.max(MIN_WIDTH, width - surplusOf(widths, columns));
  widths[widths.indexOf(width)] = Math.min(width, shrunk);
}

/** Cuts the widest column down to the next one, then both, and so on. */
function shrinkAll(widths: number[], columns: number): void {
  for (let surplus = surplusOf(widths, columns); surplus > 0; surplus--) {
    const widest = Math.max(...widths);
    if (widest <= MIN_WIDTH) return;
    widths[widths.indexOf(widest)] = widest - 1;
  }
}

function lineOf(row: string[], widths: number[]): string {
  return row
    .map((cell, index) => padded(fitted(cell, widths[index] ?? 0), widths[index] ?? 0))
    .join('  ')
    .trimEnd();
}
