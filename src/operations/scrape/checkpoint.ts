import type { InputOf } from '../../jobs/index.ts';
import type { Post } from '../../sources/post.ts';
import type { Page } from '../../sources/source.ts';
import { costAfter, type ListingPlace } from '../listing.ts';
import type { ScrapeResult } from './input.ts';
import { addLeftOut } from './left_out.ts';
import type { Marking, TakenPage } from './only_new.ts';

type ScrapeInput = InputOf<'scrape'>;

/** The result so far, and where the next attempt continues. */
export type Checkpoint = ScrapeResult & ListingPlace & { marking?: Marking };

export function nothingYet({ username }: ScrapeInput): Checkpoint {
  return { username, posts: 0, newPosts: 0 };
}

/** The checkpoint after a page; `newPosts` is added when it is saved. */
export function afterPage(
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
    ...(input.onlyNew && marking && !marking.old && { firstRun: true as const }),
    ...(input.onlyNew && isFull && marking?.old && { moreNew: true as const }),
    ...(leftOut && { leftOut }),
    ...notReadOf(input, read, page),
    cursor: page.cursor,
    atEnd: page.cursor === undefined || isDone,
  };
}

/** Only an archive is something of which all was asked for. */
function notReadOf(input: ScrapeInput, posts: number, { total = 0 }: Page<Post>) {
  const isLimited = input.source === 'archive' && posts >= maximumOf(input) && total > posts;
  return isLimited ? { notRead: total - posts } : {};
}

/** How many posts are wanted; all of them without a maximum. */
export function maximumOf({ maxTweets }: ScrapeInput): number {
  return maxTweets ?? Number.POSITIVE_INFINITY;
}

export function resultOf({
  username,
  posts,
  newPosts,
  firstRun,
  moreNew,
  leftOut,
  notRead,
  cost,
}: Checkpoint): ScrapeResult {
  return {
    username,
    posts,
    newPosts,
    ...(firstRun && { firstRun }),
    ...(moreNew && { moreNew }),
    ...(leftOut && { leftOut }),
    ...(notRead !== undefined && { notRead }),
    ...(cost !== undefined && { cost }),
  };
}
