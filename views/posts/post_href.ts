import { withFilter } from '../../src/find/typed_text.ts';
import type { Post } from '../../src/sources/post.ts';
import { urlTo } from '../../src/text/urls.ts';

/** The page of a post with its thread. */
export function postHref({ source, id }: Pick<Post, 'source' | 'id'>): string {
  return urlTo(`/posts/${encodeURIComponent(source)}/${encodeURIComponent(id)}`);
}

export function authorHref({ source, author }: Pick<Post, 'source' | 'author'>): string {
  return urlTo(`/authors/${encodeURIComponent(source)}/${encodeURIComponent(author)}`);
}

/** The page of finding, with the posts of an author of a source. */
export function findByAuthorHref({ source, author }: Pick<Post, 'source' | 'author'>): string {
  const q = withFilter(withFilter('', 'from', author), 'source', source);
  return urlTo(`/find?${new URLSearchParams({ q })}`);
}
