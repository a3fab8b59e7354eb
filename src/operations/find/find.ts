import { describeFind } from '../../find/index.ts';
import { MAX_COUNTED } from '../../library/finding/facets.ts';
import { writeCursor } from '../../library/listing.ts';
import { cut } from '../../text/cut.ts';
import type { OperationDeps } from '../deps.ts';
import { answerNotes } from './answer_notes.ts';
import { ignoringCommonWords } from './common_words.ts';
import type { Found } from './found.ts';
import { type Hits, readOffset } from './hits.ts';
import { hitsOf } from './hits_of.ts';
import type { FindRequest } from './request.ts';
import { postsOf } from './shown.ts';
import { inTurn } from './turns.ts';

type FindDeps = Pick<OperationDeps, 'library' | 'embedder' | 'isOutdated' | 'isEmbedding'>;

/** How much of a post that others should be like is shown, in characters. */
const LIKE_LENGTH = 80;

/**
 * Finds collected posts. By words, by meaning, or by both fused; filters hold for all of them. Filters
 * alone, or `sort: newest`, give the newest first. Without vectors or a model "best" is by words alone, and
 * says so.
 * @throws ModelUnavailable by meaning, when the model is not ready or no post has been embedded;
 * InvalidInput, InvalidCursor.
 */
export function find(deps: FindDeps, asked: FindRequest): Promise<Found> {
  return inTurn(() => answer(deps, asked));
}

async function answer(deps: FindDeps, asked: FindRequest): Promise<Found> {
  const request = await readAsked(deps, asked);
  const page = isListing(request)
    ? await listing(deps, request)
    : pageOf(deps, request, await hitsOf(deps, request));
  const { posts, total, isCapped, unranked, nextCursor, by } = page;
  const { notes, didYouMean } = await answerNotes(deps, request, { ...page, isFound: total > 0 });
  return {
    posts,
    total,
    ...(isCapped && { isCapped }),
    ...(unranked && { unranked }),
    understood: describeFind(request.query, by, likeText(deps, request)),
    ...(didYouMean !== undefined && { didYouMean }),
    ...(notes.length > 0 && { notes }),
    ...(request.facets && { facets: await facetsOf(deps, request, page) }),
    ...(nextCursor && { nextCursor }),
  };
}

/** The request as the library answers it. */
export async function readAsked(
  { library }: Pick<FindDeps, 'library'>,
  request: FindRequest,
): Promise<FindRequest> {
  return { ...request, query: await ignoringCommonWords(library.words, request.query) };
}

/** Whether posts come in the order of time: filters alone, or words with `sort: newest`. */
export function isListing({ query, by, like, sort, after }: FindRequest): boolean {
  return !like && after === undefined && (!query.words || (sort === 'newest' && by !== 'meaning'));
}

/** By meaning, words are no condition: the posts that are ranked are all that was found. */
async function facetsOf(
  { library: { words } }: FindDeps,
  request: FindRequest,
  { keys, by }: FoundPage,
): Promise<NonNullable<Found['facets']>> {
  const { query, like, after } = request;
  const isRanked = like !== undefined || after !== undefined || request.by === 'meaning';
  const facets =
    isRanked && !isListing(request) ? words.facetsOf(keys ?? []) : await words.facets(query, keys);
  const isOfNearest = like !== undefined || by !== 'words';
  return isOfNearest ? { ...facets, isOfNearest } : facets;
}

/** So many posts of a list by time are counted first: with a frequent word each is looked up. */
const MAX_FIRST = 100;

type FoundPage = Pick<Found, 'posts' | 'total' | 'isCapped' | 'unranked' | 'nextCursor'> &
  Pick<Hits, 'by' | 'notes' | 'unknown'> & {
    /** The posts whose facets are counted first: those at the beginning of the list. */
    keys?: number[];
  };

async function listing(deps: FindDeps, request: FindRequest): Promise<FoundPage> {
  const { words } = deps.library;
  const { query, limit, cursor } = request;
  const ahead = request.facets ? MAX_FIRST : 0;
  const page = { limit, ahead, ...(cursor && { cursor }) };
  const { keys, nextCursor, beginning } = await words.newest(query, page);
  const { count, isCapped } = await words.countFound(query);
  const why = query.words ? { words: true as const } : {};
  const marked = query.words && { marked: query.words };
  return {
    posts: postsOf(
      deps,
      keys.map((key) => ({ key, why, ...marked })),
    ),
    total: count,
    ...(isCapped && { isCapped }),
    ...(nextCursor && { nextCursor }),
    by: 'words',
    notes: [],
    ...(beginning && count > MAX_COUNTED && { keys: beginning }),
  };
}

function pageOf(deps: FindDeps, { limit, cursor }: FindRequest, found: Hits): FoundPage {
  const { hits, more, isCapped, by, notes, unknown } = found;
  const start = cursor ? readOffset(cursor) : 0;
  const end = start + limit;
  const isLast = end >= hits.length;
  return {
    posts: postsOf(deps, hits.slice(start, end)),
    total: hits.length + more,
    ...(isCapped && { isCapped: true as const }),
    ...(!isLast && { nextCursor: writeCursor(['rank', end]) }),
    ...(isLast && more > 0 && { unranked: more }),
    by,
    notes,
    ...(unknown && { unknown }),
    keys: hits.map(({ key }) => key),
  };
}

/** The beginning of the post that others should be like, if there is one. */
export function likeText({ library }: FindDeps, { like }: FindRequest): string | undefined {
  const key = like && library.words.keyOf(like.source, like.id);
  const [post] = key === undefined ? [] : library.words.postsOf([key]);
  return post && cut(post.text, LIKE_LENGTH);
}
