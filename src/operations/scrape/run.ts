import { type InputOf, InvalidInput, type QueuedJobContext } from '../../jobs/index.ts';
import type { Library } from '../../library/library.ts';
import { importPath } from '../../sources/archive/index.ts';
import type { Post } from '../../sources/post.ts';
import { NotFound, type Page } from '../../sources/source.ts';
import { type ListingPlace, pageLine, pageProgress } from '../listing.ts';
import { defineOperation } from '../operation.ts';
import type { ScrapeResult } from './input.ts';
import { type Marking, markToMove, type TakenPage, takePage } from './only_new.ts';

const CHECK_STEP = 'check the archive';
const STORE_STEP = 'store its posts';

type ScrapeInput = InputOf<'scrape'>;
type Pages = AsyncIterable<Page<Post>>;

type Checkpoint = ScrapeResult & ListingPlace & { marking?: Marking };

interface Reading {
  input: ScrapeInput;
  library: Library;
  job: QueuedJobContext;
}

/** Reads one author's posts from a source into the library. */
export default defineOperation<'scrape'>(({ sources, library, importsDir }) => {
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
      const store = (listing: Pages) => storePages({ input, library, job }, done, listing);
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
  { input, library, job }: Reading,
  start: Checkpoint,
  pages: Pages,
): Promise<ScrapeResult> {
  let done = start;
  for await (const page of pages) {
    job.signal.throwIfAborted();
    const taken = takePage(library, input, page, done);
    const before = done;
    const read = afterPage(before, page, taken, input);
    const profiles = page.profile ? [page.profile] : [];
    const isWhole = page.cursor === undefined && taken.posts.length === page.items.length;
    const marks = read.atEnd ? markToMove(input, taken.marking, isWhole) : [];
    const after = (added: number) => ({ ...read, newPosts: before.newPosts + added });
    const saved = await job.commit({ posts: taken.posts, profiles, marks }, (saved) => ({
      checkpoint: after(saved.posts.added),
      progress: progressOf(read, page, input),
    }));
    done = after(saved.posts.added);
    job.log(pageLine(taken.posts.length, saved.posts.added, done.posts));
    if (done.atEnd) break;
  }
  if (!done.atEnd) {
    const marks = markToMove(input, done.marking, true);
    await job.commit({ marks }, () => ({ checkpoint: { ...done, atEnd: true } }));
  }
  if (input.onlyNew) job.log(onlyNewLine(done));
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

function afterPage(
  done: Checkpoint,
  page: Page<Post>,
  { posts, marking, isFull }: TakenPage,
  { onlyNew }: ScrapeInput,
): Checkpoint {
  const isDone = isFull || (onlyNew && marking?.reached === true);
  return {
    username: page.profile?.username ?? done.username,
    posts: done.posts + posts.length,
    newPosts: done.newPosts,
    ...(marking && { marking }),
    ...(onlyNew && isFull && marking?.old && { moreNew: true }),
    cursor: page.cursor,
    atEnd: page.cursor === undefined || isDone,
  };
}

/** How much is new cannot be told before the posts of the last run are reached. */
function progressOf({ posts, marking }: Checkpoint, page: Page<Post>, input: ScrapeInput) {
  if (input.onlyNew && marking?.old) {
    return pageProgress(posts, { ...page, total: undefined }, Number.POSITIVE_INFINITY);
  }
  return pageProgress(posts, page, input.maxTweets ?? Number.POSITIVE_INFINITY);
}

function onlyNewLine({ marking, moreNew }: Checkpoint): string {
  if (!marking?.old)
    return 'No earlier run has left a mark, so this one has read like a first one.';
  if (!moreNew)
    return 'Reached the posts of the last run. Backdated posts need a run that reads all.';
  return 'The maximum was reached before the posts of the last run. Run it again to read on.';
}

function resultOf({ username, posts, newPosts, moreNew }: Checkpoint): ScrapeResult {
  return { username, posts, newPosts, ...(moreNew && { moreNew }) };
}
