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
export function findByAuthorHref(post: Pick<Post, 'source' | 'author'>): string {
  return urlTo(`/find?${new URLSearchParams({ q: byAuthor(post) })}`);
}

/** What finds the posts of an author of a source, as it is typed. */
export function byAuthor({ source, author }: Pick<Post, 'source' | 'author'>): string {
  return withFilter(withFilter('', 'from', author), 'source', source);
}
