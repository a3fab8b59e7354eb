import type { Post, Profile } from '../../post.ts';
import type { LeftOut, LeftOutReason, Page, PostsRequest, SearchRequest } from '../../source.ts';
import type { Timeline, TimelineItem } from './timeline.ts';
import { readTweet } from './tweet.ts';
import { readUser } from './user.ts';
import { unwrap } from './visibility.ts';

/** A page, and the ids of the posts that X shows first although they are older. */
export type PostsPage = Pick<Page<Post>, 'items' | 'leftOut' | 'notes'> & { pinned: string[] };

export interface PageOptions {
  asOf: Date;
  /** Posts that have been handed on. The ids of this page are added. */
  seen: RecentIds;
}

/** Whose posts are asked for, and which of them. */
export type Wanted = Pick<PostsRequest, 'includeReplies' | 'includeReposts'> & { userId: string };

/** The user's own posts of a page. What others wrote in the same conversations is left out. */
export function userPage(timeline: Timeline, wanted: Wanted, options: PageOptions): PostsPage {
  return page(timeline, options, (post) => {
    if (post.authorId !== wanted.userId) return 'foreign';
    if (post.kind === 'reply' && !wanted.includeReplies) return 'replies';
    if (post.kind === 'repost' && !wanted.includeReposts) return 'reposts';
    return undefined;
  });
}

/** The posts of a page of a search. */
export function searchPage(
  timeline: Timeline,
  { since }: Pick<SearchRequest, 'since'>,
  options: PageOptions,
): PostsPage {
  const found = page(timeline, options, () => undefined);
  return { ...found, items: found.items.filter(({ createdAt }) => !since || createdAt >= since) };
}

/** The people of a page of a search. */
export function peoplePage(
  timeline: Timeline,
  asOf: Date,
): Pick<Page<Profile>, 'items' | 'leftOut'> {
  const people = timeline.items.filter(({ isInModule }) => !isInModule);
  const shown = people.filter(({ isPromoted }) => !isPromoted);
  const items = shown.flatMap(({ result }) => readUser(result, asOf)?.profile ?? []);
  const promoted = people.length - shown.length;
  return { items, ...leftOutOf({ promoted, unreadable: shown.length - items.length }) };
}

function page(
  timeline: Timeline,
  { asOf, seen }: PageOptions,
  reasonFor: (post: Post) => LeftOutReason | undefined,
): PostsPage {
  const items: Post[] = [];
  const notes: string[] = [];
  const pinned: string[] = [];
  const counts: Record<LeftOutReason, number> = {
    replies: 0,
    reposts: 0,
    foreign: 0,
    promoted: 0,
    unreadable: 0,
    missing: 0,
    emptyFiles: 0,
  };
  for (const item of timeline.items) {
    const post = item.isPromoted ? undefined : readTweet(item.result, asOf);
    if (item.isPromoted) counts.promoted++;
    else if (!post) {
      // What a conversation does not show is what the user has replied to, as a rule.
      if (item.isInModule) counts.foreign++;
      else {
        counts.unreadable++;
        notes.push(noteOf(item));
      }
    } else if (!seen.has(post.id)) {
      seen.add(post.id);
      if (item.isPinned) pinned.push(post.id);
      const reason = reasonFor(post);
      if (reason) counts[reason]++;
      else items.push(post);
    }
  }
  return { items, pinned, ...leftOutOf(counts), ...(notes.length > 0 && { notes }) };
}

function noteOf({ entryId, result }: TimelineItem): string {
  const { hidden = 'it has no id, author, date or text' } = unwrap(result);
  return `Post ${entryId.match(/\d+/)?.[0] ?? entryId} could not be read: ${hidden.replace(/\.$/, '')}.`;
}

function leftOutOf(counts: LeftOut): { leftOut?: LeftOut } {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length > 0 ? { leftOut: Object.fromEntries(some) } : {};
}

/** Ids of the last posts: X repeats the pinned one, and those of overlapping conversations. */
export interface RecentIds {
  has(id: string): boolean;
  add(id: string): void;
}

const MAX_RECENT = 1_000;

export function createRecentIds(first: string[]): RecentIds {
  const always = new Set(first);
  const recent = new Set<string>();
  return {
    has: (id) => always.has(id) || recent.has(id),
    add(id) {
      recent.add(id);
      const [oldest] = recent;
      if (recent.size > MAX_RECENT && oldest !== undefined) recent.delete(oldest);
    },
  };
}
