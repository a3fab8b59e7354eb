import { markMatches, snippetOf } from '../../find/index.ts';
import type { Post } from '../../sources/post.ts';
import type { OperationDeps } from '../deps.ts';
import type { FoundPost } from './found.ts';
import type { Hit } from './hits.ts';
import { placesOf } from './places.ts';

/** The posts of hits, in their order. */
export function postsOf({ library }: Pick<OperationDeps, 'library'>, hits: Hit[]): FoundPost[] {
  const byKey = new Map(hits.map((hit) => [hit.key, hit]));
  return library.words
    .postsOf([...byKey.keys()])
    .map(({ key, ...post }) => shownPost(post, byKey.get(key)));
}

/** A post with what was found in it. @param hit why it was found, and what is marked. */
export function shownPost(
  post: Post,
  { why, similarity, part, marked }: Omit<Hit, 'key'> = { why: {} },
): FoundPost {
  const marks = marked ? markMatches(post.text, marked, post.language) : [];
  const places = marked ? placesOf(post, marked) : [];
  const snippet = marks.length === 0 && part ? part : snippetOf(post.text, marks);
  return {
    ...post,
    marks,
    ...(places.length > 0 && { places }),
    ...(snippet && { snippet }),
    why,
    ...(similarity !== undefined && { similarity }),
  };
}
