import type { Post } from '../../src/sources/post.ts';

/** The reader's setting, kept in the browser; absent where there is no picture. */
export function AlwaysPictures({ posts }: { posts: Post[] }): JSX.Element {
  if (!posts.some(({ media }) => media.some(({ type }) => type === 'photo'))) return '';
  return (
    <label class="always-pictures needs-script small">
      <input type="checkbox" id="always-pictures" /> Always show pictures, which tells their servers
      that somebody looks
    </label>
  );
}
