import { parseArgs } from 'node:util';
import {
  cursorEntry,
  type itemEntry,
  tweetItem,
  tweetJson,
  userEntry,
  userJson,
  type XPost,
  type XUser,
} from './x_json.ts';

/**
 * A server that answers like the website of X, for invented people: its GraphQL operations by cookies, with
 * failures that a test scripts. As a process: `bun test/support/x_double.ts --port 4010`.
 */

export interface XAccount extends XUser {
  /** Newest first. Entries that are not posts are sent as they are. */
  posts: (XPost | TimelineEntry)[];
  /** Shown by "posts and replies" instead of `posts`. */
  withReplies?: (XPost | TimelineEntry)[];
  pinned?: XPost;
  suspended?: boolean;
  /** How many entries each page has. The last number counts for all further pages. */
  pages?: number[];
}

type TimelineEntry = ReturnType<typeof itemEntry> | { entryId: string; content: unknown };

/** How a timeline ends: X does each of these. */
export type Ending = 'cursors' | 'no cursor' | 'same cursor' | 'terminated';

export interface XDoubleOptions {
  port?: number;
  accounts?: XAccount[];
  /** Results of every search, newest first. */
  results?: (XPost | TimelineEntry)[];
  cookies?: { auth_token: string; ct0: string };
  ending?: Ending;
  /** The most entries of a page, whatever is asked for. Default: 20. */
  pageSize?: number;
}

/** An answer that a test has scripted. `cut` sends half of its body, `hang` nothing at all. */
export interface Scripted {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  cut?: boolean;
  hang?: boolean;
  /** What changes on the server with this answer. */
  effect?: () => void;
}

export interface AskedOfX {
  operation: string;
  path: string;
  queryId: string;
  variables: Record<string, unknown>;
  headers: Headers;
}

export const COOKIES = {
  auth_token: '0123456789abcdef0123456789abcdef01234567',
  ct0: 'c70c70c70c70c70c70c70c70c70c70c7',
};

const MAX_RECORDED = 10_000;

export function startXDouble(options: XDoubleOptions = {}) {
  const { accounts = [], results = [], pageSize = 20 } = options;
  const cookies = { ...(options.cookies ?? COOKIES) };
  const asked: AskedOfX[] = [];
  const scripts = new Map<string, (Scripted | 'answer')[]>();
  const hanging = new Set<AbortController>();
  let ending = options.ending ?? 'cursors';

  const server = Bun.serve({
    port: options.port ?? 0,
    hostname: '127.0.0.1',
    idleTimeout: 120,
    fetch: (request) => answer(request),
  });

  async function answer(request: Request): Promise<Response> {
    const question = await read(request);
    if (asked.length < MAX_RECORDED) asked.push(question);
    const script = scripts.get(question.operation)?.shift();
    if (script && script !== 'answer') return scripted(script, request);
    const json = answerTo(question);
    return json instanceof Response ? json : Response.json(json);
  }

  function scripted(script: Scripted, request: Request): Promise<Response> | Response {
    script.effect?.();
    if (script.hang) return hang(request);
    if (script.cut) return cutAnswer();
    const { status = 200, headers, body = '' } = script;
    if (typeof body === 'string') return new Response(body, { status, headers });
    return Response.json(body, { status, headers });
  }

  function hang(request: Request): Promise<Response> {
    const ended = new AbortController();
    hanging.add(ended);
    return new Promise((resolve) => {
      const end = () => resolve(new Response(null, { status: 500 }));
      request.signal.addEventListener('abort', end);
      ended.signal.addEventListener('abort', end);
    });
  }

  function answerTo({ operation, variables, headers }: AskedOfX): unknown {
    const login = loginOf(headers, cookies);
    if (login === 'csrf') {
      return errors(403, 353, 'This request requires a matching csrf cookie and header.');
    }
    switch (operation) {
      case 'UserByScreenName':
        return userAnswer(accounts, String(variables.screen_name));
      case 'UserTweets':
      case 'UserTweetsAndReplies':
        return timelineAnswer(accounts, operation, variables, login === 'in', { ending, pageSize });
      case 'SearchTimeline':
        if (login !== 'in') return errors(401, 32, 'Could not authenticate you');
        return searchAnswer(accounts, results, variables, { ending, pageSize });
      case 'settings.json':
        if (login !== 'in') return errors(401, 32, 'Could not authenticate you');
        return { screen_name: 'reader_example', protected: false, language: 'en' };
      default:
        return new Response('', { status: 404 });
    }
  }

  return {
    url: `http://127.0.0.1:${server.port}`,
    asked,
    cookies,
    /** The next answers to an operation; `answer` is an ordinary one. */
    script(operation: string, ...answers: (Scripted | 'answer')[]): void {
      scripts.set(operation, [...(scripts.get(operation) ?? []), ...answers]);
    },
    endWith(how: Ending): void {
      ending = how;
    },
    /** Forgets the requests and the scripts. */
    reset(): void {
      asked.length = 0;
      scripts.clear();
      ending = options.ending ?? 'cursors';
      Object.assign(cookies, options.cookies ?? COOKIES);
    },
    async stop(): Promise<void> {
      for (const ended of hanging) ended.abort();
      await server.stop(true);
    },
  };
}

export type XDouble = ReturnType<typeof startXDouble>;

/** A GraphQL operation, or the last part of another path. */
async function read(request: Request): Promise<AskedOfX> {
  const { pathname, searchParams } = new URL(request.url);
  const parts = pathname.split('/');
  const isGraphql = parts.at(-3) === 'graphql';
  const { variables = JSON.parse(searchParams.get('variables') ?? '{}') } =
    request.method === 'POST' ? ((await request.json()) as Partial<AskedOfX>) : {};
  return {
    operation: parts.at(-1) ?? '',
    path: pathname,
    queryId: isGraphql ? (parts.at(-2) ?? '') : '',
    variables,
    headers: request.headers,
  };
}

/** `out` without the cookies of a login, `csrf` when ct0 is not the one that belongs to it. */
function loginOf(headers: Headers, cookies: typeof COOKIES): 'in' | 'out' | 'csrf' {
  const sent = headers.get('cookie') ?? '';
  const hasBearer = headers.get('authorization')?.startsWith('Bearer AAAA');
  if (!hasBearer || !sent.includes(`auth_token=${cookies.auth_token}`)) return 'out';
  const matches =
    sent.includes(`ct0=${cookies.ct0}`) && headers.get('x-csrf-token') === cookies.ct0;
  return matches ? 'in' : 'csrf';
}

function errors(status: number, code: number, message: string): Response {
  return Response.json({ errors: [{ code, message }] }, { status });
}

function userAnswer(accounts: XAccount[], username: string): unknown {
  const account = accounts.find((one) => one.username.toLowerCase() === username.toLowerCase());
  if (!account) return { data: {} };
  const result = account.suspended ? unavailableUser() : userJson(account, statusesOf(account));
  return { data: { user: { result } } };
}

function unavailableUser() {
  return { __typename: 'UserUnavailable', message: 'User is suspended', reason: 'Suspended' };
}

function statusesOf({ statuses, posts, withReplies }: XAccount): number {
  return statuses ?? (withReplies ?? posts).length;
}

/** Without a login, and for posts that are not for the connected account, X sends an empty timeline. */
function timelineAnswer(
  accounts: XAccount[],
  operation: string,
  variables: Record<string, unknown>,
  isLoggedIn: boolean,
  { ending, pageSize }: Paging,
): unknown {
  const account = accounts.find(({ id }) => id === variables.userId);
  if (!account) return { data: { user: {} } };
  if (account.suspended) return { data: { user: { result: unavailableUser() } } };
  if (!isLoggedIn || account.isProtected || account.blocksUs) {
    return { data: { user: { result: { __typename: 'User', timeline: { timeline: {} } } } } };
  }
  const all = operation === 'UserTweets' ? account.posts : (account.withReplies ?? account.posts);
  const { entries, start, end } = slice(
    all,
    account.pages ?? [sizeOf(variables, pageSize)],
    variables.cursor,
  );
  const cursors = cursorsOf(start, end, all.length, variables.cursor, ending);
  const pinned =
    start === 0 && account.pinned
      ? [{ type: 'TimelinePinEntry', entry: toEntry(account.pinned, account) }]
      : [];
  const instructions = [
    { type: 'TimelineClearCache' },
    ...pinned,
    {
      type: 'TimelineAddEntries',
      entries: [...entries.map((entry) => toEntry(entry, account)), ...cursors],
    },
    ...terminated(end, all.length, ending),
  ];
  const timeline = { timeline: { instructions, metadata: { scribeConfig: { page: 'profile' } } } };
  return { data: { user: { result: { __typename: 'User', timeline } } } };
}

/** The first page brings its cursors as entries, later ones as replacements of these. */
function searchAnswer(
  accounts: XAccount[],
  results: (XPost | TimelineEntry)[],
  variables: Record<string, unknown>,
  { ending, pageSize }: Paging,
): unknown {
  const all = variables.product === 'People' ? accounts.map(userEntry) : results;
  const { entries, start, end } = slice(all, [sizeOf(variables, pageSize)], variables.cursor);
  const cursors = cursorsOf(start, end, all.length, variables.cursor, ending);
  const added = entries.map((entry) => toEntry(entry));
  const isFirst = start === 0;
  const instructions = [
    { type: 'TimelineAddEntries', entries: isFirst ? [...added, ...cursors] : added },
    ...(isFirst ? [] : cursors).map((entry) => ({
      type: 'TimelineReplaceEntry',
      entry_id_to_replace: entry.entryId,
      entry,
    })),
    ...terminated(end, all.length, ending),
  ];
  return { data: { search_by_raw_query: { search_timeline: { timeline: { instructions } } } } };
}

function toEntry(entry: XPost | TimelineEntry, owner?: XUser): TimelineEntry {
  if ('entryId' in entry) return entry;
  return {
    entryId: `tweet-${entry.id}`,
    content: {
      entryType: 'TimelineTimelineItem',
      __typename: 'TimelineTimelineItem',
      itemContent: tweetItem(tweetJson(entry, owner)),
    },
  };
}

interface Paging {
  ending: Ending;
  pageSize: number;
}

function sizeOf({ count }: Record<string, unknown>, most: number): number {
  return Math.min(Number(count), most);
}

/** A cursor is the position after its page. */
function slice<Entry>(all: Entry[], sizes: number[], cursor: unknown) {
  const start = cursor === undefined ? 0 : Number(String(cursor).replace(/^position-/, ''));
  const last = sizes.at(-1) as number;
  let page = 0;
  for (let pageStart = 0; pageStart < start && page < sizes.length; page++) {
    pageStart += sizes[page] ?? last;
  }
  const end = Math.min(all.length, start + (sizes[page] ?? last));
  return { entries: all.slice(start, end), start, end };
}

function cursorsOf(
  start: number,
  end: number,
  length: number,
  asked: unknown,
  ending: Ending,
): ReturnType<typeof cursorEntry>[] {
  const top = cursorEntry('Top', `top-${start}`);
  const bottom = cursorEntry('Bottom', `position-${end}`);
  if (end < length || ending === 'cursors') return [top, bottom];
  // The last page leads to itself.
  if (ending === 'same cursor') return [top, cursorEntry('Bottom', String(asked ?? 'position-0'))];
  return ending === 'terminated' ? [top, bottom] : [top];
}

function terminated(end: number, length: number, ending: Ending) {
  if (ending !== 'terminated' || end < length) return [];
  return [{ type: 'TimelineTerminateTimeline', direction: 'Bottom' }];
}

/** Breaks off in the middle of its body. */
function cutAnswer(): Response {
  const half = new TextEncoder().encode('{"data":{"user":{"result":{"__typename":"Us');
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(half);
      await Bun.sleep(5);
      controller.error();
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

/** An account with invented posts, newest first, an hour apart. */
export function someAccount(count: number, more: Partial<XAccount> = {}): XAccount {
  const newest = Date.parse('2026-05-04T09:30:00Z');
  const firstId = 1_900_000_000_000_000_000n + BigInt(more.id ?? 0) * 1_000_000n;
  const posts = Array.from({ length: count }, (_, index) => ({
    id: String(firstId - BigInt(index)),
    text: `Note ${count - index} about the tide pools`,
    createdAt: new Date(newest - index * 3_600_000),
  }));
  return { id: '4001', username: 'ada_example', name: 'Ada Example', posts, ...more };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      posts: { type: 'string', default: '60' },
      authors: { type: 'string', default: 'ada_example,ben_example' },
    },
  });
  const accounts = values.authors.split(',').map((username, index) =>
    someAccount(Number(values.posts), {
      id: String(4001 + index),
      username,
      name: `Synthetic ${index + 1}`,
      bio: 'Writes about tide pools.',
    }),
  );
  const results = accounts.flatMap((author) =>
    author.posts.slice(0, 20).map((post) => ({ ...(post as XPost), author })),
  );
  const { url } = startXDouble({
    port: Number(values.port),
    accounts,
    results,
    pageSize: 100,
  });
  // Programs that start it read the first line.
  console.log(url);
  console.log(
    `It answers like X, with ${accounts.map(({ username }) => `@${username}`).join(', ')}.`,
  );
  console.log(`Its cookies: auth_token=${COOKIES.auth_token} ct0=${COOKIES.ct0}`);
}
