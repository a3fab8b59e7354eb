import tls from 'node:tls';
import type { Scraper, SearchMode } from '@the-convocation/twitter-scraper';

/** What is asked of X. Each operation has a rate limit of its own. */
export type Question =
  | { operation: 'UserByScreenName'; username: string }
  | { operation: 'UserTweets' | 'UserTweetsAndReplies'; userId: string; cursor?: string }
  | { operation: 'SearchTimeline'; query: string; product: Product; cursor?: string }
  /** Whose cookies they are. The library has no such request: it lends the headers of another one. */
  | { operation: 'AccountSettings' };

export type Product = 'Latest' | 'Top' | 'People';

/** The ids in the addresses of X's GraphQL operations, by operation. */
export type QueryIds = Partial<Record<string, string>>;

export interface Cookies {
  auth_token: string;
  ct0: string;
}

/** An answer of X, read to its end. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
}

export interface LibraryOptions {
  cookies: Cookies;
  url: string;
  queryIds: QueryIds;
  fetch: typeof fetch;
}

/** Sends questions, one at a time. */
export interface Library {
  /** @throws what the request throws, or the signal's reason. */
  ask(question: Question, signal: AbortSignal): Promise<RawAnswer>;
  replaceCookies(cookies: Cookies): Promise<void>;
}

/**
 * Posts or people per request. X gives more posts of an author than the 20 that its website asks for, which
 * saves requests; the library asks for 40 at most together with replies.
 */
const PAGE_SIZES = { UserTweets: 100, UserTweetsAndReplies: 40, SearchTimeline: 20 };

/** X answers in a second or two. */
const TIMEOUT_MS = 60_000;

const MODES: Record<Product, SearchMode> = { Top: 0, Latest: 1, People: 4 };

/**
 * Loads the scraper library and lets it ask: it knows the addresses, features and headers of the website.
 * The answers are taken in its `fetch`, and it gets an empty one: its readers would lose and mix up posts
 * (it gives those of others as the user's, cuts long ones and repeats from the beginning without a cursor),
 * and it would wait for a rate limit without an end.
 *
 * The only host that is ever called is that of `url`. Whatever else the library tries, such as the
 * activation of a guest token, throws.
 */
export async function openLibrary(options: LibraryOptions): Promise<Library> {
  const library = await import('@the-convocation/twitter-scraper');
  let current: Call | undefined;
  const take = async (input: unknown, init: RequestInit = {}) => {
    if (!current || current.answer) {
      throw new Error('The scraper library sent a request of its own.');
    }
    const address = addressOf(String(input), current.question, options);
    current.answer = await send(options.fetch, address, init, current.signal);
    return nothing(current.answer);
  };
  const scraper = new library.Scraper({
    rateLimitStrategy: new library.ErrorRateLimitStrategy(),
    fetch: take as typeof fetch,
  });
  const replaceCookies = ({ auth_token, ct0 }: Cookies) =>
    scraper.setCookies([
      `auth_token=${auth_token}; Domain=x.com; Path=/; Secure; HttpOnly`,
      `ct0=${ct0}; Domain=x.com; Path=/; Secure`,
    ]);
  await replaceCookies(options.cookies);

  return {
    replaceCookies,
    async ask(question, signal) {
      signal.throwIfAborted();
      const call: Call = { question, signal };
      current = call;
      const ciphers = tls.DEFAULT_CIPHERS;
      // It fails on the empty answer, which does not matter once the real one is there.
      const failure = await start(scraper, question).then(
        () => undefined,
        (error: unknown) => error ?? new Error('The request failed.'),
      );
      // Version 0.22.3 shuffles the ciphers of the whole process before each request.
      tls.DEFAULT_CIPHERS = ciphers;
      current = undefined;
      if (call.answer) return call.answer;
      signal.throwIfAborted();
      throw failure ?? new Error('The scraper library sent no request.');
    },
  };
}

/** The question that the library sends now, and the answer to it. */
interface Call {
  question: Question;
  signal: AbortSignal;
  answer?: RawAnswer;
}

function start(scraper: Scraper, question: Question): Promise<unknown> {
  switch (question.operation) {
    case 'UserByScreenName':
      return scraper.getProfile(question.username);
    case 'AccountSettings':
      return scraper.getProfile('x');
    case 'UserTweets':
      return scraper.getTweetsByUserId(question.userId, PAGE_SIZES.UserTweets).next();
    case 'UserTweetsAndReplies':
      return scraper
        .getTweetsAndRepliesByUserId(question.userId, PAGE_SIZES.UserTweetsAndReplies)
        .next();
    case 'SearchTimeline': {
      const { query, product, cursor } = question;
      return product === 'People'
        ? scraper.fetchSearchProfiles(query, PAGE_SIZES.SearchTimeline, cursor)
        : scraper.fetchSearchTweets(query, PAGE_SIZES.SearchTimeline, MODES[product], cursor);
    }
  }
}

/**
 * The library's address below our own, with the cursor, which some of its methods do not take.
 * @throws when the library calls anything but the operation that was asked for.
 */
function addressOf(address: string, question: Question, { url, queryIds }: LibraryOptions): URL {
  const asked = new URL(address);
  const [, id, operation] = asked.pathname.match(/\/graphql\/([\w-]+)\/(\w+)$/) ?? [];
  const expected =
    question.operation === 'AccountSettings' ? 'UserByScreenName' : question.operation;
  if (!id || operation !== expected) {
    throw new Error(`The scraper library tried to call ${asked.host}${asked.pathname}.`);
  }
  const base = url.endsWith('/') ? url : `${url}/`;
  if (question.operation === 'AccountSettings') {
    return new URL('i/api/1.1/account/settings.json', base);
  }
  const ours = new URL(`i/api/graphql/${queryIds[operation] ?? id}/${operation}`, base);
  ours.search = asked.search;
  if ('userId' in question && question.cursor !== undefined) {
    const variables = JSON.parse(asked.searchParams.get('variables') ?? '{}');
    ours.searchParams.set('variables', JSON.stringify({ ...variables, cursor: question.cursor }));
  }
  return ours;
}

/** Reads the answer to its end. A redirect is not followed: it could lead to another host. */
async function send(
  fetch: LibraryOptions['fetch'],
  address: URL,
  { method, headers, body }: RequestInit,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const ending = new AbortController();
  const abort = () => ending.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const timeout = setTimeout(
    () => ending.abort(new Error(`X did not answer within ${TIMEOUT_MS / 1000} s.`)),
    TIMEOUT_MS,
  );
  try {
    const response = await fetch(address, {
      method,
      headers: { ...plain(headers), 'sec-fetch-site': 'same-origin' },
      body: body ?? undefined,
      redirect: 'manual',
      signal: ending.signal,
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } finally {
    clearTimeout(timeout);
    signal.removeEventListener('abort', abort);
  }
}

/** The library has a `Headers` of its own, which `fetch` does not know. */
function plain(headers: RequestInit['headers']): Record<string, string> {
  return Object.fromEntries((headers as Headers).entries());
}

/** An answer without contents, with the cookies of the real one. */
function nothing({ headers }: RawAnswer): Response {
  const empty = new Response('{}', { headers: { 'content-type': 'application/json' } });
  for (const cookie of headers.getSetCookie()) empty.headers.append('set-cookie', cookie);
  return empty;
}
