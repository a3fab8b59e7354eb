import type { Criterion } from './suite.ts';

export type Cell = string | number | undefined;

/** A table in Markdown; its first column is text, the others are right-aligned. */
export function table(head: string[], rows: Cell[][]): string {
  const line = (cells: Cell[]) => `| ${cells.map(cellText).join(' | ')} |`;
  const rule = `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function cellText(cell: Cell): string {
  return typeof cell === 'number' ? number(cell) : (cell ?? '–');
}

/** Three significant digits, with separated thousands. */
export function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  if (value >= 10 || value === 0) return value.toFixed(value === 0 ? 0 : 1);
  return value.toFixed(2);
}

export function percent(share: number | undefined, digits = 0): string {
  return share === undefined ? '–' : `${(share * 100).toFixed(digits)} %`;
}

export function ratioOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b;
}

export function times(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${number(ratio)}×`;
}

/** A ratio that must be at least `goal`. */
export function atLeast(what: string, ratio: number | undefined, goal: number): Criterion {
  const value = ratio === undefined ? undefined : times(ratio);
  return { what, goal: `≥ ${goal}×`, value, reached: (ratio ?? 0) >= goal };
}

/** A ratio that must be at most `goal`. */
export function atMost(what: string, ratio: number | undefined, goal: number): Criterion {
  const value = ratio === undefined ? undefined : times(ratio);
  return { what, goal: `≤ ${goal}×`, value, reached: (ratio ?? Infinity) <= goal };
}

/** A figure that must be at most `goal`, in a unit. */
export function figureAtMost(
  what: string,
  value: number | undefined,
  goal: number,
  unit: string,
): Criterion {
  return {
    what,
    goal: `≤ ${number(goal)} ${unit}`,
    value: value === undefined ? undefined : `${number(value)} ${unit}`,
    reached: (value ?? Infinity) <= goal,
  };
}

export function criteriaTable(criteria: Criterion[]): string {
  const outcome = ({ value, reached }: Criterion) =>
    value === undefined ? 'not measured' : reached ? 'reached' : '**not reached**';
  return table(
    ['Criterion', 'Goal', 'Measured', ''],
    criteria.map((each) => [each.what, each.goal, each.value, outcome(each)]),
  );
}
