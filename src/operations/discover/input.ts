import { z } from 'zod';
import { maximum, sourceChoice, tick, words } from '../fields.ts';
import type { InputDeps, JobTypeOf } from '../job_type.ts';
import { DEFAULT_PROFILES } from './sentence.ts';

export interface DiscoverResult {
  profiles: number;
  newProfiles: number;
  saved: boolean;
  /** Usernames, best match first. */
  found: string[];
  /** Why no more were looked for, for people. Absent when there were no more, or enough were found. */
  stopped?: string;
  /** When they were scraped: how many of them, and their posts. */
  scraped?: number;
  posts?: number;
  /** What the service has charged, in US dollars; absent when it was free. */
  cost?: number;
}

declare module '../../jobs/job.ts' {
  interface JobTypes {
    /** Finds profiles by bio or keywords. */
    discover: JobTypeOf<typeof discoverInput, DiscoverResult>;
  }
}

export default function discoverInput({ sources }: InputDeps) {
  const able = [...sources.values()].filter((source) => source.discover).map(({ name }) => name);
  return z.object({
    query: words({
      label: 'Looking for',
      name: 'Query',
      help: 'Words from a bio, a name or a trade.',
      example: 'climbing coach',
      placeholder: 'climbing coach',
    }),
    maxResults: maximum({
      label: 'Profiles at most',
      name: 'Profiles',
      min: 1,
      max: 1_000,
      default: DEFAULT_PROFILES,
    }),
    /** Keep the profiles in the library. */
    save: tick({
      label: 'Keep the profiles found',
      name: 'Save',
      description: 'Keep the profiles in the library.',
      default: true,
    }),
    /** Then scrape each profile as a separate job. */
    scrape: tick({
      label: 'Then scrape each profile',
      name: 'Scrape',
      description: 'Then scrape each profile as a separate job.',
      default: false,
    }),
    /** Maximum number of posts of each profile, if they are scraped. */
    maxTweets: maximum({
      label: 'Maximum posts each',
      name: 'Posts of each',
      help: 'Only if they are scraped.',
      description: 'Maximum number of posts of each profile, if they are scraped.',
      min: 1,
      max: 10_000,
      default: 100,
    }),
    source: sourceChoice(able),
  });
}
