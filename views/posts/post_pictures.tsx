import type { FoundPost } from '../../src/operations/find/found.ts';
import type { Post, PostMedia } from '../../src/sources/post.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { safeHref } from '../safe_href.ts';
import { MarkedPlace } from './marked_place.tsx';

const MEDIA_WORDS = { photo: 'Photo', video: 'Video', animated_gif: 'Animation' } as const;

type ShownPost = Post &
  Partial<Pick<FoundPost, 'places'>> & {
    /** The places of the pictures that this server has. Default: none. */
    ownPictures?: number[];
  };

/** Loading a picture reveals the reader to its host: a remote one is loaded when the reader asks for it. */
export function PostPictures({ post }: { post: ShownPost }): JSX.Element {
  if (post.media.length === 0) return '';
  return (
    <ul class="post-media">
      {post.media.map((item, place) => (
        <li>
          <MediaLink item={item} place={place} places={post.places} />
          <ShowPicture post={post} item={item} place={place} />
        </li>
      ))}
    </ul>
  );
}

interface MediaLinkProps {
  item: PostMedia;
  place: number;
  places: ShownPost['places'];
}

function MediaLink({ item, place, places }: MediaLinkProps): JSX.Element {
  const label = <MediaLabel item={item} place={place} places={places} />;
  const href = safeHref(item.url);
  if (href === undefined) return <span>{label}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {label}
    </a>
  );
}

function MediaLabel({ item: { type, alt }, place, places }: MediaLinkProps): JSX.Element {
  if (!alt) return MEDIA_WORDS[type];
  return (
    <>
      {MEDIA_WORDS[type]}: <MarkedPlace text={alt} places={places} in="media" index={place} />
    </>
  );
}

interface ShowPictureProps {
  post: ShownPost;
  item: PostMedia;
  place: number;
}

/** The files of an archive are on this server; `src/browser/pictures.ts` loads either. */
function ShowPicture({ post, item, place }: ShowPictureProps): JSX.Element {
  const href = safeHref(item.url);
  if (item.type !== 'photo' || !href?.startsWith('https:')) return '';
  const path = `/media/${encodeURIComponent(post.source)}/${encodeURIComponent(post.id)}/${place}`;
  const own = post.ownPictures?.includes(place) ? urlTo(path as `/${string}`) : undefined;
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
