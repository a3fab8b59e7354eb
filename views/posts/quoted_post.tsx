import type { FoundPlace } from '../../src/operations/find/places.ts';
import type { Post, QuotedPost } from '../../src/sources/post.ts';
import { safeHref } from '../safe_href.ts';
import { MarkedPlace, marksOf } from './marked_place.tsx';
import { authorHref } from './post_href.ts';
import { PostText } from './post_text.tsx';

type ShownPost = Post & { places?: FoundPlace[] };

/** The original of a repost, and the post that is quoted, as far as they are known. */
export function QuotedPosts({ post }: { post: ShownPost }): JSX.Element {
  const { repostOf, quote } = post;
  return (
    <>
      {repostOf !== undefined && showsOriginal(post) && (
        <Quoted quoted={repostOf} post={post} in="original" />
      )}
      {quote !== undefined && <Quoted quoted={quote} post={post} in="quote" />}
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

interface QuotedProps {
  quoted: QuotedPost;
  post: ShownPost;
  in: 'original' | 'quote';
}

function Quoted({ quoted, post, in: place }: QuotedProps): JSX.Element {
  const marks = marksOf({ places: post.places, in: place });
  return (
    <blockquote class="post-quote">
      <QuotedHeader
        quoted={quoted}
        source={post.source}
        places={place === 'quote' ? post.places : undefined}
      />
      {quoted.text === undefined ? (
        <p class="post-absent">
          The text of this post is not known: it may have been deleted, or an export does not have
          it.
        </p>
      ) : (
        <p class="post-text" dir="auto">
          <PostText text={quoted.text} links={post.links} marks={marks} />
        </p>
      )}
    </blockquote>
  );
}

interface QuotedHeaderProps {
  quoted: QuotedPost;
  source: string;
  places: FoundPlace[] | undefined;
}

function QuotedHeader({ quoted, source, places }: QuotedHeaderProps): JSX.Element {
  const { author, authorName, url } = quoted;
  const href = safeHref(url);
  if (author === undefined && href === undefined) return '';
  return (
    <p class="post-header">
      {author !== undefined && (
        <a class="post-author" href={authorHref({ source, author })}>
          {authorName !== undefined && (
            <bdi class="post-name">
              <MarkedPlace text={authorName} places={places} in="quoteAuthorName" />
            </bdi>
          )}{' '}
          <span class="post-handle">
            @<MarkedPlace text={author} places={places} in="quoteAuthor" />
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
