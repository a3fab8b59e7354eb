import type { Post, Profile } from '../../post.ts';
import {
  type DiscoverRequest,
  type LeftOut,
  NotFound,
  type Page,
  type PostsRequest,
  type SearchRequest,
  SourceUnavailable,
  Unauthorised,
} from '../../source.ts';
import type { XClient } from '../client.ts';
import type { Product, Question } from './library.ts';
import { createRecentIds, peoplePage, searchPage, userPage } from './pages.ts';
import { fromCursor, type Place, toCursor } from './place.ts';
import { queryOf } from './query.ts';
import {
  type Answered,
  createRequests,
  type Requests,
  type RequestsOptions,
  type Waiting,
} from './requests.ts';
import { at, readSearchTimeline, readUserTimeline, type Timeline } from './timeline.ts';
import { readUser, type ShownUser } from './user.ts';

/** X shows about the newest 3,200 posts of an account: a listing that ends here may not be all. */
const NEAR_LIMIT = 3_000;

/** Reads the website's timelines, for one listing. */
export function openCookieClient(options: RequestsOptions): XClient {
  const requests = createRequests(options);
  return {
    posts: (request) => posts(requests, request),
    search: (request) => search(requests, request),
    discover: (request) => discover(requests, request),
    test: async (signal) => `Connected as @${await connectedUser(requests, { signal })}`,
  };
}

async function* posts(requests: Requests, request: PostsRequest): AsyncGenerator<Page<Post>> {
  const { cursor, username = '', signal } = request;
  let place: Partial<Place> = cursor === undefined ? {} : fromCursor(cursor);
  const user = place.userId === undefined ? await findUser(requests, username, request) : undefined;
  const userId = place.userId ?? (user as ShownUser).profile.id;
  const seen = createRecentIds(place.pinned ?? []);
  const operation = request.includeReplies ? 'UserTweetsAndReplies' : 'UserTweets';
  do {
    const question: Question = { operation, userId, cursor: place.cursor };
    const answered = await requests.ask(question, request);
    const timeline = readUserTimeline(answered.json);
    // Without a login X answers with a timeline of no posts, which looks like the end.
    if (!timeline || timeline.items.length === 0) {
      await requireLogin(requests, user, request);
      if (!timeline) requireTimeline(answered, user);
    }
    const wanted = { ...request, userId };
    const options = { asOf: answered.at, seen };
    const page = userPage(timeline ?? { items: [] }, wanted, options);
    const { next, ...rest } = following(page, timeline, place, { userId });
    const notes = [...(page.notes ?? []), ...(next ? [] : endNotes(rest.read))];
    yield pageOf(page.items, next, {
      ...(user && { profile: user.profile }),
      ...(page.leftOut && { leftOut: page.leftOut }),
      ...(notes.length > 0 && { notes }),
    });
    signal.throwIfAborted();
    place = next ?? {};
  } while (place.cursor !== undefined);
}

async function* search(requests: Requests, request: SearchRequest): AsyncGenerator<Page<Post>> {
  const product = request.mode === 'top' ? 'Top' : 'Latest';
  const seen = createRecentIds([]);
  yield* searched(requests, queryOf(request), product, request, (timeline, asOf) => {
    const { pinned: _, ...page } = searchPage(timeline, request, { asOf, seen });
    return page;
  });
}

async function* discover(
  requests: Requests,
  request: DiscoverRequest,
): AsyncGenerator<Page<Profile>> {
  yield* searched(requests, request.query, 'People', request, peoplePage);
}

async function* searched<Item>(
  requests: Requests,
  query: string,
  product: Product,
  { cursor, ...waiting }: Waiting & { cursor?: string },
  read: (timeline: Timeline, asOf: Date) => Page<Item>,
): AsyncGenerator<Page<Item>> {
  let place: Partial<Place> = cursor === undefined ? {} : fromCursor(cursor);
  do {
    const question: Question = {
      operation: 'SearchTimeline',
      query,
      product,
      cursor: place.cursor,
    };
    const answered = await requests.ask(question, waiting);
    const kind = product === 'People' ? 'user_results' : 'tweet_results';
    const timeline = readSearchTimeline(answered.json, kind);
    if (!timeline) throw new SourceUnavailable('X answered the search without results or an end.');
    const page = read(timeline, answered.at);
    const { next } = following(page, timeline, place, {});
    const { items, ...rest } = page;
    yield pageOf(items, next, rest);
    waiting.signal.throwIfAborted();
    place = next ?? {};
  } while (place.cursor !== undefined);
}

/**
 * Where the listing goes on. X ends a timeline without a cursor, with the cursor that it was asked with,
 * or with a page of cursors only, each of which leads to the next such page for ever.
 */
function following(
  page: { items: unknown[]; pinned?: string[]; leftOut?: LeftOut },
  timeline: Timeline | undefined,
  place: Partial<Place>,
  { userId }: { userId?: string },
): { next?: Place; read: number } {
  const { replies = 0, reposts = 0 } = page.leftOut ?? {};
  const read = (place.read ?? 0) + page.items.length + replies + reposts;
  const cursor = timeline?.cursor;
  if (!cursor || cursor === place.cursor || timeline.items.length === 0) return { read };
  const pinned = [...(place.pinned ?? []), ...(page.pinned ?? [])];
  const next = { cursor, read, ...(userId && { userId }), ...(pinned.length > 0 && { pinned }) };
  return { next, read };
}

function pageOf<Item>(
  items: Item[],
  next: Place | undefined,
  rest: Omit<Page<Item>, 'items' | 'cursor'>,
): Page<Item> {
  return { items, ...(next && { cursor: toCursor(next) }), ...rest };
}

function endNotes(read: number): string[] {
  if (read < NEAR_LIMIT) return [];
  return [
    'X shows about the newest 3,200 posts of an account. Older ones may exist: an archive has them all.',
  ];
}

/** @throws NotFound, or Unauthorised when X shows the user's posts to others only. */
async function findUser(
  requests: Requests,
  username: string,
  waiting: Waiting,
): Promise<ShownUser> {
  if (username === '') throw new NotFound('Username is missing.');
  const answered = await requests.ask({ operation: 'UserByScreenName', username }, waiting);
  const result = at(answered.json, 'data', 'user', 'result');
  if (at(result, '__typename') === 'UserUnavailable') throw unavailable(result, username);
  const user = readUser(result, answered.at);
  if (!user) {
    throw new NotFound(
      `X has no user @${username}. Check the spelling: an account that was renamed has a new name.`,
    );
  }
  return user;
}

function unavailable(result: unknown, username?: string): Error {
  const name = username ? `@${username}` : 'this user';
  const message = at(result, 'message');
  const reason = `${at(result, 'reason')} ${at(result, 'unavailable_reason')} ${message}`;
  if (/suspended/i.test(reason)) return new NotFound(`X has suspended ${name}.`);
  if (/protected/i.test(reason)) return new Unauthorised(protectedMessage(name));
  const said = typeof message === 'string' ? `: ${message.slice(0, 200)}` : '.';
  return new NotFound(`X does not show ${name}${said}`);
}

/** @throws Unauthorised when the cookies are no login, or the user's posts are not for this account. */
async function requireLogin(
  requests: Requests,
  user: ShownUser | undefined,
  waiting: Waiting,
): Promise<void> {
  await connectedUser(requests, waiting);
  if (!user) return;
  const { profile, isProtected, blocksUs } = user;
  if (blocksUs) {
    throw new Unauthorised(`@${profile.username} has blocked the connected account.`);
  }
  if (isProtected) throw new Unauthorised(protectedMessage(`@${profile.username}`));
}

/**
 * Accepts an answer without a timeline for an account without posts. Any other would look like the end.
 * @throws NotFound when the account is gone, otherwise SourceUnavailable.
 */
function requireTimeline({ json }: Answered, user: ShownUser | undefined): void {
  const username = user?.profile.username;
  const result = at(json, 'data', 'user', 'result');
  if (at(result, '__typename') === 'UserUnavailable') throw unavailable(result, username);
  if (user?.profile.posts === 0) return;
  throw new SourceUnavailable(
    `X answered without the posts of ${username ? `@${username}` : 'this user'}.`,
  );
}

function protectedMessage(name: string): string {
  return `${name} shows posts to approved followers only, and the connected account is none.`;
}

/** @throws Unauthorised when X does not accept the cookies. */
async function connectedUser(requests: Requests, waiting: Waiting): Promise<string> {
  const { json } = await requests.ask({ operation: 'AccountSettings' }, waiting);
  const name = at(json, 'screen_name');
  if (typeof name === 'string' && name !== '') return name;
  throw new SourceUnavailable('X did not say which account the cookies belong to.');
}
