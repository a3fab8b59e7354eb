import type { LiveDeps } from '../../src/sources/connection.ts';
import type { Source } from '../../src/sources/source.ts';

/**
 * A row of `bench/sources.ts`: the default export of a file in this folder that `sources.ts` lists. The
 * file is also loaded by the measured server, which takes its sources.
 */
export interface SourceBench {
  name: string;
  /** What is counted: posts, records. */
  unit: string;
  /** How many are read. */
  items: number;
  /** How much memory the server may use, in MB. Default: half more than after a fifth of the time. */
  maxMemoryMb?: number;
  /** The sources of the measured server, without pauses; default: the program's own. */
  addSources?(live: LiveDeps): Source[];
  /** Called once before everything is measured. */
  prepare(items: number): Promise<PreparedBench>;
}

export interface PreparedBench {
  /** Settings of the measured server. */
  env: Record<string, string>;
  /** The jobs that read everything through the product, one after the other. */
  jobs: { type: string; input: Record<string, string> }[];
  /** Called when the server runs, before it is measured, such as to connect an account. */
  connect?(url: string): Promise<void>;
  /**
   * Reads the same with the library alone, and stores nothing.
   * @returns the number of items.
   */
  bare(): Promise<number>;
  /** The process of the double, whose share of the CPU is shown. */
  pid?: number;
  stop(): Promise<void>;
}
