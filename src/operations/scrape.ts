import { z } from 'zod';
import { defineJob, InvalidInput, type QueuedJobContext } from '../jobs/index.ts';
import { importPath } from '../sources/archive/index.ts';
import type { Post } from '../sources/post.ts';
import { NotFound, type Page } from '../sources/source.ts';
import type { OperationDeps } from './deps.ts';
import { choice, optionalWholeNumber, tick, username } from './fields.ts';
import { pageLine, pageMessage } from './wording.ts';

const DEFAULT_POSTS = 100;

const CHECK_STEP = 'check the archive';
const STORE_STEP = 'store its posts';

type Pages = AsyncIterable<Page<Post>>;

export interface ScrapeInput {
  /** Absent only for an archive, which knows whose it is. */
  username?: string;
  /** Absent = all of them; so it is for an archive. */
  maxTweets?: number;
  includeReplies: boolean;
  includeRetweets: boolean;
  source: string;
  /** The import to read, when the source is `archive`. */
  archive?: string;
}

export interface ScrapeResult {
  username?: string;
  posts: number;
  /** Those that the library did not have before. */
  newPosts: number;
}

interface Checkpoint extends ScrapeResult {
  cursor?: string;
  /** The listing has been read to its end. */
  atEnd?: boolean;
}

declare module '../jobs/job.ts' {
  interface JobTypes {
    scrape: { input: ScrapeInput; output: ScrapeResult };
  }
}

/** Reads one author's posts from a source into the library. */
export default function scrape({ sources, importsDir }: OperationDeps) {
  return defineJob<'scrape'>({
    type: 'scrape',
    concurrency: 2,
    input: () => scrapeInput([...sources.keys()]),
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
        onPreparing: (current, total, message) => void job.updateProgress(current, total, message),
      });
      const store = (listing: Pages) => storePages(input, done, listing, job);
      if (input.source !== 'archive') return store(pages);
      return importInSteps(pages, job, store);
    },
  });
}

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
      progress: progressOf(read, page, wanted),
    }));
    done = after(saved.posts.added);
    job.log(pageLine(posts.length, saved.posts.added, done.posts));
    if (done.atEnd) break;
  }
  return resultOf(done);
}

function scrapeInput(sources: string[]) {
  return z
    .object({
      username: username().optional().describe('It may be absent only with the source archive.'),
      maxTweets: optionalWholeNumber('Posts', 1, 10_000).describe(
        `By default ${DEFAULT_POSTS}, and of an archive all.`,
      ),
      includeReplies: tick('Include replies', false),
      includeRetweets: tick('Include reposts', false),
      source: choice('Source', sources as [string, ...string[]], 'sample'),
      archive: z
        .preprocess((value) => value || undefined, z.string().max(255).optional())
        .describe('The name of an import, with the source archive.'),
    })
    .superRefine((input, context) => {
      const refuse = (field: string, message: string) =>
        context.addIssue({ code: 'custom', path: [field], message });
      if (input.source === 'archive') {
        if (!input.archive) refuse('archive', 'Choose an archive, or upload one first.');
      } else if (!input.username) {
        refuse('username', 'Username is missing. Type one, for example aurora_lab.');
      }
    })
    .transform((input): ScrapeInput => {
      if (input.source === 'archive') return input;
      // The form sends its archive field whichever source was chosen.
      const { archive: _, ...rest } = input;
      return { ...rest, maxTweets: input.maxTweets ?? DEFAULT_POSTS };
    });
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
    cursor: page.cursor,
    atEnd: page.cursor === undefined || posts >= wanted,
  };
}

function progressOf(done: Checkpoint, page: Page<Post>, wanted: number) {
  const total = Math.min(wanted, page.total ?? 0);
  return { current: done.posts, total, message: pageMessage(done.posts, total, page) };
}

function resultOf({ username, posts, newPosts }: Checkpoint): ScrapeResult {
  return { username, posts, newPosts };
}
