import { type InputOf, InvalidInput, type Need, type QueuedJobContext } from '../../jobs/index.ts';
import { storing } from '../../platform/storage_issue.ts';
import { importNames, importPath, ownerOf } from '../../sources/archive/index.ts';
import type { Post } from '../../sources/post.ts';
import { NotFound, type Page, Unreadable } from '../../sources/source.ts';
import type { OperationDeps } from '../deps.ts';
import { LISTING_RETRY } from '../listing.ts';
import { defineOperation } from '../operation.ts';
import { type Checkpoint, maximumOf, nothingYet, resultOf } from './checkpoint.ts';
import { claimName, type NameDeps, namesElsewhere, takenNameText } from './import_names.ts';
import type { ScrapeResult } from './input.ts';
import { storePages } from './store_pages.ts';

const CHECK_STEP = 'check the archive';
const STORE_STEP = 'store its posts';

/** The size of the first page of a run for what is new. */
const FEW = 10;

type ScrapeInput = InputOf<'scrape'>;
type Pages = AsyncIterable<Page<Post>>;

/** Reads one author's posts from a source into the library. */
export default defineOperation<'scrape'>((deps) => {
  const { sources, library } = deps;
  return {
    concurrency: 2,
    retry: LISTING_RETRY,
    needs: deps.hasOtherMachines ? [archivesIn(deps)] : [],
    check: (input) => (input.archive === undefined ? undefined : checkArchive(input, deps)),

    steps: ({ source }) => (source === 'archive' ? [CHECK_STEP, STORE_STEP] : []),

    async run(input, job) {
      const source = sources.get(input.source);
      if (!source) throw new Error(`The source ${input.source} is not available in this process.`);
      const done = (job.checkpoint as Checkpoint | undefined) ?? nothingYet(input);
      if (done.atEnd) return resultOf(done);

      job.stage('reading');
      const read = { done };
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
        stillWanted: () => wantedOf(input, read.done),
        onWaiting: (message) => void job.updateProgress(read.done.posts, 0, message),
        onPreparing: (current, total, message) =>
          void job.updateProgress(...inPercent(current, total), message),
      });
      const store = (listing: Pages) => storePages({ input, library, job, read }, done, listing);
      if (input.source !== 'archive') return store(pages);
      return recordingProblems(input, job, () => importInSteps(pages, job, store));
    },
  };
});

/** Other machines have other archives, perhaps of the same names. */
function archivesIn(deps: NameDeps): Need {
  return {
    field: 'archive',
    what: 'archive',
    get has() {
      const elsewhere = namesElsewhere(deps);
      return importNames(deps.importsDir).filter((name) => !elsewhere.has(name));
    },
  };
}

/** An archive is checked by its bytes, which nobody should take for posts. */
function inPercent(done: number, total: number): [current: number, total: number] {
  return total > 0 ? [Math.min(100, Math.floor((done / total) * 100)), 100] : [0, 0];
}

/**
 * What the maximum still allows. Usually little is new, so a run for that begins with a small page, and
 * doubles what it has read: a source that charges should not read a large page to find nothing.
 */
function wantedOf(input: ScrapeInput, { posts, marking }: Checkpoint): number {
  const counted = input.onlyNew && marking?.old ? marking.fresh : posts;
  const rest = Math.max(1, maximumOf(input) - counted);
  return input.onlyNew ? Math.min(rest, Math.max(FEW, posts)) : rest;
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

/** What is wrong with an archive beyond these is found when the job reads it, which may take long. */
async function checkArchive(
  { archive = '', username }: ScrapeInput,
  deps: NameDeps & Pick<OperationDeps, 'hasOtherMachines'>,
): Promise<void> {
  const { importsDir, hasOtherMachines } = deps;
  try {
    const path = await importPath(importsDir, archive, hasOtherMachines);
    if (!(await storing(importsDir, () => claimName(deps, archive))))
      throw new InvalidInput({
        archive: takenNameText(archive, namesElsewhere(deps).get(archive)),
      });
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
