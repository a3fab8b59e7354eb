import { ModelUnavailable } from '../../embedding/index.ts';
import { type ComparedBy, describeFind, markMatches, snippetOf } from '../../find/index.ts';
import type { FindQuery, WordMatch } from '../../find/query.ts';
import { InvalidInput } from '../../jobs/index.ts';
import { has } from '../../library/finding/key_sets.ts';
import type { KeySet, NearKey } from '../../library/finding.ts';
import { writeCursor } from '../../library/listing.ts';
import type { Post } from '../../sources/post.ts';
import { NO_MEANING } from '../../text/meaning_notes.ts';
import type { OperationDeps } from '../deps.ts';
import { indexNotes } from '../index_notes.ts';
import { comparable } from '../query_vector.ts';
import { bestHits } from './best.ts';
import type { Found, FoundPost } from './found.ts';
import { type Hit, MAX_BY_MEANING, MAX_BY_WORDS, readOffset } from './hits.ts';
import type { FindRequest } from './request.ts';

type FindDeps = Pick<OperationDeps, 'library' | 'embedder'>;

/** What was found, before its page is cut out and its posts are read. */
interface Hits {
  hits: Hit[];
  /** Those found beyond `hits`. */
  more: number;
  isCapped?: boolean;
  by: ComparedBy;
  notes: string[];
}

/**
 * Finds collected posts. By words, by meaning, or by both fused; filters hold for all of them. Filters
 * alone, or `sort: newest`, give the newest first. Without vectors or a model "best" is by words alone, and
 * says so.
 * @throws ModelUnavailable by meaning, when the model is not ready; InvalidInput, InvalidCursor.
 */
export async function find(deps: FindDeps, request: FindRequest): Promise<Found> {
  const { query, like } = request;
  const hasFacets = request.facets && !like && request.by !== 'meaning';
  const page = isListing(request)
    ? newest(deps, request)
    : pageOf(deps, request, await hitsOf(deps, request));
  const { posts, total, isCapped, nextCursor } = page;
  const notes = readsIndex(request) ? [...page.notes, ...indexNotes(deps.library)] : page.notes;
  return {
    posts,
    total,
    ...(isCapped && { isCapped }),
    understood: describeFind(query, page.by),
    ...(notes.length > 0 && { notes }),
    ...(hasFacets && { facets: deps.library.words.facets(query) }),
    ...(nextCursor && { nextCursor }),
  };
}

/** Whether posts come in the order of time: filters alone, or words with `sort: newest`. */
export function isListing({ query, by, like, sort }: FindRequest): boolean {
  return !like && (!query.words || (sort === 'newest' && by !== 'meaning'));
}

type FoundPage = Pick<Found, 'posts' | 'total' | 'isCapped' | 'nextCursor'> &
  Pick<Hits, 'by' | 'notes'>;

function newest({ library }: FindDeps, { query, limit, cursor }: FindRequest): FoundPage {
  const { keys, nextCursor } = library.words.newest(query, { limit, ...(cursor && { cursor }) });
  const { count, isCapped } = library.words.countFound(query);
  const why = query.words ? { words: true as const } : {};
  const hit = { why, ...(query.words && { marked: query.words }) };
  const posts = library.words.postsOf(keys).map((post) => shown(post, hit));
  return {
    posts,
    total: count,
    ...(isCapped && { isCapped }),
    ...(nextCursor && { nextCursor }),
    by: 'words',
    notes: [],
  };
}

function pageOf(deps: FindDeps, { limit, cursor }: FindRequest, found: Hits): FoundPage {
  const start = cursor ? readOffset(cursor) : 0;
  const end = start + limit;
  return {
    posts: postsOf(deps, found.hits.slice(start, end)),
    total: found.hits.length + found.more,
    ...(found.isCapped && { isCapped: true as const }),
    ...(end < found.hits.length && { nextCursor: writeCursor(['rank', end]) }),
    by: found.by,
    notes: found.notes,
  };
}

/** The posts of hits, in their order. */
export function postsOf({ library }: FindDeps, hits: Hit[]): FoundPost[] {
  const byKey = new Map(hits.map((hit) => [hit.key, hit]));
  return library.words.postsOf([...byKey.keys()]).map((post) => shown(post, byKey.get(post.key)));
}

function byTime(library: FindDeps['library'], hits: Hit[]): Hit[] {
  const times = new Map(
    library.words
      .postsOf(hits.map(({ key }) => key))
      .map(({ key, createdAt }) => [key, +createdAt]),
  );
  return hits.toSorted(
    (a, b) => (times.get(b.key) ?? 0) - (times.get(a.key) ?? 0) || b.key - a.key,
  );
}

/** What a find has that is no listing by time, in the order of its pages. */
export async function hitsOf(deps: FindDeps, request: FindRequest): Promise<Hits> {
  const found = await unsortedHits(deps, request);
  return request.sort === 'newest' ? { ...found, hits: byTime(deps.library, found.hits) } : found;
}

async function unsortedHits(deps: FindDeps, request: FindRequest): Promise<Hits> {
  if (request.like) {
    await deps.library.meaning.prepare(deps.embedder.model);
    return likeHits(deps, request);
  }
  if (request.by === 'words' || request.query.topic === '') return wordHits(deps, request.query);
  const compared = await vectorFor(deps, request);
  if (typeof compared === 'string') {
    if (compared === NO_MEANING && request.by === 'meaning')
      return { ...nearHits([]), notes: [compared] };
    return { ...wordHits(deps, request.query), notes: [compared] };
  }
  const { vector, notes } = compared;
  if (request.by === 'meaning') {
    const near = nearest(deps, vector, allowedBy(deps, request.query));
    return { ...nearHits(near), notes: [...notes, deps.embedder.limits] };
  }
  return { ...(await fused(deps, request.query, vector)), by: 'both', notes };
}

async function fused(deps: FindDeps, query: FindQuery, vector: Float32Array): Promise<Hits> {
  const { library, embedder } = deps;
  const words = wordHits(deps, query);
  const among = allowedBy(deps, query);
  const best = {
    library,
    model: embedder.model,
    nearest: (moved: Float32Array) => nearest(deps, moved, among),
    isAllowed: (key: number) => !among || has(among, key),
  };
  const ranked = words.hits.map(({ key }) => key);
  const hits = await bestHits(best, query.words as WordMatch, vector, ranked);
  // Posts with all of the words that are not ranked may be among the nearest.
  const others = hits.filter(({ why }) => why.words).length - ranked.length;
  return { ...words, hits, more: Math.max(0, words.more - others), by: 'both' };
}

function wordHits({ library }: FindDeps, query: FindQuery): Hits {
  const words = query.words as WordMatch;
  const ranked = library.words.ranked(words, query.filters, MAX_BY_WORDS);
  const { count, isCapped } = library.words.countFound(query);
  return {
    hits: ranked.map(({ key }) => ({ key, why: { words: true as const }, marked: words })),
    more: Math.max(0, count - ranked.length),
    ...(isCapped && { isCapped }),
    by: 'words',
    notes: [],
  };
}

function nearHits(near: NearKey[]): Hits {
  return { hits: near.map(asHit), more: 0, by: 'meaning', notes: [] };
}

/** The vector of the query and what limits it, or in words why there is none and words alone count. */
async function vectorFor(
  { library, embedder }: FindDeps,
  { query, by }: FindRequest,
): Promise<{ vector: Float32Array; notes: string[] } | string> {
  if (by === 'best') {
    if (!library.meaning.hasVectors(embedder.model)) return NOT_EMBEDDED;
    if (!(await embedder.isReady())) return NO_MODEL;
  }
  try {
    const prepared = library.meaning.prepare(embedder.model);
    const [compared] = await Promise.all([comparable(embedder, query.topic), prepared]);
    return compared;
  } catch (error) {
    if (by === 'best' && error instanceof ModelUnavailable) return `${BY_WORDS} ${error.message}`;
    throw error;
  }
}

const NOT_EMBEDDED =
  'No post has been embedded yet, so posts were found by words alone. Start an embed job to find them by meaning, too.';
const BY_WORDS = 'Posts were found by words alone.';
const NO_MODEL = `${BY_WORDS} Start an embed job, which downloads the model, to find them by meaning, too.`;

function nearest({ library, embedder }: FindDeps, vector: Float32Array, among?: KeySet) {
  const options = { limit: MAX_BY_MEANING, ...(among && { among }) };
  return library.meaning.nearest(embedder.model, vector, options);
}

/**
 * The posts that may be found without all of the words; undefined for any. Phrases and what is excluded hold
 * for them, too; other words need not occur.
 */
function allowedBy({ library }: FindDeps, query: FindQuery): KeySet | undefined {
  const hard = query.words && hardWords(query.words);
  if (!hard && isUnfiltered(query)) return undefined;
  return library.words.keysOf(query.filters, hard);
}

function isUnfiltered({ filters }: FindQuery): boolean {
  return Object.values(filters).every((value) => Array.isArray(value) && value.length === 0);
}

/** Whether the index of words decides what is found. */
export function readsIndex({ query, by, like }: FindRequest): boolean {
  if (!isUnfiltered(query)) return true;
  if (!query.words) return false;
  return by !== 'meaning' || like !== undefined || hardWords(query.words) !== undefined;
}

function hardWords(words: WordMatch): WordMatch | undefined {
  const parts = 'all' in words ? words.all : [words];
  const hard = parts.filter((part) => 'not' in part || 'phrase' in part);
  return hard.length > 1 ? { all: hard } : hard[0];
}

function likeHits({ library, embedder }: FindDeps, { query, like }: FindRequest): Hits {
  const { source = '', id = '' } = like ?? {};
  const key = library.words.keyOf(source, id);
  if (key === undefined) throw new InvalidInput({ like: NO_SUCH_POST });
  const vector = library.meaning.vectorOf(embedder.model, key);
  if (!vector) return { ...nearHits([]), by: 'words', notes: [LIKE_NOT_EMBEDDED] };
  const isFree = !query.words && isUnfiltered(query);
  const near = library.meaning.nearest(embedder.model, vector, {
    limit: MAX_BY_MEANING + 1,
    ...(!isFree && { among: library.words.keysOf(query.filters, query.words) }),
  });
  const others = near.filter((one) => one.key !== key).slice(0, MAX_BY_MEANING);
  // The words of the query are conditions here.
  return { ...nearHits(others), by: 'words' };
}

export const NO_SUCH_POST = 'Like names a post that is not in the library.';

const LIKE_NOT_EMBEDDED =
  'This post has no vector of the present model, so none can be compared with it. Start an embed job first.';

function asHit({ key, similarity, part }: NearKey): Hit {
  return { key, why: { meaning: true }, similarity, ...(part && { part }) };
}

function shown(
  { key: _, ...post }: Post & { key: number },
  { why, similarity, part, marked }: Omit<Hit, 'key'> = { why: {} },
): FoundPost {
  const marks = marked ? markMatches(post.text, marked, post.language) : [];
  const snippet = marks.length === 0 && part ? part : snippetOf(post.text, marks);
  return {
    ...post,
    marks,
    ...(snippet && { snippet }),
    why,
    ...(similarity !== undefined && { similarity }),
  };
}
