import { type InputOf, InvalidInput, type QueuedJobContext } from '../../jobs/index.ts';
import { importPath } from '../../sources/archive/index.ts';
import type { Post } from '../../sources/post.ts';
import { NotFound, type Page } from '../../sources/source.ts';
import { type ListingPlace, pageLine, pageProgress, placeAfter } from '../listing.ts';
import { defineOperation } from '../operation.ts';
import type { ScrapeResult } from './input.ts';

const CHECK_STEP = 'check the archive';
const STORE_STEP = 'store its posts';

type ScrapeInput = InputOf<'scrape'>;
type Pages = AsyncIterable<Page<Post>>;

type Checkpoint = ScrapeResult & ListingPlace;

/** Reads one author's posts from a source into the library. */
export default defineOperation<'scrape'>(({ sources, importsDir }) => {
  return {
    concurrency: 2,
    upload: { source: 'archive' },
    check: ({ archive }) => (archive === undefined ? undefined : checkArchive(archive, importsDir)),

    steps: ({ source }) => (source === 'archive' ? [CHECK_STEP, STORE_STEP] : []),

    async run(input, job) {
      const source = sources.get(input.source);
      if (!source) throw new Error(`The source ${input.source} is not available in this process.`);
      const done = (job.checkpoint as Checkpoint | undefined) ?? nothingYet(input);
      if (done.atEnd) return resultOf(done);

      job.stage('reading');
      if (done.posts === 0) await job.updateProgress(0, 0, `Opening ${source.label}`);
      const pages = source.posts({
        username: input.username,
        archive: input.archive,
        includeReplies: input.includeReplies,
        includeReposts: input.includeRetweets,
        cursor: done.cursor,
        signal: job.signal,
        wanted: (input.maxTweets ?? Number.POSITIVE_INFINITY) - done.posts,
        onPreparing: (current, total, message) => void job.updateProgress(current, total, message),
      });
      const store = (listing: Pages) => storePages(input, done, listing, job);
      if (input.source !== 'archive') return store(pages);
      return importInSteps(pages, job, store);
    },
  };
});

function nothingYet({ username }: ScrapeInput): Checkpoint {
  return { username, posts: 0, newPosts: 0 };
}

/** An archive is checked from end to end before its first page comes: a step of its own. */
async function importInSteps(
  pages: Pages,
  job: QueuedJobContext,
  store: (listing: Pages) => Promise<ScrapeResult>,
): Promise<ScrapeResult> {
  const iterator = pages[Symbol.asyncIterator]();
  let first: IteratorResult<Page<Post>> | undefined;
  try {
    await job.step(CHECK_STEP, async () => {
      first = await iterator.next();
      job.log('The archive is whole and can be read.');
    });
    // A later attempt does not repeat the step, and has read nothing yet.
    return await job.step(STORE_STEP, () => store(withFirst(first, iterator)));
  } finally {
    await iterator.return?.();
  }
}

async function* withFirst(
  first: IteratorResult<Page<Post>> | undefined,
  rest: AsyncIterator<Page<Post>>,
): AsyncGenerator<Page<Post>> {
  for (let page = first ?? (await rest.next()); !page.done; page = await rest.next()) {
    yield page.value;
  }
}

async function storePages(
  input: ScrapeInput,
  start: Checkpoint,
  pages: Pages,
  job: QueuedJobContext,
): Promise<ScrapeResult> {
  const wanted = input.maxTweets ?? Number.POSITIVE_INFINITY;
  let done = start;
  for await (const page of pages) {
    job.signal.throwIfAborted();
    const posts = page.items.slice(0, wanted - done.posts);
    const before = done;
    const read = afterPage(before, page, posts.length, wanted);
    const profiles = page.profile ? [page.profile] : [];
    const after = (added: number) => ({ ...read, newPosts: before.newPosts + added });
    const saved = await job.commit({ posts, profiles }, (saved) => ({
      checkpoint: after(saved.posts.added),
      progress: pageProgress(read.posts, page, wanted),
    }));
    done = after(saved.posts.added);
    job.log(pageLine(posts.length, saved.posts.added, done.posts));
    if (done.atEnd) break;
  }
  return resultOf(done);
}

async function checkArchive(archive: string, importsDir: string): Promise<void> {
  try {
    await importPath(importsDir, archive);
  } catch (error) {
    if (error instanceof NotFound) throw new InvalidInput({ archive: error.message });
    throw error;
  }
}

function afterPage(done: Checkpoint, page: Page<Post>, count: number, wanted: number): Checkpoint {
  const posts = done.posts + count;
  return {
    username: page.profile?.username ?? done.username,
    posts,
    newPosts: done.newPosts,
    ...placeAfter(page, posts, wanted),
  };
}

function resultOf({ username, posts, newPosts }: Checkpoint): ScrapeResult {
  return { username, posts, newPosts };
}
