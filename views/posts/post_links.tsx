import type { Post } from '../../src/sources/post.ts';
import { urlTo } from '../../src/text/urls.ts';
import { postHref } from './post_href.ts';

interface PostLinksProps {
  post: Post;
  /** It is shown with its thread. */
  isInThread: boolean;
}

/** Where a post leads: to its thread, and to posts that say something like it. */
export function PostLinks({ post, isInThread }: PostLinksProps): JSX.Element {
  const like = new URLSearchParams({ like: `${post.source}:${post.id}` });
  const name = `of @${post.author}, ${post.createdAt.toISOString().slice(0, 10)}`;
  return (
    <p class="post-links">
      {!isInThread && (
        <a href={postHref(post)}>
          {hasThread(post) ? 'Thread' : 'Post'}
          <span class="visually-hidden" safe>{` ${name}`}</span>
        </a>
      )}
      <a href={urlTo(`/find?${like}`)}>
        More like this
        <span class="visually-hidden" safe>{` ${name}`}</span>
      </a>
    </p>
  );
}

function hasThread({ inReplyToId, threadId, replies = 0 }: Post): boolean {
  return inReplyToId !== undefined || threadId !== undefined || replies > 0;
}
