import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeFind } from '../../find/index.ts';
import type { WordMatch } from '../../find/query.ts';
import { PostsDeleted } from '../../library/index.ts';
import type { Post } from '../../sources/post.ts';
import type { OperationDeps } from '../deps.ts';
import { type AnswerNotes, answerNotes } from './answer_notes.ts';
import { isListing, likeText, readAsked } from './find.ts';
import type { Found, FoundPost } from './found.ts';
import type { Hits } from './hits.ts';
import { hitsOf } from './hits_of.ts';
import type { FindRequest } from './request.ts';
import { postsOf, shownPost } from './shown.ts';
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

/** What is told before the first posts. */
type AboutAll = AnswerNotes & {
  /** As `Found` has it. Absent for a list by time, whose posts are not counted. */
  found?: Pick<Found, 'understood' | 'total' | 'isCapped'>;
};

export interface EverythingOptions {
  /** So many posts at most. Default: all. */
  limit?: number | undefined;
  /** Called once, before the first posts and also when there are none, with what a page tells beside its posts. */
  onNotes?: (about: AboutAll) => void;
}

type FindDeps = Pick<OperationDeps, 'library' | 'embedder' | 'isOutdated' | 'isEmbedding'>;

/** What is made of a post that is ranked, and of one that has the words. */
interface Form<T> {
  ofRanked(post: FoundPost): T;
  ofMatch(post: Post, words: WordMatch | undefined): T;
}

/**
 * Every post that a find has, in the order of its pages, in batches; beyond the last page those that have
 * the words, newest first. Between batches the event loop gets a turn. Memory does not grow with the number
 * of posts.
 * @throws as `find` does, before the first batch; PostsDeleted after the last one, when some of the posts were
 * deleted after they were found.
 */
export function everything(
  deps: FindDeps,
  request: FindRequest,
  options: EverythingOptions = {},
): AsyncGenerator<ExportedPost[]> {
  return limited(deps, request, options, EXPORTED);
}

/** The same, each as pages show it: with what was found in it. */
export function everyFound(
  deps: FindDeps,
  request: FindRequest,
  options: EverythingOptions = {},
): AsyncGenerator<FoundPost[]> {
  return limited(deps, request, options, SHOWN);
}

const EXPORTED: Form<ExportedPost> = { ofRanked: exported, ofMatch: (post) => post };

const SHOWN: Form<FoundPost> = {
  ofRanked: (post) => post,
  ofMatch: (post, words) =>
    shownPost(post, words ? { why: { words: true }, marked: words } : { why: {} }),
};

async function* limited<T>(
  deps: FindDeps,
  request: FindRequest,
  { limit = Number.POSITIVE_INFINITY, onNotes = () => {} }: EverythingOptions,
  form: Form<T>,
): AsyncGenerator<T[]> {
  let left = limit;
  let since = 0;
  for await (const posts of batches(deps, request, onNotes, form)) {
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

async function* batches<T>(
  deps: FindDeps,
  asked: FindRequest,
  onNotes: (about: AboutAll) => void,
  { ofRanked, ofMatch }: Form<T>,
): AsyncGenerator<T[]> {
  const request = await readAsked(deps, asked);
  const { query } = request;
  if (isListing(request)) {
    let isTold = false;
    const tell = async (isFound: boolean) => {
      if (!isTold) onNotes(await answerNotes(deps, request, { by: 'words', notes: [], isFound }));
      isTold = true;
    };
    for await (const batch of deps.library.words.everyMatch(query, BATCH)) {
      await tell(true);
      yield batch.map((post) => ofMatch(post, query.words));
    }
    await tell(false);
    return;
  }
  const hits = await inTurn(() => hitsOf(deps, request));
  onNotes(await aboutHits(deps, request, hits));
  const ranked = new Set<string>();
  let missing = 0;
  for (let start = 0; start < hits.hits.length; start += BATCH) {
    const some = hits.hits.slice(start, start + BATCH);
    const posts = postsOf(deps, some);
    missing += some.length - posts.length;
    yield posts.map(ofRanked);
    for (const post of posts) ranked.add(nameOf(post));
  }
  if (!request.like && request.after === undefined && request.by !== 'meaning') {
    for await (const batch of deps.library.words.everyMatch(query, BATCH)) {
      const rest = batch.filter((post) => !ranked.has(nameOf(post)));
      if (rest.length > 0) yield rest.map((post) => ofMatch(post, query.words));
    }
  }
  if (missing > 0) throw new PostsDeleted(missing);
}

async function aboutHits(deps: FindDeps, request: FindRequest, hits: Hits): Promise<AboutAll> {
  const total = hits.hits.length + hits.more;
  return {
    ...(await answerNotes(deps, request, { ...hits, isFound: total > 0 })),
    found: {
      understood: describeFind(request.query, hits.by, likeText(deps, request)),
      total,
      ...(hits.isCapped && { isCapped: true as const }),
    },
  };
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
