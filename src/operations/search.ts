import { z } from 'zod';
import { defineJob, type QueuedJobContext } from '../jobs/index.ts';
import type { Post } from '../post.ts';
import type { Page } from '../sources/source.ts';
import { prepareModel, vectorsOf } from './embedding.ts';
import { choice, optionalWholeNumber, terms, termsOf, tick, wholeNumber } from './fields.ts';
import type { Services } from './services.ts';
import { pageMessage } from './wording.ts';

const DEFAULT_POSTS = 100;
const DAY_MS = 86_400_000;

export interface SearchInput {
  /** Comma-separated terms; a post matches when it has one of them. */
  query: string;
  maxTweets: number;
  /** Nothing older than this many days. */
  days?: number;
  mode: 'latest' | 'top';
  /** Also give every post found a vector. */
  embed: boolean;
  source: string;
}

export interface SearchResult {
  posts: number;
  newPosts: number;
  /** Posts that got a vector from this job; absent when it was not asked to embed. */
  embedded?: number;
}

interface Checkpoint extends SearchResult {
  cursor?: string;
  /** The listing has been read to its end. */
  atEnd?: boolean;
  /** Fixed by the first attempt, so that a resumed listing stays the same listing. */
  since?: number;
}

declare module '../jobs/job.ts' {
  interface JobTypes {
    search: { input: SearchInput; output: SearchResult };
  }
}

/** Collects posts on a topic and, when asked, embeds them page by page. */
export default function search(services: Services) {
  const { sources } = services;
  const able = [...sources.values()].filter((source) => source.search).map(({ name }) => name);

  return defineJob<'search'>({
    type: 'search',
    concurrency: 2,
    input: z.object({
      query: terms,
      maxTweets: wholeNumber('Posts', 1, 10_000, DEFAULT_POSTS),
      days: optionalWholeNumber('Days', 1, 3_650),
      mode: choice('Order', ['latest', 'top'], 'latest'),
      embed: tick('Embed', false),
      source: choice('Source', able as [string, ...string[]], 'sample'),
    }),

    async run(input, job) {
      const source = sources.get(input.source);
      if (!source?.search) throw new Error(`${input.source} cannot search.`);
      let done = (job.checkpoint as Checkpoint | undefined) ?? atStart(input);
      if (done.atEnd) return resultOf(done);
      if (input.embed) await prepareModel(services, job);

      job.stage('searching');
      if (done.posts === 0) {
        await job.updateProgress(0, 0, `Asking ${source.label} for “${input.query}”`);
      }
      const pages = source.search({
        terms: termsOf(input.query),
        mode: input.mode,
        since: done.since === undefined ? undefined : new Date(done.since),
        cursor: done.cursor,
        signal: job.signal,
      });
      for await (const page of pages) {
        job.signal.throwIfAborted();
        done = await storePage(services, job, input, done, page);
        if (done.atEnd) break;
      }
      return resultOf(done);
    },
  });
}

/** Stores a page's posts and, when asked, their vectors; only then the listing moves on. */
async function storePage(
  services: Services,
  job: QueuedJobContext,
  input: SearchInput,
  done: Checkpoint,
  page: Page<Post>,
): Promise<Checkpoint> {
  const { library, embedder } = services;
  const posts = page.items.slice(0, input.maxTweets - done.posts);
  const next = afterPage(done, page, posts.length, input.maxTweets);
  const progress = progressOf(next, page, input.maxTweets);
  if (!input.embed) {
    job.commit(
      () => {
        next.newPosts += library.savePosts(posts);
      },
      { checkpoint: next, progress },
    );
    return next;
  }
  const stored = { ...done };
  job.commit(
    () => {
      stored.newPosts += library.savePosts(posts);
    },
    { checkpoint: stored },
  );
  const pending = library.withoutVector(embedder.model, posts);
  const vectors = await vectorsOf(services, pending, job.signal);
  const embedded = (done.embedded ?? 0) + vectors.length;
  const finished = { ...next, newPosts: stored.newPosts, embedded };
  job.commit(() => library.saveVectors(embedder.model, vectors), {
    checkpoint: finished,
    progress,
  });
  return finished;
}

function atStart({ days, embed }: SearchInput): Checkpoint {
  return {
    posts: 0,
    newPosts: 0,
    ...(embed && { embedded: 0 }),
    ...(days !== undefined && { since: Date.now() - days * DAY_MS }),
  };
}

function afterPage(done: Checkpoint, page: Page<Post>, count: number, wanted: number): Checkpoint {
  const posts = done.posts + count;
  const atEnd = page.cursor === undefined || posts >= wanted;
  return { ...done, posts, cursor: page.cursor, atEnd };
}

function progressOf(done: Checkpoint, page: Page<Post>, wanted: number) {
  const total = Math.min(wanted, page.total ?? 0);
  return { current: done.posts, total, message: pageMessage(done.posts, total, page) };
}

function resultOf({ posts, newPosts, embedded }: Checkpoint): SearchResult {
  return { posts, newPosts, ...(embedded !== undefined && { embedded }) };
}
