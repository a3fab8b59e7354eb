import { setImmediate as nextTurn } from 'node:timers/promises';
import { PostsDeleted } from '../../library/index.ts';
import type { Post } from '../../sources/post.ts';
import type { OperationDeps } from '../deps.ts';
import { type AnswerNotes, answerNotes } from './answer_notes.ts';
import { isListing, readAsked } from './find.ts';
import type { FoundPost } from './found.ts';
import { hitsOf } from './hits_of.ts';
import type { FindRequest } from './request.ts';
import { postsOf } from './shown.ts';
import { inTurn } from './turns.ts';

/** How many posts are read at a time: a few ms, in which the server answers nothing else. */
const BATCH = 250;

/**
 * After so many posts the garbage is collected. JavaScriptCore waits for 32 MB of it and for as much as there
 * was in use; with what SQLite's texts take meanwhile, an export of a million posts took 90 MB. This way it
 * takes 35, for 15 ms each time.
 */
const COLLECT_AFTER = 20_000;

/** A post as exports have it. */
export type ExportedPost = Post & Partial<Pick<FoundPost, 'similarity'>>;

export interface EverythingOptions {
  /** So many posts at most. Default: all. */
  limit?: number | undefined;
  /** Called once, before the first posts and also when there are none, with what a page tells beside its posts. */
  onNotes?: (notes: AnswerNotes) => void;
}

/**
 * Every post that a find has, in the order of its pages, in batches; beyond the last page those that have
 * the words, newest first. Between batches the event loop gets a turn. Memory does not grow with the number
 * of posts.
 * @throws as `find` does, before the first batch; PostsDeleted after the last one, when some of the posts were
 * deleted after they were found.
 */
export async function* everything(
  deps: Pick<OperationDeps, 'library' | 'embedder' | 'isOutdated'>,
  request: FindRequest,
  { limit = Number.POSITIVE_INFINITY, onNotes = () => {} }: EverythingOptions = {},
): AsyncGenerator<ExportedPost[]> {
  let left = limit;
  let since = 0;
  for await (const posts of batches(deps, request, onNotes)) {
    yield posts.length > left ? posts.slice(0, left) : posts;
    left -= posts.length;
    if (left <= 0) return;
    since += posts.length;
    if (since >= COLLECT_AFTER) {
      since = 0;
      Bun.gc(true);
    }
    await nextTurn();
  }
}

async function* batches(
  deps: Pick<OperationDeps, 'library' | 'embedder' | 'isOutdated'>,
  asked: FindRequest,
  onNotes: (notes: AnswerNotes) => void,
): AsyncGenerator<ExportedPost[]> {
  const request = await readAsked(deps, asked);
  if (isListing(request)) {
    let isTold = false;
    const tell = async (isFound: boolean) => {
      if (!isTold) onNotes(await answerNotes(deps, request, { by: 'words', notes: [], isFound }));
      isTold = true;
    };
    for await (const batch of deps.library.words.everyMatch(request.query, BATCH)) {
      await tell(true);
      yield batch;
    }
    await tell(false);
    return;
  }
  const found = await inTurn(() => hitsOf(deps, request));
  const isFound = found.hits.length + found.more > 0;
  onNotes(await answerNotes(deps, request, { ...found, isFound }));
  const ranked = new Set<string>();
  let missing = 0;
  for (let start = 0; start < found.hits.length; start += BATCH) {
    const hits = found.hits.slice(start, start + BATCH);
    const posts = postsOf(deps, hits);
    missing += hits.length - posts.length;
    yield posts.map(exported);
    for (const post of posts) ranked.add(nameOf(post));
  }
  if (!request.like && request.after === undefined && request.by !== 'meaning') {
    for await (const batch of deps.library.words.everyMatch(request.query, BATCH)) {
      const rest = batch.filter((post) => !ranked.has(nameOf(post)));
      if (rest.length > 0) yield rest;
    }
  }
  if (missing > 0) throw new PostsDeleted(missing);
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
