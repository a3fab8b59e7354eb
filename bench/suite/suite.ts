import type { Results } from './results.ts';
import type { Servers } from './servers.ts';

/** The figures of one measurement by name, times in ms. */
export type Figures = Record<string, number>;

/** The server that a measurement needs. */
export type Requirement = 'redis' | 'memoryRedis' | 'postgres';

export interface Setting {
  quick: boolean;
  servers: Servers;
  /** An empty folder for this measurement, deleted afterwards. */
  folder: string;
  /** A folder that all measurements of this run share. */
  shared: string;
}

/** One figure of one subject. Each run has its own process. */
export interface Measurement {
  /** `drain10` */
  name: string;
  /** `xgpt` */
  subject: string;
  requires?: Requirement | readonly Requirement[] | undefined;
  /** Left out of a quick run. */
  isSlow?: boolean;
  run(setting: Setting): Promise<Figures>;
}

/** A goal, as a line of the report. */
export interface Criterion {
  what: string;
  /** `2.0× or more` */
  goal: string;
  /** `1.4×`; undefined when it was not measured. */
  value: string | undefined;
  reached: boolean;
}

export interface Suite {
  title: string;
  /** The script that runs one of the measurements, or all. */
  script: string;
  measurements: Measurement[];
  /** Markdown: tables with headings of the third level. */
  tables(results: Results): string;
  criteria(results: Results): Criterion[];
}
