import type { Figures } from './suite.ts';

/** One run of one measurement. */
export interface Result {
  name: string;
  subject: string;
  round: number;
  /** How much of the machine was idle just before, 0 to 1. */
  idle: number;
  figures?: Figures;
  /** Why there are no figures. */
  error?: string;
}

/** The runs of one report. */
export class Results {
  #all: Result[];

  constructor(all: Result[]) {
    this.#all = all;
  }

  /** `3`, or `2 to 3` when a run was cut short. */
  get rounds(): string {
    const runs = Map.groupBy(this.#all, ({ name, subject }) => `${name}/${subject}`);
    const counts = [...runs.values()].map(({ length }) => length).sort((a, b) => a - b);
    const [least = 0, most = 0] = [counts[0], counts.at(-1)];
    return least === most ? String(most) : `${least} to ${most}`;
  }

  /** How idle the machine was before the measurements: the median, and the worst tenth. */
  get idle(): { median: number; worstTenth: number } {
    const shares = this.#all.map(({ idle }) => idle).sort((a, b) => a - b);
    return { median: median(shares), worstTenth: shares[Math.floor(shares.length / 10)] ?? 0 };
  }

  get errors(): Result[] {
    return this.#all.filter(({ error }) => error !== undefined);
  }

  has(name: string): boolean {
    return this.#all.some((result) => result.name === name && result.figures);
  }

  /** Of all rounds; empty when it was not measured. */
  values(name: string, subject: string, figure: string): number[] {
    return this.#all
      .filter((result) => result.name === name && result.subject === subject)
      .flatMap(({ figures }) => figures?.[figure] ?? [])
      .filter((value) => !Number.isNaN(value));
  }

  /** The median of all rounds; undefined when it was not measured. */
  median(name: string, subject: string, figure: string): number | undefined {
    const values = this.values(name, subject, figure);
    return values.length > 0 ? median(values) : undefined;
  }

  /** The sum of a figure over all measurements, such as jobs delivered twice. */
  total(subject: string, figure: string): number {
    return this.#all
      .filter((result) => result.subject === subject)
      .reduce((sum, { figures }) => sum + (figures?.[figure] ?? 0), 0);
  }

  /** The subjects with results of that name, in the order of the measurements. */
  subjects(name: string): string[] {
    const found = this.#all.filter((result) => result.name === name);
    return [...new Set(found.map(({ subject }) => subject))];
  }
}

/** The value below which `share` (0 to 1) of all values lie; NaN when there are none. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

export function max(values: number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
