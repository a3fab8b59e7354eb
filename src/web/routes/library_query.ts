import {
  type PostsQuery,
  parsePostsQuery,
  parseProfilesQuery,
} from '../../operations/find_posts.ts';
import type { Sources } from '../../sources/index.ts';
import { readQuery } from '../http/query.ts';

/** `?author=&q=&by=&source=&limit=&cursor=` */
export function readPostsQuery(request: Request, sources: Sources): PostsQuery {
  const { searchParams } = new URL(request.url);
  return readQuery((params) => parsePostsQuery(params, sources), searchParams);
}

/** `?q=&limit=&cursor=` */
export function readProfilesQuery(request: Request) {
  return readQuery(parseProfilesQuery, new URL(request.url).searchParams);
}
