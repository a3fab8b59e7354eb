import type {} from '@atcute/bluesky';
import type { Post } from '../post.ts';
import { type Page, type SearchRequest, SourceUnavailable, Unreadable } from '../source.ts';
import { accountCaller } from './account.ts';
import type { Caller } from './caller.ts';
import { pageOfResults } from './feed_page.ts';
import { type SearchPlace, searchCursor, searchPlaceOf } from './place.ts';
import { type Answer, refusal, type Service } from './requests.ts';

const PAGE_SIZE = 100;

/**
 * Posts on any of several terms. The service has no "or": it is asked for each term, a page at a time
 * by turns, and what several terms find is handed on once.
 * @throws Unauthorised when no account is connected: the service refuses searches without one.
 */
export async function* searchPosts(
  service: Service,
  request: SearchRequest,
): AsyncGenerator<Page<Post>, void, undefined> {
  let place = startOf(request);
  const caller = await accountCaller(service, request, 'A search for posts');
  const now = service.live.now ?? (() => new Date());
  const seen = new Set<string>();
  for (;;) {
    const { turn, terms } = place;
    const { posts, next } = await readResults(caller, request, turn, terms[turn] ?? '');
    const page = pageOfResults(posts, seen, now());
    const after = placeAfter(place, next);
    yield after ? { ...page, cursor: searchCursor(after) } : page;
    request.signal.throwIfAborted();
    if (!after) return;
    place = after;
  }
}

function startOf({ cursor, terms }: SearchRequest): SearchPlace {
  if (cursor === undefined) return { terms: terms.map(() => ''), turn: 0 };
  const place = searchPlaceOf(cursor);
  if (place.terms.length === terms.length && place.turn < terms.length) return place;
  throw new Unreadable('The saved place belongs to another search. Start the job again.');
}

/** The next term that has more results; undefined when none has. */
function placeAfter({ terms, turn }: SearchPlace, next: string | undefined) {
  if (next !== undefined && next === terms[turn]) {
    throw new SourceUnavailable('Bluesky answered with the same place in the list twice.');
  }
  const left = terms.with(turn, next ?? null);
  for (let step = 1; step <= left.length; step++) {
    const candidate = (turn + step) % left.length;
    if (left[candidate] !== null) return { terms: left, turn: candidate };
  }
  return undefined;
}

async function readResults(
  caller: Caller,
  { terms, mode, since }: SearchRequest,
  turn: number,
  cursor: string,
): Promise<{ posts: unknown[]; next?: string }> {
  const params = {
    q: queryOf(terms[turn] ?? ''),
    sort: mode,
    limit: PAGE_SIZE,
    ...(since && { since: since.toISOString() }),
    ...(cursor !== '' && { cursor }),
  };
  const answer = await caller((client, sending) =>
    client.get('app.bsky.feed.searchPosts', { ...sending, params }),
  );
  if (!answer.ok) throw refusalOf(answer);
  const { posts, cursor: next } = Object(answer.data) as Record<string, unknown>;
  if (!Array.isArray(posts)) {
    throw new SourceUnavailable('Bluesky answered without a list of posts.');
  }
  return { posts, ...(typeof next === 'string' && next !== '' && { next }) };
}

/** Several words are a phrase. */
function queryOf(term: string): string {
  const words = term.replaceAll('"', ' ').trim();
  return /\s/.test(words) ? `"${words.replace(/\s+/g, ' ')}"` : words;
}

function refusalOf(answer: Answer & { ok: false }): Error {
  if (answer.data.error !== 'BadQueryString') return refusal(answer);
  return new Unreadable('Bluesky cannot read these search terms. Use fewer special characters.');
}
