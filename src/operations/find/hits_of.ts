import { ModelUnavailable } from '../../embedding/index.ts';
import type { FindQuery, WordMatch } from '../../find/query.ts';
import { InvalidInput } from '../../jobs/index.ts';
import { has } from '../../library/finding/key_sets.ts';
import type { KeySet, NearKey } from '../../library/finding.ts';
import { EMBED_FIRST, NO_MEANING, WHERE_TO_EMBED } from '../../text/meaning_notes.ts';
import type { OperationDeps } from '../deps.ts';
import { embeddingAdvice } from '../embedding_advice.ts';
import { comparable, requireVectors } from '../query_vector.ts';
import { bestHits } from './best.ts';
import { type Hit, type Hits, MAX_BY_MEANING, MAX_BY_WORDS, MAX_NEW } from './hits.ts';
import { isForeign, modelNotes } from './notes.ts';
import { hardWords, isUnfiltered } from './query_parts.ts';
import type { FindRequest } from './request.ts';
import { unknownWords } from './spelling.ts';

type FindDeps = Pick<OperationDeps, 'library' | 'embedder' | 'isEmbedding'>;

/** What a find has that is no listing by time, in the order of its pages. */
export async function hitsOf(deps: FindDeps, request: FindRequest): Promise<Hits> {
  const found = await unsortedHits(deps, request);
  return request.sort === 'newest' ? { ...found, hits: byTime(deps.library, found.hits) } : found;
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

async function unsortedHits(deps: FindDeps, request: FindRequest): Promise<Hits> {
  if (request.after !== undefined) return newHits(deps, request.query, request.after);
  if (request.like) {
    await deps.library.meaning.prepare(deps.embedder.model);
    return likeHits(deps, request);
  }
  if (request.by === 'words' || request.query.topic === '') return wordHits(deps, request.query);
  const compared = await vectorFor(deps, request);
  if (typeof compared === 'string') {
    if (compared === NO_MEANING && request.by === 'meaning')
      return { ...nearHits([]), notes: [compared] };
    return { ...(await wordHits(deps, request.query)), notes: [compared] };
  }
  const isLimited =
    request.by === 'meaning' || compared.notes.length > 0 || (await isForeign(request.query));
  const notes = [...compared.notes, ...(await modelNotes(deps, isLimited))];
  if (request.by === 'meaning') {
    const near = nearest(deps, compared.vector, await allowedBy(deps, request.query));
    return { ...nearHits(near), notes };
  }
  return { ...(await fused(deps, request.query, compared.vector)), notes };
}

async function fused(deps: FindDeps, query: FindQuery, vector: Float32Array): Promise<Hits> {
  const { library, embedder } = deps;
  const words = await wordHits(deps, query);
  const among = await allowedBy(deps, query);
  const match = query.words as WordMatch;
  const unknown = unknownWords(library.words, match, true);
  const best = {
    library,
    model: embedder.model,
    nearest: (moved: Float32Array) => nearest(deps, moved, among),
    isAllowed: (key: number) => !among || has(among, key),
  };
  const ranked = words.hits.map(({ key }) => key);
  const { ignored = [], stopWords = [] } = query;
  const typed = { words: match, ignored, stopWords, unknown };
  const hits = bestHits(best, typed, vector, ranked);
  // Posts with all of the words that are not ranked may be among the nearest.
  const others = hits.filter(({ why }) => why.words).length - ranked.length;
  return { ...words, hits, more: Math.max(0, words.more - others), by: 'both', unknown };
}

async function wordHits({ library }: FindDeps, query: FindQuery): Promise<Hits> {
  const words = query.words as WordMatch;
  const ranked = await library.words.ranked(words, query.filters, MAX_BY_WORDS);
  const { count, isCapped } = await library.words.countFound(query);
  return {
    hits: ranked.map(({ key }) => ({ key, why: { words: true as const }, marked: words })),
    more: Math.max(0, count - ranked.length),
    ...(isCapped && { isCapped }),
    by: 'words',
    notes: [],
  };
}

/** Posts that were collected since, newest first. */
function newHits({ library }: FindDeps, query: FindQuery, after: number): Hits {
  const { words } = query;
  const hit = { why: words ? { words: true as const } : {}, ...(words && { marked: words }) };
  const { keys, isCapped } = library.words.keysAfter(query, after, MAX_NEW);
  const hits = byTime(
    library,
    keys.map((key) => ({ key, ...hit })),
  );
  return { hits, more: 0, ...(isCapped && { isCapped }), by: 'words', notes: [] };
}

function nearHits(near: NearKey[]): Hits {
  return { hits: near.map(asHit), more: 0, by: 'meaning', notes: [] };
}

/** The vector of the query and what limits it, or in words why there is none and words alone count. */
async function vectorFor(
  deps: FindDeps,
  { query, by }: FindRequest,
): Promise<{ vector: Float32Array; notes: string[] } | string> {
  const { library, embedder } = deps;
  const prepared = library.meaning.prepare(embedder.model);
  if (by === 'best') {
    await prepared;
    if (!library.meaning.hasVectors(embedder.model))
      return `No post has been embedded yet, so posts were found by words alone. ${await embeddingAdvice(deps, EMBED_TOO)}`;
    if (!(await embedder.isReady()))
      return `${BY_WORDS} ${await embeddingAdvice(deps, FETCH_MODEL)}`;
  }
  try {
    const [compared] = await Promise.all([comparable(embedder, query.topic), prepared]);
    if (by === 'meaning') await requireVectors(deps);
    return compared;
  } catch (error) {
    if (by === 'best' && error instanceof ModelUnavailable) return `${BY_WORDS} ${error.message}`;
    throw error;
  }
}

const BY_WORDS = 'Posts were found by words alone.';
const EMBED_TOO = `Start an embed job ${WHERE_TO_EMBED} to find them by meaning, too.`;
const FETCH_MODEL = 'Start an embed job, which downloads the model, to find them by meaning, too.';

function nearest({ library, embedder }: FindDeps, vector: Float32Array, among?: KeySet) {
  const options = { limit: MAX_BY_MEANING, ...(among && { among }) };
  return library.meaning.nearest(embedder.model, vector, options);
}

/**
 * The posts that may be found without all of the words; undefined for any. Phrases and what is excluded hold
 * for them, too; other words need not occur.
 */
async function allowedBy({ library }: FindDeps, query: FindQuery): Promise<KeySet | undefined> {
  const hard = query.words && hardWords(query.words);
  if (!hard && isUnfiltered(query)) return undefined;
  return library.words.keysOf(query.filters, hard);
}

async function likeHits(deps: FindDeps, { query, like }: FindRequest): Promise<Hits> {
  const { library, embedder } = deps;
  const { source = '', id = '' } = like ?? {};
  const key = library.words.keyOf(source, id);
  if (key === undefined) throw new InvalidInput({ like: NO_SUCH_POST });
  const vector = library.meaning.vectorOf(embedder.model, key);
  if (!vector) {
    const isWaiting = library.withoutVector(embedder.model, [key]).length > 0;
    const note = isWaiting
      ? `${LIKE_NOT_EMBEDDED} ${await embeddingAdvice(deps, EMBED_FIRST)}`
      : NO_TEXT;
    return { ...nearHits([]), by: 'words', notes: [note] };
  }
  const isFree = !query.words && isUnfiltered(query);
  const near = library.meaning.nearest(embedder.model, vector, {
    limit: MAX_BY_MEANING + 1,
    ...(!isFree && { among: await library.words.keysOf(query.filters, query.words) }),
  });
  const others = near.filter((one) => one.key !== key).slice(0, MAX_BY_MEANING);
  // The words of the query are conditions here.
  const hits = others.map((one) => ({
    ...asHit(one),
    ...(query.words && { why: { words: true, meaning: true } as const, marked: query.words }),
  }));
  return { ...nearHits([]), hits, by: 'words' };
}

export const NO_SUCH_POST = 'The post that others should be like is not in the library.';

const LIKE_NOT_EMBEDDED =
  'This post has no vector of the present model, so none can be compared with it.';
const NO_TEXT =
  'This post has no text of which the model knows a word, so none can be compared with it.';

function asHit({ key, similarity, part }: NearKey): Hit {
  return { key, why: { meaning: true }, similarity, ...(part && { part }) };
}
