import type { InputOf, QueuedJobContext, SavedData } from '../../jobs/index.ts';
import type { Post } from '../../sources/post.ts';
import type { Page } from '../../sources/source.ts';
import { quoted } from '../../text/isolated.ts';
import type { OperationDeps } from '../deps.ts';
import { embeddedAhead, FETCH_STEP, prepareModel } from '../embedding.ts';
import {
  costAfter,
  embeddedLine,
  LISTING_RETRY,
  type ListingPlace,
  pageLine,
  pageProgress,
  placeAfter,
} from '../listing.ts';
import { defineOperation } from '../operation.ts';
import { termsOf } from '../sentences.ts';
import type { SearchResult } from './input.ts';

const DAY_MS = 86_400_000;

/** Posts that are embedded in one commit. */
const BATCH = 32;

const SEARCH_STEP = 'search for posts';
const EMBED_STEP = 'embed what was found';

type SearchInput = InputOf<'search'>;

interface Checkpoint extends SearchResult, ListingPlace {
  /** Fixed by the first attempt, so that a resumed listing stays the same listing. */
  since?: number;
  /** Keys of posts that were found and may have no vector yet. */
  found?: number[];
}

/** Collects posts on a topic and, when asked, embeds them. */
export default defineOperation<'search'>((deps) => {
  return {
    concurrency: 2,
    retry: LISTING_RETRY,

    steps: ({ embed }) => (embed ? [FETCH_STEP, SEARCH_STEP, EMBED_STEP] : []),

    async run(input, job) {
      if (!input.embed) return resultOf(await collect(deps, input, job));
      await prepareModel(deps, job);
      await job.step(SEARCH_STEP, async () => resultOf(await collect(deps, input, job)));
      return job.step(EMBED_STEP, async () => resultOf(await embedFound(deps, input, job)));
    },
  };
});

/** Stores page after page, and goes on after the last one that an earlier attempt has stored. */
async function collect(
  { sources }: OperationDeps,
  input: SearchInput,
  job: QueuedJobContext,
): Promise<Checkpoint> {
  const source = sources.get(input.source);
  if (!source?.search) throw new Error(`${input.source} cannot search.`);
  let done = (job.checkpoint as Checkpoint | undefined) ?? atStart(input);
  if (done.atEnd) return done;
  job.stage('searching');
  if (done.posts === 0) {
    await job.updateProgress(0, 0, `Searching ${source.label} for ${quoted(input.query)}`);
  }
  const pages = source.search({
    terms: termsOf(input.query),
    mode: input.mode,
    since: done.since === undefined ? undefined : new Date(done.since),
    cursor: done.cursor,
    signal: job.signal,
    wanted: input.maxTweets - done.posts,
    onWaiting: (message) => void job.updateProgress(done.posts, 0, message),
  });
  for await (const page of pages) {
    job.signal.throwIfAborted();
    const posts = page.items.slice(0, input.maxTweets - done.posts);
    const before = done;
    const read = afterPage(before, page, posts.length, input.maxTweets);
    const after = ({ posts: { added, keys } }: SavedData): Checkpoint => ({
      ...read,
      newPosts: before.newPosts + added,
      ...(input.embed && { found: [...(before.found ?? []), ...keys] }),
    });
    const saved = await job.commit({ posts }, (saved) => ({
      checkpoint: after(saved),
      progress: pageProgress(read.posts, page, input.maxTweets, read.cost),
    }));
    done = after(saved);
    for (const note of page.notes ?? []) job.log(note);
    job.log(pageLine(posts.length, saved.posts.added, done.posts));
    if (done.atEnd) break;
  }
  return done;
}

/** Gives a vector to each post that was found without one. */
async function embedFound(
  deps: OperationDeps,
  { embed }: SearchInput,
  job: QueuedJobContext,
): Promise<Checkpoint> {
  const { model } = deps.embedder;
  let done = job.checkpoint as Checkpoint;
  if (!embed) return done;
  const waiting = deps.library.withoutVector(model, [...new Set(done.found)]).map(({ key }) => key);
  const total = (done.embedded ?? 0) + waiting.length;
  job.stage('embedding');
  const batches = batchesOf(deps, waiting);
  for await (const { pending, rest, vectors } of embeddedAhead(deps, batches, job.signal)) {
    const before = done.embedded ?? 0;
    const embedded = before + pending.length - vectors.meaningless.length;
    const next = { ...done, embedded, found: rest };
    const progress = { current: embedded, total, message: 'Embedding what was found' };
    await job.commit({ vectors }, { checkpoint: next, progress });
    job.log(embeddedLine(embedded - before, embedded));
    done = next;
  }
  return done;
}

/** Each with the keys of the posts after it. */
function* batchesOf({ library, embedder }: OperationDeps, keys: number[]) {
  for (let rest = keys; rest.length > 0; ) {
    const pending = library.withoutVector(embedder.model, rest.slice(0, BATCH));
    rest = rest.slice(BATCH);
    yield { pending, rest };
  }
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
  return { ...done, posts, ...costAfter(done, page), ...placeAfter(page, posts, wanted) };
}

function resultOf({ posts, newPosts, embedded, cost }: Checkpoint): SearchResult {
  return {
    posts,
    newPosts,
    ...(embedded !== undefined && { embedded }),
    ...(cost !== undefined && { cost }),
  };
}
