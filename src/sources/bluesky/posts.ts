import type {} from '@atcute/bluesky';
import type { Post } from '../post.ts';
import { type Page, type PostsRequest, SourceUnavailable, Unreadable } from '../source.ts';
import { accountCaller } from './account.ts';
import { type Actor, actorOf, findAuthor, refusalOf } from './authors.ts';
import { type Caller, publicCaller } from './caller.ts';
import { pageOfPosts } from './feed_page.ts';
import { isSignedInOnly } from './labels.ts';
import { type FeedPlace, feedCursor, feedPlaceOf } from './place.ts';
import { type ProfileView, toProfile } from './profile.ts';
import { readAhead } from './read_ahead.ts';
import type { Service } from './requests.ts';

const PAGE_SIZE = 100;

/** What one request of an author's feed has returned. */
interface FeedAnswer {
  items: unknown[];
  /** The service's cursor. Absent at the end of the list, and when it does not know the place. */
  next?: string;
}

/**
 * The posts of an author, page after page. A page may be short or empty, because the service leaves out
 * what it does not show after it has cut the page; the list ends with a page without a cursor.
 */
export async function* readPosts(
  service: Service,
  request: PostsRequest,
): AsyncGenerator<Page<Post>, void, undefined> {
  // Ends what was read ahead when the caller stops early.
  const closing = new AbortController();
  const signal = AbortSignal.any([request.signal, closing.signal]);
  try {
    yield* readPages(service, { ...request, signal });
  } finally {
    closing.abort();
  }
}

async function* readPages(
  service: Service,
  request: PostsRequest,
): AsyncGenerator<Page<Post>, void, undefined> {
  const now = service.live.now ?? (() => new Date());
  const start = request.cursor === undefined ? undefined : feedPlaceOf(request.cursor);
  const { author, caller } = await open(service, request, start?.did);
  let place: FeedPlace = start ?? { did: author.did };
  const first = await firstPage(caller, author, place);
  let read = first.items.length;
  const following = async (cursor: string) => {
    const answer = await readFeed(caller, author, cursor);
    read += answer.items.length;
    return answer;
  };
  const batches = readAhead(
    first,
    ({ next }) => (next === undefined ? undefined : following(next)),
    () => read >= (request.wanted ?? Number.POSITIVE_INFINITY),
  );
  for await (const answers of batches) {
    const asOf = now();
    const items = answers.flatMap((answer) => answer.items);
    const profile = toProfile(author, asOf);
    const page = { ...pageOfPosts(items, author.did, request, asOf), profile };
    if (!request.includeReposts && author.postsCount !== undefined) page.total = author.postsCount;
    place = answers.reduce(placeAfter, place);
    yield place.next === undefined ? page : { ...page, cursor: feedCursor(place) };
    request.signal.throwIfAborted();
  }
}

/** The author, and how their posts are asked for: with an account where they want that. */
async function open(service: Service, request: PostsRequest, did: string | undefined) {
  const anyone = publicCaller(service, request);
  const actor = (did as Actor | undefined) ?? actorOf(request.username ?? '');
  const author = await findAuthor(anyone, actor);
  const now = service.live.now?.() ?? new Date();
  const isSealed = isSignedInOnly(author.labels, now);
  if (!isSealed) return { author, caller: anyone };
  const what = `@${author.handle} shows its posts to signed-in people only, so reading them`;
  return { author, caller: await accountCaller(service, request, what) };
}

/** @throws SourceUnavailable when the service leads back to the place where it was. */
function placeAfter({ did, next: before }: FeedPlace, { next }: FeedAnswer): FeedPlace {
  if (next !== undefined && next === before) {
    throw new SourceUnavailable('Bluesky answered with the same place in the list twice.');
  }
  return { did, next, before };
}

/**
 * The page at the place where an earlier run stopped. The service answers a place that it does not
 * know like the end of the list, with an empty page. So an empty page is believed only when the
 * place before it is still known; where the list then continues, the listing continues.
 * @throws Unreadable when neither place is known.
 */
async function firstPage(
  caller: Caller,
  author: ProfileView,
  { next, before }: FeedPlace,
): Promise<FeedAnswer> {
  const answer = await readFeed(caller, author, next);
  const looksLikeTheEnd = answer.items.length === 0 && answer.next === undefined;
  if (next === undefined || !looksLikeTheEnd) return answer;
  const previous = await readFeed(caller, author, before);
  if (previous.next === next) return answer;
  if (previous.items.length > 0 || before === undefined) return previous;
  throw new Unreadable(
    'Bluesky no longer knows the place at which this listing stopped. Start it again.',
  );
}

async function readFeed(
  caller: Caller,
  { did, handle }: ProfileView,
  cursor: string | undefined,
): Promise<FeedAnswer> {
  const params = {
    actor: did as `did:${string}:${string}`,
    limit: PAGE_SIZE,
    // What to leave out is decided here: the service's other filters drop parts of own threads.
    filter: 'posts_with_replies',
    ...(cursor !== undefined && { cursor }),
  };
  const answer = await caller((client, sending) =>
    client.get('app.bsky.feed.getAuthorFeed', { ...sending, params }),
  );
  if (!answer.ok) throw refusalOf(handle, answer);
  const { feed, cursor: next } = Object(answer.data) as Record<string, unknown>;
  if (!Array.isArray(feed))
    throw new SourceUnavailable('Bluesky answered without a list of posts.');
  return { items: feed, ...(typeof next === 'string' && next !== '' && { next }) };
}
