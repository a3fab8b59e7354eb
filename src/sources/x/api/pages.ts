import { counted, money } from '../../../text/format.ts';
import type { Answer, ApiMedia, ApiPost, ApiUser } from './answers.ts';
import { type Items, postsOf } from './answers.ts';
import type { PageLimits, Purse } from './budget.ts';
import type { Meter } from './cost.ts';
import { originalsOf, type Surroundings } from './post.ts';
import { POSTS } from './queries.ts';
import type { Api, Request } from './request.ts';

/** What a listing works with. */
export interface Session {
  api: Api;
  purse: Purse;
  meter: Meter;
  now: () => Date;
}

/** One answer, with what was read to complete it. */
export interface ApiPage extends Items, Surroundings {
  nextToken?: string;
  /** What X charges for it, in posts. */
  cost: number;
  /** Lines for the job's log. */
  notes: string[];
}

/** X looks up 100 posts at once. */
const MAX_LOOKUP = 100;

/** Asks for a page within the budget, and then for the posts that it quotes and reposts. */
export async function readPage(
  session: Session,
  request: Request,
  limits: PageLimits,
  users: ReadonlyMap<string, Pick<ApiUser, 'username' | 'name'>>,
): Promise<ApiPage & { answer: Answer }> {
  const { now, purse } = session;
  const { answer, cost } = await paidPage(session, request, limits);
  const items = postsOf(answer);
  const originals = await readOriginals(session, request, items.posts, answer);
  const used = await purse.used();
  const total = cost + originals.cost;
  return {
    ...items,
    answer,
    users: new Map([...users, ...answer.includes.users.map((user) => [user.id, user] as const)]),
    media: mapOf([...answer.includes.media, ...originals.media], ({ media_key: key }) => key),
    originals: mapOf([...items.posts, ...originals.posts], ({ id }) => id),
    asOf: now(),
    ...(answer.meta?.next_token && { nextToken: answer.meta.next_token }),
    cost: total,
    notes: [
      ...originals.notes,
      `X charges ${money(purse.price(total), 'USD')} for this page; ${used} used.`,
    ],
  };
}

/** Reserves what a request may cost, makes it, and settles what it has cost. */
export async function paidPage(
  { api, purse, meter }: Session,
  request: Request,
  limits: PageLimits,
): Promise<{ answer: Answer; cost: number }> {
  await api.turn(request);
  const { size, reservation } = await purse.page(limits, request.signal);
  const isList = limits.max > 1;
  const answer = await api.ask({
    ...request,
    params: isList ? { ...request.params, max_results: String(size) } : request.params,
    onRefused: () => reservation.settle(0),
  });
  const cost = meter(answer);
  await reservation.settle(cost);
  return { answer, cost };
}

interface Originals {
  posts: ApiPost[];
  media: ApiMedia[];
  cost: number;
  notes: string[];
}

/** A repost has only the beginning of its original's text, and a quoting post nothing of the quoted. */
async function readOriginals(
  { api, purse, meter }: Session,
  { signal, onWaiting }: Request,
  posts: ApiPost[],
  { includes }: Answer,
): Promise<Originals> {
  const expanded = [...(includes.tweets ?? []), ...(includes.posts ?? [])];
  const known = new Set([...posts, ...expanded].map(({ id }) => id));
  const wanted = [...new Set(posts.flatMap(originalsOf))].filter((id) => !known.has(id));
  const found: Originals = { posts: expanded, media: [], cost: 0, notes: [] };
  if (wanted.length > 0) await api.turn({ endpoint: 'posts', signal, onWaiting });
  const grant = await purse.objects(Math.min(wanted.length, MAX_LOOKUP), 1);
  const missing = wanted.length - (grant?.size ?? 0);
  if (missing > 0) {
    found.notes.push(
      `The budget does not cover ${counted(missing, 'quoted or reposted post')}; text is cut or missing.`,
    );
  }
  if (!grant) return found;
  const answer = await api.ask({
    endpoint: 'posts',
    path: '/2/tweets',
    params: { ...POSTS, ids: wanted.slice(0, grant.size).join(',') },
    signal,
    onRefused: () => grant.reservation.settle(0),
  });
  const cost = meter(answer);
  await grant.reservation.settle(cost);
  return {
    ...found,
    posts: [...expanded, ...postsOf(answer).posts],
    media: answer.includes.media,
    cost,
  };
}

function mapOf<Item>(items: Item[], key: (item: Item) => string): Map<string, Item> {
  return new Map(items.map((item) => [key(item), item]));
}
