import type { Post } from '../../src/sources/post.ts';
import { urlTo } from '../../src/text/urls.ts';

/** The page of a post with its thread. */
export function postHref({ source, id }: Pick<Post, 'source' | 'id'>): string {
  return urlTo(`/posts/${encodeURIComponent(source)}/${encodeURIComponent(id)}`);
}

export function authorHref({ source, author }: Pick<Post, 'source' | 'author'>): string {
  return urlTo(`/authors/${encodeURIComponent(source)}/${encodeURIComponent(author)}`);
}
