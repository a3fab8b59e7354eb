import { z } from 'zod';
import { choice, maximum, optionalWholeNumber, sourceChoice, terms, tick } from '../fields.ts';
import type { InputDeps, JobTypeOf } from '../job_type.ts';
import { DEFAULT_POSTS } from './sentence.ts';

export interface SearchResult {
  posts: number;
  newPosts: number;
  /** Posts that got a vector from this job; absent when it did not embed. */
  embedded?: number;
  /** What the service has charged, in US dollars; absent when it was free. */
  cost?: number;
}

declare module '../../jobs/job.ts' {
  interface JobTypes {
    /** Collects posts on a topic and, if told to, embeds them. */
    search: JobTypeOf<typeof searchInput, SearchResult>;
  }
}

export default function searchInput({ sources }: InputDeps) {
  const able = [...sources.values()].filter((source) => source.search).map(({ name }) => name);
  return z.object({
    /** Terms, separated by commas; a post matches when it has one of them. */
    query: terms({
      label: 'Terms',
      name: 'Query',
      help: 'Separated by commas; a post matches when it contains one of them.',
      description: 'Terms, separated by commas; a post matches when it has one of them.',
      example: 'space, jazz',
      placeholder: 'space, jazz',
    }),
    maxTweets: maximum({
      label: 'Maximum posts',
      name: 'Posts',
      min: 1,
      max: 10_000,
      default: DEFAULT_POSTS,
    }),
    /** Maximum age of the posts, in days. */
    days: optionalWholeNumber({
      label: 'Days back',
      name: 'Days',
      description: 'Only posts from the last n days.',
      min: 1,
      max: 3_650,
      sameRow: true,
    }),
    mode: choice({
      label: 'Order',
      values: ['latest', 'top'],
      default: 'latest',
      choices: { latest: 'Latest first', top: 'Top first' },
    }),
    /** Also embed the posts found. */
    embed: tick({
      label: 'Embed the results',
      name: 'Embed',
      help: 'So that the posts can be found by meaning.',
      description: 'Also embed the posts found.',
      default: false,
    }),
    source: sourceChoice(able),
  });
}
