import type { Post, Profile } from '../../post.ts';
import { NotFound, type Page, type PostsRequest } from '../../source.ts';
import { type Answer, userSchema } from './answers.ts';
import type { Place } from './cursor.ts';
import { MAX_POSTS, MAX_WITHOUT_REPLIES, TIMELINE_PAGE as PAGE } from './limits.ts';
import { callOf, leftOutOf, pagesOf, placeAfter, type Step } from './listing.ts';
import { paidPage, readPage, type Session } from './pages.ts';
import { toPost } from './post.ts';
import { POSTS_PER_USER } from './prices.ts';
import { absence, isProtected } from './problems.ts';
import { toProfile } from './profile.ts';
import { POSTS, USER } from './queries.ts';

const LOOKUP = { wanted: 1, min: 1, max: 1, cost: POSTS_PER_USER };

/** Deleted posts count towards X's maximum. */
const NEAR_MAX = 0.9;

/** The posts of an author, newest first. X charges for the look-up of the author too, once. */
export async function* timeline(
  session: Session,
  request: PostsRequest,
): AsyncGenerator<Page<Post>, void, undefined> {
  yield* pagesOf(request, async (place, wanted) => {
    if (place.user) return readPosts(session, request, { ...place, user: place.user }, wanted);
    const { profile, cost } = await findProfile(session, request);
    const { id, username, name } = profile;
    const step = await readPosts(
      session,
      request,
      { ...place, user: { id, username, name } },
      wanted,
    );
    const total = session.purse.price(cost) + (step.page.cost ?? 0);
    return { ...step, page: { ...step.page, profile, cost: total } };
  });
}

async function findProfile(
  session: Session,
  request: PostsRequest,
): Promise<{ profile: Profile; cost: number }> {
  const { username = '' } = request;
  const path = `/2/users/by/username/${encodeURIComponent(username)}`;
  const call = { ...callOf(request), endpoint: 'user', path, params: USER } as const;
  // The look-up alone would be paid for nothing.
  await session.purse.require(LOOKUP.cost + PAGE.min * PAGE.cost, request.signal);
  const { answer, cost } = await paidPage(session, call, LOOKUP);
  const user = userSchema.safeParse(answer.data).data;
  if (!user) throw absence(answer.errors, `@${username}`);
  if (user.protected) throw isProtected(`@${user.username}`);
  return { profile: toProfile(user, session.now()), cost };
}

async function readPosts(
  session: Session,
  request: PostsRequest,
  place: Place & { user: NonNullable<Place['user']> },
  wanted: number,
): Promise<Step<Post>> {
  const { user, token } = place;
  const params = {
    ...POSTS,
    ...excluded(request),
    ...(token && { pagination_token: token }),
  };
  const path = `/2/users/${user.id}/tweets`;
  const page = await readPage(
    session,
    { ...callOf(request), endpoint: 'timeline', path, params },
    { ...PAGE, wanted },
    new Map([[user.id, user]]),
  );
  refuseAbsence(page.answer, `@${user.username}`);
  const own = page.posts.filter(({ author_id }) => author_id === user.id);
  const next = placeAfter(place, page);
  const read = own.flatMap((post) => toPost(post, page) ?? []);
  const items = read.filter(({ kind }) => request.includeReplies || kind !== 'reply');
  const notes = next ? page.notes : [...page.notes, ...maximumNote(request, place, own.length)];
  const leftOut = leftOutOf({
    replies: read.length - items.length,
    foreign: page.posts.length - own.length,
    unreadable: page.unreadable,
  });
  const cost = session.purse.price(page.cost);
  return { page: { items, cost, notes, ...leftOut }, next };
}

/** X keeps replies of authors to themselves, their threads, when replies are excluded. */
function excluded({ includeReplies, includeReposts }: PostsRequest): { exclude?: string } {
  const kinds = [!includeReplies && 'replies', !includeReposts && 'retweets'].filter(Boolean);
  return kinds.length > 0 ? { exclude: kinds.join(',') } : {};
}

/** An empty page has `meta`. Without it the user cannot be read any more. */
function refuseAbsence({ data, meta, errors }: Answer, subject: string): void {
  if (data !== undefined || meta || errors.length === 0) return;
  const error = absence(errors, subject);
  throw error instanceof NotFound && error.message.startsWith('There is no')
    ? new NotFound(`${subject} is gone from X. The posts read so far are kept.`)
    : error;
}

function maximumNote(request: PostsRequest, { read }: Place, count: number): string[] {
  const max = request.includeReplies ? MAX_POSTS : MAX_WITHOUT_REPLIES;
  if (read + count < max * NEAR_MAX) return [];
  const more = request.includeReplies ? '' : ' With replies included it gives 3,200.';
  return [
    `X’s API gives the newest ${max.toLocaleString('en-US')} posts of an author at most; older ones are not listed.${more}`,
  ];
}
