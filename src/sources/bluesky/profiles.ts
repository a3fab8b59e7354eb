import type {} from '@atcute/bluesky';
import type { Profile } from '../post.ts';
import { type DiscoverRequest, type Page, SourceUnavailable } from '../source.ts';
import { type Caller, publicCaller } from './caller.ts';
import { readProfile, toProfile } from './profile.ts';
import { refusal, type Service } from './requests.ts';

/** At most as many as one request returns the counts of. */
const PAGE_SIZE = 25;

/** Profiles whose name or bio match, with their counts. */
export async function* findProfiles(
  service: Service,
  request: DiscoverRequest,
): AsyncGenerator<Page<Profile>, void, undefined> {
  const caller = publicCaller(service, request);
  const now = service.live.now ?? (() => new Date());
  let place = request.cursor;
  for (;;) {
    const { actors, next } = await searchActors(caller, request.query, place);
    const page = pageOf(await withCounts(caller, actors), now());
    if (next !== undefined && next === place) {
      throw new SourceUnavailable('Bluesky answered with the same place in the list twice.');
    }
    yield next === undefined ? page : { ...page, cursor: next };
    request.signal.throwIfAborted();
    if (next === undefined) return;
    place = next;
  }
}

async function searchActors(
  caller: Caller,
  query: string,
  cursor: string | undefined,
): Promise<{ actors: unknown[]; next?: string }> {
  const params = { q: query, limit: PAGE_SIZE, ...(cursor !== undefined && { cursor }) };
  const answer = await caller((client, sending) =>
    client.get('app.bsky.actor.searchActors', { ...sending, params }),
  );
  if (!answer.ok) throw refusal(answer);
  const { actors, cursor: next } = Object(answer.data) as Record<string, unknown>;
  if (!Array.isArray(actors)) {
    throw new SourceUnavailable('Bluesky answered without a list of people.');
  }
  return { actors, ...(typeof next === 'string' && next !== '' && { next }) };
}

/** The detailed views of these; one that is missing there stays as it was found. */
async function withCounts(caller: Caller, found: unknown[]): Promise<unknown[]> {
  const dids = found.flatMap((view) => readProfile(view)?.did ?? []) as `did:${string}:${string}`[];
  if (dids.length === 0) return found;
  const answer = await caller((client, sending) =>
    client.get('app.bsky.actor.getProfiles', { ...sending, params: { actors: dids } }),
  );
  if (!answer.ok) throw refusal(answer);
  const { profiles } = Object(answer.data) as { profiles?: unknown };
  const detailed = new Map(
    (Array.isArray(profiles) ? profiles : []).map((view) => [readProfile(view)?.did, view]),
  );
  return found.map((view) => detailed.get(readProfile(view)?.did) ?? view);
}

function pageOf(views: unknown[], asOf: Date): Page<Profile> {
  const profiles = views.flatMap((view) => readProfile(view) ?? []);
  const unreadable = views.length - profiles.length;
  return {
    items: profiles.map((view) => toProfile(view, asOf)),
    ...(unreadable > 0 && { leftOut: { unreadable } }),
  };
}
