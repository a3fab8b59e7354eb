import type { Post, PostMedia } from '../../src/sources/post.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { safeHref } from '../safe_href.ts';

const MEDIA_WORDS = { photo: 'Photo', video: 'Video', animated_gif: 'Animation' } as const;

/** Loading a picture reveals the reader to its host: a remote one is loaded when the reader asks for it. */
export function PostPictures({ post }: { post: Post }): JSX.Element {
  if (post.media.length === 0) return '';
  return (
    <ul class="post-media">
      {post.media.map((item, place) => (
        <li>
          <MediaLink item={item} />
          <ShowPicture post={post} item={item} place={place} />
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

interface ShowPictureProps {
  post: Post;
  item: PostMedia;
  place: number;
}

/** The files of an archive are on this server; `src/browser/pictures.ts` loads either. */
function ShowPicture({ post, item, place }: ShowPictureProps): JSX.Element {
  const href = safeHref(item.url);
  if (item.type !== 'photo' || !href?.startsWith('https:')) return '';
  const path = `/media/${encodeURIComponent(post.source)}/${encodeURIComponent(post.id)}/${place}`;
  const own = post.source === 'archive' ? urlTo(path as `/${string}`) : undefined;
  return (
    <>
      <button
        type="button"
        class="quiet show-picture needs-script"
        data-remote={attributeText(href)}
        data-own={own}
        data-alt={attributeText(item.alt ?? '')}
      >
        Show picture
      </button>
      {own !== undefined && (
        <noscript>
          <a href={own}>From the archive</a>
        </noscript>
      )}
    </>
  );
}
