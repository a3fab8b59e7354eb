import { z } from 'zod';
import { choice, optionalWholeNumber, sourceChoice, terms, tick, wholeNumber } from '../fields.ts';
import type { InputDeps, JobTypeOf } from '../job_type.ts';

export interface SearchResult {
  posts: number;
  newPosts: number;
  /** Posts that got a vector from this job; absent when it did not embed. */
  embedded?: number;
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
    maxTweets: wholeNumber({
      label: 'Posts at most',
      name: 'Posts',
      min: 1,
      max: 10_000,
      default: 100,
    }),
    /** Nothing older than this many days. */
    days: optionalWholeNumber({
      label: 'Of the last days',
      name: 'Days',
      description: 'Nothing older than this many days.',
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
    /** Also give every post found a vector. */
    embed: tick({
      label: 'Embed what it finds',
      name: 'Embed',
      help: 'So that the posts can be found by meaning.',
      description: 'Also give every post found a vector.',
      default: false,
    }),
    source: sourceChoice(able),
  });
}
