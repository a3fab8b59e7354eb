/** How the text of a setting is read. Not by Zod: that would take 5 ms of every start. */
export interface Setting<Value> {
  /** Undefined when the text cannot be used. It is not blank. */
  read(text: string): Value | undefined;
  /** What the text must be, for a message. */
  rule: string | ((text: string) => string);
  default: Value;
}

/** Decimal digits, with or without a fraction. */
export function number(min: number, max: number, fallback: number): Setting<number> {
  return {
    read: (text) => inRange(digits(text, /^\d+(\.\d+)?$/), min, max),
    rule: `must be a number from ${min} to ${max}`,
    default: fallback,
  };
}

/** Decimal digits only: `0x10`, `1e3` and `+5` are typing errors more often than numbers. */
export function whole(min: number, max: number, fallback: number): Setting<number> {
  return {
    read: (text) => inRange(digits(text, /^\d+$/), min, max),
    rule: `must be a whole number from ${min} to ${max}`,
    default: fallback,
  };
}

export function oneOf<Value extends string>(
  values: readonly Value[],
  list: string,
  fallback: Value,
): Setting<Value> {
  return {
    read: (text) => values.find((value) => value === text.trim()),
    rule: `must be ${list}`,
    default: fallback,
  };
}

export function text<Fallback extends string | undefined>(
  fallback: Fallback,
  rule = '',
  isRight: (text: string) => boolean = () => true,
): Setting<string | Fallback> {
  return { read: (given) => (isRight(given) ? given : undefined), rule, default: fallback };
}

/** @param problemOf what is wrong with the text; undefined when nothing is. */
export function checked(
  problemOf: (text: string) => string | undefined,
): Setting<string | undefined> {
  return {
    read: (given) => (problemOf(given) === undefined ? given : undefined),
    rule: (given) => problemOf(given) ?? '',
    default: undefined,
  };
}

function digits(given: string, pattern: RegExp): number {
  return pattern.test(given.trim()) ? Number(given) : Number.NaN;
}

function inRange(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

/** The name with the fewest letters to change; undefined when all are far from it. */
export function nearestName(given: string, names: string[]): string | undefined {
  const near = names
    .map((name) => ({ name, distance: editDistance(given, name) }))
    .filter(({ distance }) => distance <= Math.max(2, given.length / 4));
  return near.sort((a, b) => a.distance - b.distance)[0]?.name;
}

/** The number of letters to insert, delete or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
