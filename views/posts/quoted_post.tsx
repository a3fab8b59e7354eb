import type { Post, QuotedPost } from '../../src/sources/post.ts';
import { safeHref } from '../safe_href.ts';
import { authorHref } from './post_href.ts';
import { PostText } from './post_text.tsx';

/** The original of a repost, and the post that is quoted, as far as they are known. */
export function QuotedPosts({ post }: { post: Post }): JSX.Element {
  const { repostOf, quote } = post;
  return (
    <>
      {repostOf !== undefined && showsOriginal(post) && <Quoted quoted={repostOf} post={post} />}
      {quote !== undefined && <Quoted quoted={quote} post={post} />}
    </>
  );
}

/**
 * Whether a repost is shown as its original. A text that was cut, as archives of X have it, stays the
 * repost's own; exports of Bluesky have none.
 */
export function showsOriginal({ repostOf, text }: Post): boolean {
  return repostOf !== undefined && (repostOf.text !== undefined || text === '');
}

function Quoted({ quoted, post }: { quoted: QuotedPost; post: Post }): JSX.Element {
  return (
    <blockquote class="post-quote">
      <QuotedHeader quoted={quoted} source={post.source} />
      {quoted.text === undefined ? (
        <p class="post-absent">
          The text of this post is not known: it may have been deleted, or an export does not have
          it.
        </p>
      ) : (
        <p class="post-text" dir="auto">
          <PostText text={quoted.text} links={post.links} />
        </p>
      )}
    </blockquote>
  );
}

function QuotedHeader({ quoted, source }: { quoted: QuotedPost; source: string }) {
  const { author, authorName, url } = quoted;
  const href = safeHref(url);
  if (author === undefined && href === undefined) return '';
  return (
    <p class="post-header">
      {author !== undefined && (
        <a class="post-author" href={authorHref({ source, author })}>
          {authorName !== undefined && (
            <bdi class="post-name" safe>
              {authorName}
            </bdi>
          )}{' '}
          <span class="post-handle" safe>
            {`@${author}`}
          </span>
        </a>
      )}
      {href !== undefined && (
        <a class="post-origin" href={href} target="_blank" rel="noopener noreferrer nofollow">
          Original
        </a>
      )}
    </p>
  );
}
