import type { InputOf, QueuedJobContext } from '../../jobs/index.ts';
import type { Library } from '../../library/library.ts';
import type { Post } from '../../sources/post.ts';
import type { Page } from '../../sources/source.ts';
import { pageLine, pageProgress } from '../listing.ts';
import { afterPage, type Checkpoint, maximumOf, resultOf } from './checkpoint.ts';
import type { ScrapeResult } from './input.ts';
import { leftOutNotes } from './left_out.ts';
import { markToMove, takePage } from './only_new.ts';
import { FIRST_RUN, MORE_NEW, REACHED } from './only_new_words.ts';

type ScrapeInput = InputOf<'scrape'>;

export interface Reading {
  input: ScrapeInput;
  library: Library;
  job: QueuedJobContext;
  /** The checkpoint of the last page, for what is shown while the source waits and what it asks for. */
  read: { done: Checkpoint };
}

/** Stores page after page, each with the checkpoint after it in one transaction. */
export async function storePages(
  { input, library, job, read: shown }: Reading,
  start: Checkpoint,
  pages: AsyncIterable<Page<Post>>,
): Promise<ScrapeResult> {
  let done = start;
  for await (const page of pages) {
    job.signal.throwIfAborted();
    const taken = takePage(library, input, page, done);
    const before = done;
    const read = afterPage(before, page, taken, input);
    const profiles = page.profile ? [page.profile] : [];
    const isWhole = page.cursor === undefined && !taken.isCut;
    const marks = read.atEnd ? markToMove(input, taken.marking, isWhole) : [];
    const after = (added: number) => ({ ...read, newPosts: before.newPosts + added });
    const data = { posts: taken.posts, profiles, marks, import: input.archive };
    const saved = await job.commit(data, (saved) => ({
      checkpoint: after(saved.posts.added),
      progress: progressOf(read, page, input),
    }));
    done = after(saved.posts.added);
    shown.done = done;
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
  if (input.onlyNew) job.log(onlyNewLine(result));
  return result;
}

/** How much is new cannot be told before the posts of the last run are reached. */
function progressOf({ posts, marking, cost }: Checkpoint, page: Page<Post>, input: ScrapeInput) {
  if (input.onlyNew && marking?.old) {
    return pageProgress(posts, { ...page, total: undefined }, Number.POSITIVE_INFINITY, cost);
  }
  return pageProgress(posts, page, maximumOf(input), cost);
}

function onlyNewLine({ firstRun, moreNew }: ScrapeResult): string {
  if (firstRun) return FIRST_RUN;
  return moreNew ? MORE_NEW : REACHED;
}
