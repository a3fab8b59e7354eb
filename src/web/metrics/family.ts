/** One value of a metric. */
export interface Sample {
  labels?: Record<string, string>;
  value: number;
}

/** How values are distributed; `counts` has one more entry than `bounds`, for what is beyond. */
export interface Distribution {
  labels?: Record<string, string>;
  /** Upper bounds, rising. */
  bounds: readonly number[];
  /** How many values lie within each bound and above the one before. */
  counts: readonly number[];
  sum: number;
}

/** A metric as Prometheus names it, with a function that reads its values now. */
export type Family = { name: string; help: string } & (
  | { type: 'counter' | 'gauge'; read(): Sample[] | Promise<Sample[]> }
  | { type: 'histogram'; read(): Distribution[] }
);
