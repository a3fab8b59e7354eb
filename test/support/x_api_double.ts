/**
 * A server on loopback that answers like X's API v2, with synthetic accounts: the endpoints that are
 * used, their ranges, fields, expansions and problems, and what X charges. It answers requests for
 * fields that do not exist with 200 and without them, as X does.
 *
 * As a process: `bun test/support/x_api_double.ts --port 8123 --posts 1000 --authors sea_example`. `GET /double`
 * then tells what it has counted.
 */
import { parseArgs } from 'node:util';
import { enrich } from './x_api_posts.ts';

export interface DoublePost {
  id: string;
  text: string;
  author_id: string;
  created_at: string;
  /** Counted for the page, and not on it: X filters after it has cut the page. */
  hidden?: boolean;
  [field: string]: unknown;
}

export interface DoubleUser {
  id: string;
  username: string;
  name: string;
  protected?: boolean;
  /** The problem of a look-up instead of the user. */
  problem?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface DoubleMedia {
  media_key: string;
  type: string;
  [field: string]: unknown;
}

type Answer = (request: Request) => Response | Promise<Response>;
type Endpoint = 'user' | 'timeline' | 'search' | 'posts' | 'usage';

export interface XApiDouble {
  url: string;
  token: string;
  users: DoubleUser[];
  /** Newest first. */
  posts: DoublePost[];
  media: DoubleMedia[];
  /** The parameters of each request, in order. */
  requests: { endpoint: Endpoint; params: Record<string, string> }[];
  /** What X would charge, in posts: each object once. A user counts as two. */
  billed(): number;
  /** Posts that were returned, each time. */
  served: number;
  /** Answers the next request to an endpoint instead; several are used in order. */
  next(endpoint: Endpoint, ...answers: Answer[]): void;
  stop(): void;
}

const PER_USER = 2;
const RANGES: Partial<Record<Endpoint, [number, number]>> = {
  timeline: [5, 100],
  search: [10, 100],
};
const DEFAULT_FIELDS = ['id', 'text', 'edit_history_tweet_ids'];

export function startXApiDouble(port = 0): XApiDouble {
  const waiting = new Map<Endpoint, Answer[]>();
  const bill = new Map<string, number>();
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    // Otherwise Bun prints the error of a stream that ends on purpose.
    development: false,
    async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname === '/double') return Response.json(stateOf(double));
      const route = routeOf(url.pathname);
      if (!route) return problem(404, { title: 'Not Found', detail: 'No such endpoint.' });
      const params = Object.fromEntries(url.searchParams);
      double.requests.push({ endpoint: route.endpoint, params });
      const scripted = waiting.get(route.endpoint)?.shift();
      if (scripted) return scripted(request);
      if (request.headers.get('authorization') !== `Bearer ${double.token}`) {
        return problem(401, { title: 'Unauthorized', detail: 'Unauthorized', type: 'about:blank' });
      }
      return respond(double, route, params, bill);
    },
  });
  const double: XApiDouble = {
    url: server.url.origin,
    token: 'AAAAAAAAAAAAAAAAAAAAAsynthetic-bearer-token',
    users: [],
    posts: [],
    media: [],
    requests: [],
    billed: () => [...bill.values()].reduce((sum, cost) => sum + cost, 0),
    served: 0,
    next: (endpoint, ...answers) =>
      waiting.set(endpoint, [...(waiting.get(endpoint) ?? []), ...answers]),
    stop: () => void server.stop(true),
  };
  return double;
}

function stateOf(double: XApiDouble) {
  return {
    billed: double.billed(),
    served: double.served,
    requests: double.requests.map(({ endpoint, params }) => ({ endpoint, params })),
  };
}

interface Route {
  endpoint: Endpoint;
  name?: string;
}

function routeOf(path: string): Route | undefined {
  const user = /^\/2\/users\/by\/username\/([^/]+)$/.exec(path);
  if (user) return { endpoint: 'user', name: decodeURIComponent(user[1] ?? '') };
  const timeline = /^\/2\/users\/(\d+)\/tweets$/.exec(path);
  if (timeline) return { endpoint: 'timeline', name: timeline[1] };
  if (path === '/2/tweets/search/recent') return { endpoint: 'search' };
  if (path === '/2/tweets') return { endpoint: 'posts' };
  return path === '/2/usage/tweets' ? { endpoint: 'usage' } : undefined;
}

type Params = Record<string, string>;

function respond(double: XApiDouble, route: Route, params: Params, bill: Map<string, number>) {
  const [min, max] = RANGES[route.endpoint] ?? [0, Number.POSITIVE_INFINITY];
  const size = Number(params.max_results ?? 10);
  if (size < min || size > max) {
    return invalid(
      `The \`max_results\` query parameter value [${size}] is not between ${min} and ${max}`,
    );
  }
  if (route.endpoint === 'usage') {
    return Response.json({ data: { project_usage: '1234', project_cap: '3000000' } });
  }
  if (route.endpoint === 'user') return userAnswer(double, route.name ?? '', params, bill);
  if (route.endpoint === 'posts') return postsAnswer(double, params, bill);
  const listed =
    route.endpoint === 'search' ? found(double, params) : timelineOf(double, route, params);
  if (!Array.isArray(listed)) return Response.json({ errors: [listed] });
  return pageAnswer(double, listed, size, params, bill);
}

function userAnswer(double: XApiDouble, name: string, params: Params, bill: Map<string, number>) {
  const user = double.users.find(({ username }) => username.toLowerCase() === name.toLowerCase());
  if (!user || user.problem) {
    const unknown = problemOf('Not Found Error', `Could not find user with username: [${name}].`);
    return Response.json({ errors: [{ ...unknown, parameter: 'username', ...user?.problem }] });
  }
  bill.set(`user ${user.id}`, PER_USER);
  return Response.json({ data: picked(user, ['id', 'name', 'username'], params['user.fields']) });
}

function postsAnswer(double: XApiDouble, params: Params, bill: Map<string, number>) {
  const ids = (params.ids ?? '').split(',');
  if (ids.length > 100) return invalid('The `ids` query parameter has more than 100 values');
  const posts = ids.flatMap((id) => double.posts.find((post) => post.id === id) ?? []);
  const errors = ids
    .filter((id) => !posts.some((post) => post.id === id))
    .map((id) => problemOf('Not Found Error', `Could not find tweet with ids: [${id}].`));
  return Response.json({
    ...answerOf(double, posts, params, bill),
    ...(errors.length > 0 && { errors }),
  });
}

function timelineOf({ users, posts }: XApiDouble, { name }: Route, { exclude = '' }: Params) {
  const user = users.find(({ id }) => id === name);
  if (user?.protected) {
    const detail = `Sorry, you are not authorized to see the user with id: [${name}].`;
    return {
      ...problemOf('Authorization Error', detail),
      type: `${PROBLEMS}not-authorized-for-resource`,
    };
  }
  if (!user) return problemOf('Not Found Error', `Could not find user with id: [${name}].`);
  return posts.filter((post) => {
    if (post.author_id !== user.id && post.listedBy !== user.id) return false;
    const types = referencesOf(post).map(({ type }) => type);
    if (exclude.includes('retweets') && types.includes('retweeted')) return false;
    const isReply = types.includes('replied_to') && post.in_reply_to_user_id !== user.id;
    return !(exclude.includes('replies') && isReply);
  });
}

/** Understands what the program sends: words and phrases joined by OR or spaces, and `-is:retweet`. */
function found({ posts }: XApiDouble, { query = '', start_time }: Params) {
  const isAny = query.startsWith('(');
  const words = query.replace(/ -is:retweet$/, '').replace(/^\(|\)$/g, '');
  const terms = (words.match(/"[^"]*"|[^\s"]+/g) ?? [])
    .filter((word) => word !== 'OR')
    .map((word) => word.replaceAll('"', '').toLowerCase());
  return posts.filter((post) => {
    const text = post.text.toLowerCase();
    const has = (term: string) => text.includes(term);
    if (start_time && post.created_at < start_time) return false;
    if (referencesOf(post).some(({ type }) => type === 'retweeted')) return false;
    return isAny ? terms.some(has) : terms.every(has);
  });
}

function pageAnswer(
  double: XApiDouble,
  listed: DoublePost[],
  size: number,
  params: Params,
  bill: Map<string, number>,
) {
  const token = params.pagination_token ?? params.next_token;
  const begin = token === undefined ? 0 : Number(/^token-(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(begin)) {
    return invalid(`The \`pagination_token\` query parameter value [${token}] is not valid`);
  }
  const end = begin + size;
  const page = listed.slice(begin, end).filter(({ hidden }) => !hidden);
  const next = end < listed.length ? { next_token: `token-${end}` } : {};
  return Response.json(
    {
      ...answerOf(double, page, params, bill),
      meta: { result_count: page.length, ...next },
    },
    { headers: { 'x-rate-limit-remaining': '299' } },
  );
}

function answerOf(
  double: XApiDouble,
  posts: DoublePost[],
  params: Params,
  bill: Map<string, number>,
) {
  const expansions = (params.expansions ?? '').split(',');
  const keys = posts.flatMap(
    ({ attachments }) => (attachments as { media_keys?: string[] })?.media_keys ?? [],
  );
  const media = expansions.includes('attachments.media_keys')
    ? keys.flatMap((key) => mediaOf(double).get(key) ?? [])
    : [];
  const authors = new Set(posts.map(({ author_id }) => author_id));
  const users = expansions.includes('author_id')
    ? double.users.filter(({ id }) => authors.has(id))
    : [];
  const ids = posts.flatMap(referencesOf).map(({ id }) => id);
  const tweets = expansions.includes('referenced_tweets.id')
    ? double.posts.filter(({ id }) => ids.includes(id))
    : [];
  double.served += posts.length + tweets.length;
  for (const { id } of [...posts, ...tweets]) bill.set(`post ${id}`, 1);
  for (const { id } of users) bill.set(`user ${id}`, PER_USER);
  const post = (item: DoublePost) => picked(item, DEFAULT_FIELDS, params['tweet.fields']);
  const includes = {
    ...(media.length > 0 && {
      media: media.map((item) => picked(item, ['media_key', 'type'], params['media.fields'])),
    }),
    ...(users.length > 0 && {
      users: users.map((item) => picked(item, ['id', 'name', 'username'], params['user.fields'])),
    }),
    ...(tweets.length > 0 && { tweets: tweets.map(post) }),
  };
  return {
    ...(posts.length > 0 && { data: posts.map(post) }),
    ...(Object.keys(includes).length > 0 && { includes }),
  };
}

const mediaByKey = new WeakMap<XApiDouble, Map<string, DoubleMedia>>();

/** By key; made anew when media were added. */
function mediaOf(double: XApiDouble): Map<string, DoubleMedia> {
  const known = mediaByKey.get(double);
  if (known?.size === double.media.length) return known;
  const media = new Map(double.media.map((item) => [item.media_key, item]));
  mediaByKey.set(double, media);
  return media;
}

function referencesOf(post: DoublePost): { type: string; id: string }[] {
  return (post.referenced_tweets as { type: string; id: string }[] | undefined) ?? [];
}

function picked(item: object, always: string[], asked = ''): object {
  const names = new Set([...always, ...asked.split(',')]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

const PROBLEMS = 'https://api.twitter.com/2/problems/';

function problemOf(title: string, detail: string) {
  return { title, detail, type: `${PROBLEMS}resource-not-found` };
}

/** A refusal as X sends it. */
export function problem(
  status: number,
  body: object,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ status, ...body }, { status, headers });
}

function invalid(message: string): Response {
  const detail = 'One or more parameters to your request was invalid.';
  return problem(400, {
    errors: [{ message, parameters: {} }],
    title: 'Invalid Request',
    detail,
    type: `${PROBLEMS}invalid-request`,
  });
}

/** The beginning of an answer; then the connection ends. */
export function cutAnswer(): Response {
  const body = new ReadableStream({
    async pull(controller) {
      controller.enqueue(new TextEncoder().encode('{"data":[{"id":"1","text":"The beg'));
      await Bun.sleep(5);
      controller.error(new Error('The connection is cut.'));
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

/** An account with plain posts about the given words, newest first, an hour apart. */
export function addAccount(
  double: XApiDouble,
  username: string,
  posts: number,
  { words = 'the sea', now = new Date() }: { words?: string; now?: Date } = {},
): DoubleUser {
  const number = double.users.length + 1;
  const user: DoubleUser = {
    id: `${1_000 + number}`,
    username,
    name: `${username} the example`,
    description: `Writes about ${words}.`,
    public_metrics: { followers_count: 10 * number, following_count: 5, tweet_count: posts },
  };
  double.users.push(user);
  const first = 1_900_000_000_000_000_000n + BigInt(number) * 1_000_000_000n;
  for (let index = 0; index < posts; index++) {
    const id = String(first + BigInt(posts - index));
    double.posts.push({
      id,
      text: `Post ${posts - index} of ${username} about ${words}`,
      author_id: user.id,
      conversation_id: id,
      created_at: new Date(now.getTime() - (index + 1) * 60_000).toISOString(),
      edit_history_tweet_ids: [id],
      lang: 'en',
      possibly_sensitive: false,
      public_metrics: { like_count: index, retweet_count: 1, reply_count: 0, quote_count: 0 },
    });
  }
  return user;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      posts: { type: 'string', default: '1000' },
      authors: { type: 'string', default: 'sea_example' },
    },
  });
  const double = startXApiDouble(Number(values.port));
  for (const author of values.authors.split(',')) {
    enrich(double, addAccount(double, author, Number(values.posts)));
  }
  console.log(double.url);
}
