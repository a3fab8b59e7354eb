import { createArchiveSource } from './archive/index.ts';
import { createBlueskySource } from './bluesky/index.ts';
import type { LiveDeps } from './connection.ts';
import { customSources } from './custom_sources.ts';
import { createSampleSource } from './sample/index.ts';
import type { Source } from './source.ts';
import { unconnected } from './unconnected.ts';
import { withoutSecrets } from './without_secrets.ts';
import { createXSource, parseQueryIds } from './x/index.ts';

/** The sources by name, the default one first. */
export type Sources = ReadonlyMap<string, Source>;

export interface SourcesOptions {
  /** Pause before each page of the sample, in ms. */
  samplePageMs: number;
  /** The folder with uploaded and copied archives. */
  importsDir: string;
  /** Present when several machines share the database. */
  databaseUrl?: string | undefined;
  /** Addresses of the services, without a slash at the end. */
  blueskyUrl: string;
  xUrl: string;
  xApiUrl: string;
  /** Least time between two requests to the website of X, in ms. */
  xGapMs?: number;
  /** What X's official API charges for a post, in US dollars. */
  xCostPerPost?: number;
  /** Ids of X's operations, such as `UserTweets=abc`, in place of those of the scraper library. */
  xQueryIds?: string;
  /** Default: live sources can be listed, and refuse to be read. */
  live?: LiveDeps;
}

export function createSources(options: SourcesOptions): Sources {
  const { samplePageMs, importsDir, blueskyUrl, live = unconnected() } = options;
  const hasOtherMachines = options.databaseUrl !== undefined;
  const sources: Source[] = [
    createSampleSource({ pageMs: samplePageMs }),
    createArchiveSource({ importsDir, hasOtherMachines }),
    createBlueskySource({ live, url: blueskyUrl }),
    createXSource({
      live,
      url: options.xUrl,
      apiUrl: options.xApiUrl,
      websiteGapMs: options.xGapMs,
      costPerPost: options.xCostPerPost,
      queryIds: parseQueryIds(options.xQueryIds),
    }),
  ];
  sources.push(...customSources(live, sources));
  return new Map(sources.map((source) => [source.name, withoutSecrets(source, live.credentials)]));
}
