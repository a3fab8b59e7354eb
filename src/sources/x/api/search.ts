import { count, counted } from '../../../text/format.ts';
import type { Post, Profile } from '../../post.ts';
import type { DiscoverRequest, Page, SearchRequest } from '../../source.ts';
import type { Answer } from './answers.ts';
import type { Place } from './cursor.ts';
import { SEARCH_PAGE as PAGE } from './limits.ts';
import { callOf, leftOutOf, pagesOf, placeAfter } from './listing.ts';
import { type ApiPage, readPage, type Session } from './pages.ts';
import { toPost } from './post.ts';
import { MAX_FRUITLESS_POSTS, MAX_POSTS_PER_PROFILE } from './prices.ts';
import { absence } from './problems.ts';
import { hasWords, toProfile } from './profile.ts';
import {
  AUTHORS,
  allWords,
  isOutOfReach,
  POSTS_WITH_AUTHORS,
  queriesOf,
  windowOf,
} from './queries.ts';

const ENDPOINT = { endpoint: 'search', path: '/2/tweets/search/recent' } as const;

/** Posts that are read for each profile that is wanted: most authors do not match. */
const POSTS_PER_PROFILE = 5;

const REACH = 'X’s API searches the last seven days only; older posts are not found.';

/** Posts of the last seven days, without reposts, which would only repeat them. */
export async function* search(
  session: Session,
  request: SearchRequest,
): AsyncGenerator<Page<Post>, void, undefined> {
  const queries = queriesOf(request.terms);
  const isCut = isOutOfReach(request.since, session.now());
  yield* pagesOf(request, async (place, wanted) => {
    const params = {
      ...POSTS_WITH_AUTHORS,
      query: queries[place.query] ?? '',
      ...windowOf(request, session.now()),
      ...tokenOf(place),
    };
    const call = { ...callOf(request), ...ENDPOINT, params };
    const page = await readPage(session, call, { ...PAGE, wanted }, new Map());
    refuseFailure(page.answer);
    const items = page.posts.flatMap((post) => toPost(post, page) ?? []);
    const unreadable = page.unreadable + page.posts.length - items.length;
    const isFirst = request.cursor === undefined && place.read === 0;
    const notes = isFirst && isCut ? [REACH, ...page.notes] : page.notes;
    return {
      page: { items, cost: session.purse.price(page.cost), notes, ...leftOutOf({ unreadable }) },
      next: placeAfter(place, page) ?? nextQuery(place, page, queries.length),
    };
  });
}

/**
 * X's search for people takes no bearer token, so the authors of posts are looked at. It ends when they
 * are no longer worth what they cost.
 */
export async function* discover(
  session: Session,
  request: DiscoverRequest,
): AsyncGenerator<Page<Profile>, void, undefined> {
  const query = allWords(request.query);
  yield* pagesOf(request, async (place, wanted) => {
    const params = { ...AUTHORS, query, ...tokenOf(place) };
    const call = { ...callOf(request), ...ENDPOINT, params };
    const most = place.most ?? mostPosts(request.wanted);
    const affordable = Math.min(most - place.read, MAX_FRUITLESS_POSTS - place.fruitless);
    const limits = { ...PAGE, wanted: Math.min(wanted * POSTS_PER_PROFILE, affordable) };
    const page = await readPage(session, call, limits, new Map());
    refuseFailure(page.answer);
    const known = new Set(place.found);
    const items = page.answer.includes.users
      .map((user) => toProfile(user, page.asOf))
      .filter((profile) => !known.has(profile.id) && hasWords(profile, request.query));
    const found = [...place.found, ...items.map(({ id }) => id)];
    const cost = session.purse.price(page.cost);
    // Posts are asked for without their text, so that none of them can be read as one.
    const charged = page.posts.length + page.unreadable;
    const read = place.read + page.unreadable;
    const fruitless = items.length > 0 ? 0 : place.fruitless + charged;
    const limit = Number.isFinite(most) ? { most } : {};
    const next = placeAfter({ ...place, ...limit, found, read, fruitless }, page);
    const stopped = next && whyStopped(next, most);
    if (stopped === undefined) return { page: { items, cost, notes: page.notes }, next };
    return { page: { items, cost, notes: [...page.notes, stopped], stopped } };
  });
}

function mostPosts(profiles = Number.POSITIVE_INFINITY): number {
  return Math.max(MAX_FRUITLESS_POSTS, profiles * MAX_POSTS_PER_PROFILE);
}

/** Pages have a least size, so what is left may be too little for another one. */
function whyStopped({ found, read, fruitless }: Place, most: number): string | undefined {
  const profiles = counted(found.length, 'profile');
  if (MAX_FRUITLESS_POSTS - fruitless < PAGE.min)
    return `Stopped with ${profiles}: ${count(fruitless)} posts were read without another one.`;
  if (most - read < PAGE.min)
    return `Stopped with ${profiles}: ${count(read)} posts were read, the most for this search.`;
  return undefined;
}

function nextQuery(place: Place, page: ApiPage, queries: number): Place | undefined {
  if (place.query + 1 >= queries) return undefined;
  const read = place.read + page.posts.length;
  return { ...place, token: undefined, query: place.query + 1, read };
}

function tokenOf({ token }: Place): { next_token?: string } {
  return token === undefined ? {} : { next_token: token };
}

/** Errors without data and without `meta` are about the search itself. */
function refuseFailure({ data, meta, errors }: Answer): void {
  if (data === undefined && !meta && errors.length > 0) throw absence(errors, 'this search');
}
