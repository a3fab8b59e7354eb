import { ModelUnavailable } from '../../embedding/index.ts';
import { describeFind, markMatches, snippetOf } from '../../find/index.ts';
import type { FindQuery, WordMatch } from '../../find/query.ts';
import { InvalidInput } from '../../jobs/index.ts';
import type { NearKey } from '../../library/finding.ts';
import { readCursor, writeCursor } from '../../library/listing.ts';
import type { Post } from '../../sources/post.ts';
import { NO_MEANING } from '../../text/meaning_notes.ts';
import type { OperationDeps } from '../deps.ts';
import { comparable } from '../query_vector.ts';
import type { Found, FoundPost } from './found.ts';
import { fuse, type Hit, MAX_BY_MEANING, MAX_BY_WORDS, offsetSchema } from './fusing.ts';
import type { FindRequest } from './request.ts';

type FindDeps = Pick<OperationDeps, 'library' | 'embedder'>;

/** What was found, before its page is cut out and its posts are read. */
interface Hits {
  hits: Hit[];
  /** Those found beyond `hits`. */
  more: number;
  isCapped?: boolean;
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
  const understood = describeFind(query);
  const hasFacets = request.facets && !like && request.by !== 'meaning';
  const page = isListing(request)
    ? newest(deps, request)
    : pageOf(deps, request, await hitsOf(deps, request));
  const { posts, total, isCapped, nextCursor, notes } = page;
  return {
    posts,
    total,
    ...(isCapped && { isCapped }),
    understood,
    ...(notes.length > 0 && { notes }),
    ...(hasFacets && { facets: deps.library.words.facets(query) }),
    ...(nextCursor && { nextCursor }),
  };
}

/** Whether posts come in the order of time: filters alone, or words with `sort: newest`. */
export function isListing({ query, by, like, sort }: FindRequest): boolean {
  return !like && (!query.words || (sort === 'newest' && by !== 'meaning'));
}

type FoundPage = Pick<Found, 'posts' | 'total' | 'isCapped' | 'nextCursor'> & { notes: string[] };

function newest({ library }: FindDeps, { query, limit, cursor }: FindRequest): FoundPage {
  const { keys, nextCursor } = library.words.newest(query, { limit, ...(cursor && { cursor }) });
  const { count, isCapped } = library.words.countFound(query);
  const why = query.words ? { words: true as const } : {};
  const posts = library.words.postsOf(keys).map((post) => shown(post, query.words, { why }));
  return {
    posts,
    total: count,
    ...(isCapped && { isCapped }),
    ...(nextCursor && { nextCursor }),
    notes: [],
  };
}

function pageOf(deps: FindDeps, { query, limit, cursor }: FindRequest, found: Hits): FoundPage {
  const [, start] = cursor ? readCursor(offsetSchema(), cursor) : ['rank', 0];
  const end = start + limit;
  return {
    posts: postsOf(deps, query, found.hits.slice(start, end)),
    total: found.hits.length + found.more,
    ...(found.isCapped && { isCapped: true as const }),
    ...(end < found.hits.length && { nextCursor: writeCursor(['rank', end]) }),
    notes: found.notes,
  };
}

/** The posts of hits, in their order. */
export function postsOf({ library }: FindDeps, { words }: FindQuery, hits: Hit[]): FoundPost[] {
  const byKey = new Map(hits.map((hit) => [hit.key, hit]));
  return library.words
    .postsOf([...byKey.keys()])
    .map((post) => shown(post, words, byKey.get(post.key)));
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
  if (request.like) return likeHits(deps, request);
  if (request.by === 'words' || request.query.topic === '') return wordHits(deps, request.query);
  const compared = await vectorFor(deps, request);
  if (typeof compared === 'string') {
    if (compared === NO_MEANING && request.by === 'meaning')
      return { hits: [], more: 0, notes: [compared] };
    return { ...wordHits(deps, request.query), notes: [compared] };
  }
  const { vector, notes } = compared;
  const near = nearest(deps, request.query, vector);
  if (request.by === 'meaning')
    return { hits: near.map(asHit), more: 0, notes: [...notes, deps.embedder.limits] };
  const words = wordHits(deps, request.query);
  return { ...words, hits: fuse(words.hits, near), notes };
}

function wordHits({ library }: FindDeps, query: FindQuery): Hits {
  const words = query.words as WordMatch;
  const ranked = library.words.ranked(words, query.filters, MAX_BY_WORDS);
  const { count, isCapped } = library.words.countFound(query);
  return {
    hits: ranked.map(({ key }) => ({ key, why: { words: true as const } })),
    more: Math.max(0, count - ranked.length),
    ...(isCapped && { isCapped }),
    notes: [],
  };
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
    return await comparable(embedder, query.topic);
  } catch (error) {
    if (by === 'best' && error instanceof ModelUnavailable) return `${BY_WORDS} ${error.message}`;
    throw error;
  }
}

const NOT_EMBEDDED =
  'No post has been embedded yet, so posts were found by words alone. Start an embed job to find them by meaning, too.';
const BY_WORDS = 'Posts were found by words alone.';
const NO_MODEL = `${BY_WORDS} Start an embed job, which downloads the model, to find them by meaning, too.`;

/** Phrases and what is excluded hold for meaning, too; other words need not occur. */
function nearest({ library, embedder }: FindDeps, query: FindQuery, vector: Float32Array) {
  const hard = query.words && hardWords(query.words);
  const isFree = !hard && isUnfiltered(query);
  return library.meaning.nearest(embedder.model, vector, {
    limit: MAX_BY_MEANING,
    ...(!isFree && { among: library.words.keysOf(query.filters, hard) }),
  });
}

function isUnfiltered({ filters }: FindQuery): boolean {
  return Object.values(filters).every((value) => Array.isArray(value) && value.length === 0);
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
  if (!vector) return { hits: [], more: 0, notes: [LIKE_NOT_EMBEDDED] };
  const isFree = !query.words && isUnfiltered(query);
  const near = library.meaning.nearest(embedder.model, vector, {
    limit: MAX_BY_MEANING + 1,
    ...(!isFree && { among: library.words.keysOf(query.filters, query.words) }),
  });
  const others = near.filter((one) => one.key !== key).slice(0, MAX_BY_MEANING);
  return { hits: others.map(asHit), more: 0, notes: [] };
}

export const NO_SUCH_POST = 'Like names a post that is not in the library.';

const LIKE_NOT_EMBEDDED =
  'This post has no vector of the present model, so none can be compared with it. Start an embed job first.';

function asHit({ key, similarity, part }: NearKey): Hit {
  return { key, why: { meaning: true }, similarity, ...(part && { part }) };
}

function shown(
  { key: _, ...post }: Post & { key: number },
  words: WordMatch | undefined,
  hit: Pick<Hit, 'why' | 'similarity' | 'part'> = { why: {} },
): FoundPost {
  // Of a post found by its meaning alone, words such as "the" are not why.
  const marks = hit.why.words ? markMatches(post.text, words, post.language) : [];
  const snippet = marks.length === 0 && hit.part ? hit.part : snippetOf(post.text, marks);
  return {
    ...post,
    marks,
    ...(snippet && { snippet }),
    why: hit.why,
    ...(hit.similarity !== undefined && { similarity: hit.similarity }),
  };
}
