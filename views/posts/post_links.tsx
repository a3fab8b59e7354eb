import type { Post } from '../../src/sources/post.ts';
import { urlTo } from '../../src/text/urls.ts';
import { postHref } from './post_href.ts';

interface PostLinksProps {
  /** `hasThread`: other posts of its thread were collected; absent where nobody looked. */
  post: Post & { hasThread?: boolean };
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
          {(post.hasThread ?? isOfThread(post)) ? 'Thread' : 'Post'}
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

/** Whether its source says that it belongs to a thread. */
export function isOfThread({ inReplyToId, threadId, replies = 0 }: Post): boolean {
  return inReplyToId !== undefined || threadId !== undefined || replies > 0;
}
