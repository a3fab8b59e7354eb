import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Post } from '../../sources/post.ts';
import type { OperationDeps } from '../deps.ts';
import { isListing, readAsked } from './find.ts';
import type { FoundPost } from './found.ts';
import { hitsOf } from './hits_of.ts';
import type { FindRequest } from './request.ts';
import { postsOf } from './shown.ts';

/** How many posts are read at a time: a few ms, in which the server answers nothing else. */
const BATCH = 250;

/** A post as exports have it. */
export type ExportedPost = Post & Partial<Pick<FoundPost, 'similarity'>>;

/**
 * Every post that a find has, in the order of its pages, in batches; beyond the last page those that have
 * the words, newest first. Between batches the event loop gets a turn.
 * @throws as `find` does, before the first batch.
 */
export async function* everything(
  deps: Pick<OperationDeps, 'library' | 'embedder'>,
  asked: FindRequest,
): AsyncGenerator<ExportedPost[]> {
  const request = await readAsked(deps, asked);
  const ranked = new Set<string>();
  if (!isListing(request)) {
    const { hits } = await hitsOf(deps, request);
    for (let start = 0; start < hits.length; start += BATCH) {
      const posts = postsOf(deps, hits.slice(start, start + BATCH));
      yield posts.map(exported);
      for (const post of posts) ranked.add(nameOf(post));
      await nextTurn();
    }
    if (request.like || request.by === 'meaning') return;
  }
  for await (const batch of deps.library.words.everyMatch(request.query, BATCH)) {
    const rest = ranked.size === 0 ? batch : batch.filter((post) => !ranked.has(nameOf(post)));
    if (rest.length > 0) yield rest;
    await nextTurn();
  }
}

const nameOf = ({ source, id }: Post) => `${source} ${id}`;

function exported({
  marks: _,
  places: _places,
  snippet: _snippet,
  why: _why,
  ...post
}: FoundPost): ExportedPost {
  return post;
}
