import type { Post, PostMedia } from '../../src/sources/post.ts';
import { counted } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { safeHref } from '../safe_href.ts';
import { relativeTime } from '../time.tsx';
import { CardLinks } from './card_links.tsx';
import { EarlierVersions } from './earlier_versions.tsx';
import { PostText } from './post_text.tsx';
import { QuotedPosts, showsOriginal } from './quoted_post.tsx';

interface PostArticleProps {
  post: Post & { similarity?: number };
  now: Date;
}

export function PostArticle({ post, now }: PostArticleProps): JSX.Element {
  return (
    <article class="post" data-kind={post.kind}>
      <PostHeader post={post} now={now} />
      <PostMark post={post} />
      {!showsOriginal(post) && (
        <p class="post-text" dir="auto" lang={post.language && attributeText(post.language)}>
          <PostText text={post.text} links={post.links} />
        </p>
      )}
      <CardLinks urls={post.links.flatMap(({ text, url }) => (text === '' ? url : []))} />
      <MediaLinks media={post.media} />
      <QuotedPosts post={post} />
      <EarlierVersions versions={post.edits ?? []} now={now} />
      <PostFigures post={post} />
    </article>
  );
}

function PostHeader({ post, now }: PostArticleProps): JSX.Element {
  return (
    <header class="post-header">
      <a class="post-author" href={urlTo(`/find?author=${encodeURIComponent(post.author)}`)}>
        <bdi class="post-name" safe>
          {post.authorName}
        </bdi>{' '}
        <span class="post-handle" safe>
          {`@${post.author}`}
        </span>
      </a>
      <span class="post-origin">
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
  if (kind === 'repost') return `Reposted by ${authorName || `@${author}`}`;
  if (kind !== 'reply') return '';
  return inReplyToAuthor === undefined ? 'Reply' : `Reply to @${inReplyToAuthor}`;
}

const MEDIA_WORDS = { photo: 'Photo', video: 'Video', animated_gif: 'Animation' } as const;

/** Links only: loading a picture would reveal the reader to its host. */
function MediaLinks({ media }: { media: PostMedia[] }): JSX.Element {
  if (media.length === 0) return '';
  return (
    <ul class="post-media">
      {media.map((item) => (
        <li>
          <MediaLink item={item} />
        </li>
      ))}
    </ul>
  );
}

function MediaLink({ item }: { item: PostMedia }): JSX.Element {
  const label = item.alt ? `${MEDIA_WORDS[item.type]}: ${item.alt}` : MEDIA_WORDS[item.type];
  const href = safeHref(item.url);
  if (href === undefined) return <span safe>{label}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" safe>
      {label}
    </a>
  );
}

function PostFigures({ post }: { post: PostArticleProps['post'] }): JSX.Element {
  const figures = [
    post.replies !== undefined && counted(post.replies, 'reply', 'replies'),
    post.reposts !== undefined && counted(post.reposts, 'repost'),
    post.likes !== undefined && counted(post.likes, 'like'),
    post.similarity !== undefined && `similarity ${post.similarity.toFixed(2)}`,
  ].filter(Boolean);
  if (figures.length === 0) return '';
  return (
    <p class="post-figures" safe>
      {figures.join(' · ')}
    </p>
  );
}
