import type { InputOf } from '../../jobs/index.ts';
import type { Library, ListingMark, ListingPosition } from '../../library/library.ts';
import type { Post } from '../../sources/post.ts';
import type { Page } from '../../sources/source.ts';

/**
 * How many posts have to be not newer than the mark before a run stops. One is not enough: a pinned post
 * may be alone on the first page.
 */
const SETTLED = 2;

type ScrapeInput = InputOf<'scrape'>;

/** What a run knows of its listing's mark; part of its checkpoint. */
export interface Marking {
  /** The account's id, or its name where the source tells no id. */
  account: string;
  /** The mark as this run found it. */
  old?: ListingPosition;
  /** The newest post of the first page, which becomes the mark. */
  newest?: ListingPosition;
  /** How many posts `newest` was chosen from. */
  seen: number;
  /** Posts of consecutive pages that have nothing newer than the mark. */
  settled: number;
  /** Nothing below this page is new, unless it was backdated. */
  reached: boolean;
  /** Posts that were not known before. */
  fresh: number;
}

/** A page as a run takes it. */
export interface TakenPage {
  posts: Post[];
  marking?: Marking;
  /** The maximum is reached. */
  isFull: boolean;
  /** The maximum has left posts of the page out. */
  isCut: boolean;
}

/**
 * Takes of a page what the maximum allows, and compares it with the mark.
 *
 * The mark is the newest post of a run that left no gap between it and the last post that it read. That
 * last one may be far above the end of the listing: a run stops when the listing has passed the mark, not
 * when it knows everything below. With "only what is new" the maximum counts new posts, so that posts of
 * an interrupted run are not counted again and again.
 * @param before the posts read so far.
 */
export function takePage(
  library: Library,
  input: ScrapeInput,
  page: Page<Post>,
  before: { posts: number; marking?: Marking },
): TakenPage {
  const wanted = input.maxTweets ?? Number.POSITIVE_INFINITY;
  const marking = before.marking ?? beginMarking(library, input, page);
  if (!marking?.old) {
    const posts = page.items.slice(0, wanted - before.posts);
    const isFull = before.posts + posts.length >= wanted;
    const isCut = posts.length < page.items.length;
    return { posts, marking: marking && withNewest(marking, posts), isFull, isCut };
  }
  const known = library.knownIds(
    input.source,
    page.items.map(({ id }) => id),
  );
  const isFresh = ({ id }: Post) => !known.has(id);
  const offered = input.onlyNew ? withoutOlder(page.items, marking.old, isFresh) : page.items;
  const posts = input.onlyNew
    ? upToFresh(offered, wanted - marking.fresh, isFresh)
    : offered.slice(0, wanted - before.posts);
  const fresh = marking.fresh + posts.filter(isFresh).length;
  const read = { ...withNewest(marking, posts), ...compared(marking, page.items), fresh };
  const isFull = (input.onlyNew ? fresh : before.posts + posts.length) >= wanted;
  return {
    posts,
    marking: read,
    isFull: isFull && !(input.onlyNew && read.reached),
    isCut: posts.length < offered.length,
  };
}

/** The mark to store with the last page of a run, if it has left no gap. */
export function markToMove(
  input: ScrapeInput,
  marking: Marking | undefined,
  isComplete: boolean,
): ListingMark[] {
  if (!marking?.newest) return [];
  const { account, newest, old, reached } = marking;
  if (old && !reached && !isComplete) return [];
  return [{ source: input.source, account, options: optionsOf(input), newest }];
}

function beginMarking(
  library: Library,
  input: ScrapeInput,
  { items, profile }: Page<Post>,
): Marking | undefined {
  // The posts of an archive have no order.
  if (input.source === 'archive') return undefined;
  const account = items[0]?.authorId ?? profile?.id ?? input.username?.toLowerCase();
  if (items.length === 0 || account === undefined) return undefined;
  const old = library.mark({ source: input.source, account, options: optionsOf(input) });
  return { account, ...(old && { old }), seen: 0, settled: 0, reached: false, fresh: 0 };
}

function optionsOf({ includeReplies, includeRetweets }: ScrapeInput): string {
  const kinds = ['posts', includeReplies && 'replies', includeRetweets && 'reposts'];
  return kinds.filter(Boolean).join('+');
}

/** A pinned post that is alone on the first page is not the newest one: it takes the next page too. */
function withNewest(marking: Marking, posts: readonly Post[]): Marking {
  if (marking.seen >= SETTLED) return marking;
  const newest = [marking.newest, ...posts.map(positionOf)].reduce(newerOf, undefined);
  return { ...marking, ...(newest && { newest }), seen: marking.seen + posts.length };
}

/** A post dated later than now must not hide those that come until then. */
function positionOf({ createdAt, id }: Post): ListingPosition {
  return { at: Math.min(createdAt.getTime(), Date.now()), id };
}

function newerOf(one: ListingPosition | undefined, other: ListingPosition | undefined) {
  return !one || (other && other.at > one.at) ? other : one;
}

/**
 * Whether the listing has passed the mark: after a page without anything newer. Such a post among newer
 * ones proves nothing, because a pinned post and the beginning of a thread stand above their own places.
 */
function compared(
  { old, settled, reached }: Marking,
  items: readonly Post[],
): Pick<Marking, 'settled' | 'reached'> {
  if (items.length === 0) return { settled, reached };
  const isOld = items.every((post) => old && !isNewer(post, old));
  const now = isOld ? settled + items.length : 0;
  return { settled: now, reached: reached || now >= SETTLED };
}

/** Of the same moment only the mark's own post is not newer: the order of the others is not known. */
function isNewer({ createdAt, id }: Post, mark: ListingPosition): boolean {
  const at = createdAt.getTime();
  return at > mark.at || (at === mark.at && id !== mark.id);
}

/**
 * The page without the posts at its end that lie below all that earlier runs have read. Unknown posts
 * between known ones are kept: they have come since, with an earlier date.
 */
function withoutOlder(
  items: readonly Post[],
  mark: ListingPosition,
  isFresh: (post: Post) => boolean,
): readonly Post[] {
  const last = items.findLastIndex((post) => !isFresh(post) || isNewer(post, mark));
  return items.slice(0, last + 1);
}

function upToFresh(posts: readonly Post[], most: number, isFresh: (post: Post) => boolean): Post[] {
  let fresh = 0;
  const end = posts.findIndex((post) => isFresh(post) && ++fresh > most);
  return end < 0 ? [...posts] : posts.slice(0, end);
}
