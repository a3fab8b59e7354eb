import { createArchiveSource } from './archive/index.ts';
import type { LiveDeps } from './connection.ts';
import { createSampleSource } from './sample/index.ts';
import type { Source } from './source.ts';
import { unconnected } from './unconnected.ts';

/** The sources by name, the default one first. */
export type Sources = ReadonlyMap<string, Source>;

export interface SourcesOptions {
  /** Pause before each page of the sample, in ms. */
  samplePageMs: number;
  /** The folder with uploaded and copied archives. */
  importsDir: string;
  /** Addresses of the services, without a slash at the end. */
  blueskyUrl: string;
  xUrl: string;
  xApiUrl: string;
  /** Default: live sources can be listed, and refuse to be read. */
  live?: LiveDeps;
}

export function createSources(options: SourcesOptions): Sources {
  const { samplePageMs, importsDir, live: _live = unconnected() } = options;
  const sources: Source[] = [
    createSampleSource({ pageMs: samplePageMs }),
    createArchiveSource({ importsDir }),
  ];
  return new Map(sources.map((source) => [source.name, source]));
}
