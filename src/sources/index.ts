import { createArchiveSource } from './archive/index.ts';
import { createSampleSource } from './sample/index.ts';
import type { Source } from './source.ts';

/** The sources by name, the default one first. */
export type Sources = ReadonlyMap<string, Source>;

export interface SourcesOptions {
  /** Pause before each page of the sample, in ms. */
  samplePageMs: number;
  /** The folder with uploaded and copied archives. */
  importsDir: string;
}

export function createSources({ samplePageMs, importsDir }: SourcesOptions): Sources {
  const sources = [
    createSampleSource({ pageMs: samplePageMs }),
    createArchiveSource({ importsDir }),
  ];
  return new Map(sources.map((source) => [source.name, source]));
}
