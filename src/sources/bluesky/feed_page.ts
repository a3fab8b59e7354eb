import type { Post } from '../post.ts';
import type { LeftOut, LeftOutReason, Page, PostsRequest } from '../source.ts';
import { nameOfItem, readItem, readPost } from './post.ts';

/** Those items of a feed's page that are wanted, each once, and what was left out. */
export function pageOfPosts(
  feed: unknown[],
  did: string,
  { includeReplies, includeReposts }: Pick<PostsRequest, 'includeReplies' | 'includeReposts'>,
  asOf: Date,
): Page<Post> {
  return collect(feed, new Set(), (item) => {
    const post = readItem(item, asOf);
    if (!post) return 'unreadable';
    // Everything in the feed is by its author, or reposted by them.
    if (post.authorId !== did) return 'foreign';
    if (post.kind === 'reply' && !includeReplies) return 'replies';
    if (post.kind === 'repost' && !includeReposts) return 'reposts';
    return post;
  });
}

/** @param seen ids that earlier pages had; those of this page are added. */
export function pageOfResults(posts: unknown[], seen: Set<string>, asOf: Date): Page<Post> {
  return collect(posts, seen, (post) => readPost(post, asOf) ?? 'unreadable');
}

function collect(
  items: unknown[],
  seen: Set<string>,
  read: (item: unknown) => Post | LeftOutReason,
): Page<Post> {
  const posts: Post[] = [];
  const leftOut: LeftOut = {};
  const notes: string[] = [];
  for (const item of items) {
    const outcome = read(item);
    if (typeof outcome === 'string') {
      leftOut[outcome] = (leftOut[outcome] ?? 0) + 1;
      if (outcome === 'unreadable') notes.push(`${nameOfItem(item)} could not be read.`);
    } else if (!seen.has(outcome.id)) {
      seen.add(outcome.id);
      posts.push(outcome);
    }
  }
  return {
    items: posts,
    ...(Object.keys(leftOut).length > 0 && { leftOut }),
    ...(notes.length > 0 && { notes }),
  };
}
