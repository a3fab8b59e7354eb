import type { FoundPost } from '../../src/operations/find/found.ts';
import type { Post } from '../../src/sources/post.ts';
import { counted } from '../../src/text/format.ts';
import { whyFound } from '../../src/text/found_text.ts';
import { isolated } from '../../src/text/isolated.ts';
import { safeHref } from '../safe_href.ts';
import { relativeTime } from '../time.tsx';
import { CardLinks } from './card_links.tsx';
import { EarlierVersions } from './earlier_versions.tsx';
import { FoundLinks, MarkedPlace } from './marked_place.tsx';
import { PostBody } from './post_body.tsx';
import { authorHref } from './post_href.ts';
import { PostLinks } from './post_links.tsx';
import { PostPictures } from './post_pictures.tsx';
import { QuotedPosts, showsOriginal } from './quoted_post.tsx';

interface PostArticleProps {
  post: Post & Partial<Pick<FoundPost, 'marks' | 'places' | 'snippet' | 'why' | 'similarity'>>;
  now: Date;
  /** It is marked as the one that was asked for. */
  isCurrent?: boolean;
  /** It is the one that was asked for, and its text is not folded. */
  isAsked?: boolean;
  /** It is shown with its thread. */
  isInThread?: boolean;
  /** It was collected since the find was last opened. */
  isNew?: boolean;
}

export function PostArticle(props: PostArticleProps): JSX.Element {
  const { post, now, isCurrent = false, isAsked, isInThread = false, isNew } = props;
  return (
    <article class="post" data-kind={post.kind} aria-current={isCurrent ? 'true' : undefined}>
      <PostHeader post={post} now={now} isNew={isNew} />
      <PostMark post={post} />
      {!showsOriginal(post) && <PostBody post={post} isWhole={isAsked} />}
      <CardLinks urls={post.links.flatMap(({ text, url }) => (text === '' ? url : []))} />
      <FoundLinks places={post.places} />
      <PostPictures post={post} />
      <QuotedPosts post={post} />
      <EarlierVersions versions={post.edits ?? []} now={now} />
      <PostFigures post={post} />
      <PostLinks post={post} isInThread={isInThread} />
    </article>
  );
}

function PostHeader({ post, now, isNew = false }: PostArticleProps): JSX.Element {
  return (
    <header class="post-header">
      <a class="post-author" href={authorHref(post)}>
        <bdi class="post-name">
          <MarkedPlace text={post.authorName} places={post.places} in="authorName" />
        </bdi>{' '}
        <span class="post-handle" safe>
          {`@${post.author}`}
        </span>
      </a>
      <span class="post-origin">
        {isNew && (
          <>
            <span class="badge post-new">new</span>{' '}
          </>
        )}
        <span class="badge" safe>
          {post.source}
        </span>{' '}
        <PostTime post={post} now={now} />
      </span>
    </header>
  );
}

function PostTime({ post, now }: PostArticleProps): JSX.Element {
  const href = safeHref(post.url);
  if (href === undefined) return relativeTime(post.createdAt, now);
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {relativeTime(post.createdAt, now)}
    </a>
  );
}

function PostMark({ post }: { post: Post }): JSX.Element {
  const marks = [markOf(post), post.limited && `Limited: ${post.limited}`].filter(Boolean);
  if (marks.length === 0) return '';
  return (
    <p class="post-mark" safe>
      {marks.join(' · ')}
    </p>
  );
}

function markOf({ kind, authorName, author, inReplyToAuthor }: Post): string {
  if (kind === 'repost') return `Reposted by ${isolated(authorName || `@${author}`)}`;
  if (kind !== 'reply') return '';
  return inReplyToAuthor === undefined ? 'Reply' : `Reply to @${inReplyToAuthor}`;
}

function PostFigures({ post }: { post: PostArticleProps['post'] }): JSX.Element {
  const figures = [
    post.replies !== undefined && counted(post.replies, 'reply', 'replies'),
    post.reposts !== undefined && counted(post.reposts, 'repost'),
    post.likes !== undefined && counted(post.likes, 'like'),
    whyFound(post),
  ].filter(Boolean);
  if (figures.length === 0) return '';
  return (
    <p class="post-figures" safe>
      {figures.join(' · ')}
    </p>
  );
}
