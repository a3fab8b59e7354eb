import { type InputOf, InvalidInput, type QueuedJobContext } from '../../jobs/index.ts';
import type { Library } from '../../library/library.ts';
import { importPath, ownerOf } from '../../sources/archive/index.ts';
import type { Post } from '../../sources/post.ts';
import { NotFound, type Page, Unreadable } from '../../sources/source.ts';
import { costAfter, type ListingPlace, pageLine, pageProgress } from '../listing.ts';
import { defineOperation } from '../operation.ts';
import type { ScrapeResult } from './input.ts';
import { addLeftOut, leftOutNotes } from './left_out.ts';
import { type Marking, markToMove, type TakenPage, takePage } from './only_new.ts';

const CHECK_STEP = 'check the archive';
const STORE_STEP = 'store its posts';

/** How many posts may be new, for a first page. */
const FEW = 10;

type ScrapeInput = InputOf<'scrape'>;
type Pages = AsyncIterable<Page<Post>>;

type Checkpoint = ScrapeResult & ListingPlace & { marking?: Marking };

interface Reading {
  input: ScrapeInput;
  library: Library;
  job: QueuedJobContext;
  /** How many posts have been read, for what is shown while the source waits. */
  read: { posts: number };
}

/** Reads one author's posts from a source into the library. */
export default defineOperation<'scrape'>(({ sources, library, importsDir }) => {
  return {
    concurrency: 2,
    upload: { source: 'archive' },
    check: (input) => (input.archive === undefined ? undefined : checkArchive(input, importsDir)),

    steps: ({ source }) => (source === 'archive' ? [CHECK_STEP, STORE_STEP] : []),

    async run(input, job) {
      const source = sources.get(input.source);
      if (!source) throw new Error(`The source ${input.source} is not available in this process.`);
      const done = (job.checkpoint as Checkpoint | undefined) ?? nothingYet(input);
      if (done.atEnd) return resultOf(done);

      job.stage('reading');
      const read = { posts: done.posts };
      if (done.posts === 0) await job.updateProgress(0, 0, `Opening ${source.label}`);
      const pages = source.posts({
        username: input.username,
        archive: input.archive,
        usernameOf: library.usernameOf,
        includeReplies: input.includeReplies,
        includeReposts: input.includeRetweets,
        cursor: done.cursor,
        signal: job.signal,
        wanted: wantedOf(input, done),
        onWaiting: (message) => void job.updateProgress(read.posts, 0, message),
        onPreparing: (current, total, message) => void job.updateProgress(current, total, message),
      });
      const store = (listing: Pages) => storePages({ input, library, job, read }, done, listing);
      if (input.source !== 'archive') return store(pages);
      return recordingProblems(input, job, () => importInSteps(pages, job, store));
    },
  };
});

/** Usually little is new: a source that charges should not read a large page to find that out. */
function wantedOf(input: ScrapeInput, { posts }: Checkpoint): number {
  const rest = Math.max(1, maximumOf(input) - posts);
  return input.onlyNew ? Math.min(rest, FEW) : rest;
}

function nothingYet({ username }: ScrapeInput): Checkpoint {
  return { username, posts: 0, newPosts: 0 };
}

/** The list of imports shows why one of them cannot be read, when the job is long gone. */
async function recordingProblems(
  { archive }: ScrapeInput,
  job: QueuedJobContext,
  read: () => Promise<ScrapeResult>,
): Promise<ScrapeResult> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Unreadable) {
      await job.commit({ import: archive, importProblem: error.message });
    }
    throw error;
  }
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
  { input, library, job, read: shown }: Reading,
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
    const data = { posts: taken.posts, profiles, marks, import: input.archive };
    const saved = await job.commit(data, (saved) => ({
      checkpoint: after(saved.posts.added),
      progress: progressOf(read, page, input),
    }));
    done = after(saved.posts.added);
    shown.posts = done.posts;
    for (const note of page.notes ?? []) job.log(note);
    job.log(pageLine(taken.posts.length, saved.posts.added, done.posts));
    if (done.atEnd) break;
  }
  if (!done.atEnd) {
    const marks = markToMove(input, done.marking, true);
    await job.commit({ marks }, () => ({ checkpoint: { ...done, atEnd: true } }));
  }
  const result = resultOf(done);
  for (const note of leftOutNotes({ ...result }, 'page')) job.log(note);
  if (input.onlyNew) job.log(onlyNewLine(done));
  return result;
}

/** What is wrong with an archive beyond these is found when the job reads it, which may take long. */
async function checkArchive(
  { archive = '', username }: ScrapeInput,
  importsDir: string,
): Promise<void> {
  try {
    const path = await importPath(importsDir, archive);
    const owner = username === undefined ? undefined : await ownerOf(path);
    if (owner === undefined || owner.toLowerCase() === username?.toLowerCase()) return;
    throw new InvalidInput({
      username: `The archive belongs to @${owner}, not to @${username}. Leave the username empty.`,
    });
  } catch (error) {
    if (error instanceof NotFound) throw new InvalidInput({ archive: error.message });
    throw error;
  }
}

function afterPage(
  done: Checkpoint,
  page: Page<Post>,
  { posts, marking, isFull }: TakenPage,
  input: ScrapeInput,
): Checkpoint {
  const isDone = isFull || (input.onlyNew && marking?.reached === true);
  const leftOut = addLeftOut(done.leftOut, page.leftOut);
  const read = done.posts + posts.length;
  return {
    username: page.profile?.username ?? done.username,
    posts: read,
    newPosts: done.newPosts,
    ...costAfter(done, page),
    ...(marking && { marking }),
    ...(input.onlyNew && isFull && marking?.old && { moreNew: true as const }),
    ...(leftOut && { leftOut }),
    ...notReadOf(input, read, page),
    cursor: page.cursor,
    atEnd: page.cursor === undefined || isDone,
  };
}

/** How much is new cannot be told before the posts of the last run are reached. */
function progressOf({ posts, marking, cost }: Checkpoint, page: Page<Post>, input: ScrapeInput) {
  if (input.onlyNew && marking?.old) {
    return pageProgress(posts, { ...page, total: undefined }, Number.POSITIVE_INFINITY, cost);
  }
  return pageProgress(posts, page, maximumOf(input), cost);
}

function onlyNewLine({ marking, moreNew }: Checkpoint): string {
  if (!marking?.old)
    return 'No earlier run has left a mark, so this one has read like a first one.';
  if (!moreNew)
    return 'Reached the posts of the last run. Backdated posts need a run that reads all.';
  return 'The maximum was reached before the posts of the last run. Run it again to read on.';
}

/** Only an archive is something of which all was asked for. */
function notReadOf(input: ScrapeInput, posts: number, { total = 0 }: Page<Post>) {
  const isLimited = input.source === 'archive' && posts >= maximumOf(input) && total > posts;
  return isLimited ? { notRead: total - posts } : {};
}

function maximumOf({ maxTweets }: ScrapeInput): number {
  return maxTweets ?? Number.POSITIVE_INFINITY;
}

function resultOf({
  username,
  posts,
  newPosts,
  moreNew,
  leftOut,
  notRead,
  cost,
}: Checkpoint): ScrapeResult {
  return {
    username,
    posts,
    newPosts,
    ...(moreNew && { moreNew }),
    ...(leftOut && { leftOut }),
    ...(notRead !== undefined && { notRead }),
    ...(cost !== undefined && { cost }),
  };
}
