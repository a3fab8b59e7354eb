import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { RateLimited, type Source } from '../../../src/sources/source.ts';
import { createXSource, parseQueryIds } from '../../../src/sources/x/index.ts';
import { COOKIES, type Scripted, someAccount } from '../../support/x_double.ts';
import { allOf, connectX, failureOf, postsOf, readAll, stopDoubles } from './cookie_source.ts';

afterAll(stopDoubles);

const accounts = [
  someAccount(45),
  someAccount(3, { id: '4003', username: 'shy_example', isProtected: true }),
  someAccount(3, { id: '4004', username: 'gone_example', suspended: true }),
  someAccount(3, { id: '4005', username: 'cross_example', blocksUs: true }),
];
const { x, source, double, live, db } = await connectX({ accounts });

afterEach(async () => {
  double.reset();
  db.run('DELETE FROM rate_limits');
  await live.credentials.replace('x', 'cookies', COOKIES);
});

const json = (code: number, message: string) => ({ errors: [{ code, message }] });

describe('an account that cannot be read', () => {
  test.each([
    ['nobody_example', 'NotFound', 'X has no user @nobody_example.'],
    ['gone_example', 'NotFound', 'X has suspended @gone_example.'],
    ['shy_example', 'Unauthorised', 'approved followers only'],
    ['cross_example', 'Unauthorised', '@cross_example has blocked the connected account.'],
  ])('%s: %s', async (username, name, words) => {
    const failure = await failureOf(allOf(postsOf(x, { username })));
    expect(failure).toMatchObject({ name, permanent: true });
    expect(failure.message).toContain(words);
  });

  test('is told when it is suspended in the middle of its listing', async () => {
    const [first] = await allOf(postsOf(x));
    const account = accounts[0] as (typeof accounts)[number];
    account.suspended = true;
    const failure = await failureOf(allOf(postsOf(source(), { cursor: first?.cursor })));
    account.suspended = false;
    expect(failure).toMatchObject({ name: 'NotFound' });
  });

  test('is not asked for without a name', async () => {
    expect(await failureOf(allOf(postsOf(x, { username: undefined })))).toMatchObject({
      name: 'NotFound',
    });
    expect(double.asked).toEqual([]);
  });
});

describe('an answer that is no page', () => {
  const cases: [string, Scripted, string, string][] = [
    ['5xx', { status: 503, body: 'busy' }, 'SourceUnavailable', 'status 503'],
    [
      'a web page with status 200',
      { body: '<!doctype html><title>Just a moment</title>' },
      'SourceUnavailable',
      'a web page instead of data (200)',
    ],
    [
      'a web page with status 403',
      { status: 403, body: '<html>Attention</html>' },
      'SourceUnavailable',
      'a web page instead of data (403)',
    ],
    ['an empty body', { body: '' }, 'SourceUnavailable', 'something else instead of data'],
    ['a body that is cut off', { cut: true }, 'SourceUnavailable', 'cannot be reached: '],
    [
      'errors with status 200',
      { body: json(131, 'Dependency: Internal error.') },
      'SourceUnavailable',
      'Dependency: Internal error. (131)',
    ],
    [
      'errors beside empty data',
      { body: { ...json(29, 'Timeout: Unspecified'), data: { user: {} } } },
      'SourceUnavailable',
      'Timeout: Unspecified (29)',
    ],
    [
      'data without a timeline',
      { body: { data: { user: {} } } },
      'SourceUnavailable',
      'without the posts of @ada_example',
    ],
    [
      'errors beside a timeline without contents',
      {
        body: {
          ...json(29, 'Timeout: Unspecified'),
          data: { user: { result: { __typename: 'User', timeline: { timeline: {} } } } },
        },
      },
      'SourceUnavailable',
      'without the posts of @ada_example',
    ],
    ['404', { status: 404, body: '' }, 'SourceUnavailable', 'query ids'],
    [
      'a redirect to another host',
      { status: 302, headers: { location: 'https://elsewhere.example/login' } },
      'SourceUnavailable',
      'redirected the request to elsewhere.example (302)',
    ],
    [
      'expired cookies',
      { status: 401, body: json(32, 'Could not authenticate you') },
      'Unauthorised',
      'does not accept the cookies',
    ],
    ['401 without words', { status: 401, body: '' }, 'Unauthorised', 'replace the cookies'],
    [
      'expired cookies with status 200',
      { body: json(32, 'Could not authenticate you') },
      'Unauthorised',
      'does not accept the cookies',
    ],
    [
      'a locked account',
      { status: 403, body: json(326, 'To protect our users …') },
      'Unauthorised',
      'has locked the connected account',
    ],
    ['403 with other errors', { status: 403, body: json(220, 'No') }, 'Unauthorised', '(403: No'],
  ];

  test.each(cases)('%s', async (_, script, name, words) => {
    double.script('UserTweets', 'answer', script);
    const pages = postsOf(x)[Symbol.asyncIterator]();
    expect((await pages.next()).value.items).toHaveLength(20);
    const failure = await failureOf(pages.next());
    expect(failure).toMatchObject({ name, permanent: name === 'Unauthorised' });
    expect(failure.message).toContain(words);
    const shown = Bun.inspect(failure);
    for (const secret of Object.values(COOKIES)) expect(shown).not.toContain(secret);
  });

  test('errors beside data are no failure: a quoted post may be gone', async () => {
    const partial = {
      data: { user: { result: { timeline: { timeline: { instructions: [] } } } } },
    };
    double.script('UserTweets', { body: { ...partial, ...json(144, 'No status found') } });
    expect((await readAll(postsOf(x))).items).toEqual([]);
  });
});

describe('a rate limit', () => {
  const resetIn = (seconds: number) => ({
    'x-rate-limit-limit': '150',
    'x-rate-limit-remaining': '0',
    'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + seconds),
  });

  async function retryAfter(script: Scripted): Promise<number> {
    double.script('UserTweets', script);
    const failure = await failureOf(allOf(postsOf(x)));
    expect(failure).toBeInstanceOf(RateLimited);
    const seconds = ((failure as RateLimited).retryAt.getTime() - Date.now()) / 1000;
    const held = await live.rateLimits.heldUntil('x:cookies:UserTweets');
    expect(held?.getTime()).toBe((failure as RateLimited).retryAt.getTime());
    return seconds;
  }

  test.each([
    ['the time that X names', { status: 429, headers: resetIn(300) }, 300],
    ['retry-after', { status: 429, headers: { 'retry-after': '120' } }, 120],
    ['15 minutes when X names none', { status: 429, body: 'slow down' }, 900],
    ['a time that has passed: soon', { status: 429, headers: resetIn(-50) }, 10],
    ['a time far away: a day at most', { status: 429, headers: resetIn(9_999_999) }, 86_400],
    ['code 88 with status 200', { body: json(88, 'Rate limit exceeded') }, 900],
  ] as [string, Scripted, number][])('%s', async (_, script, seconds) => {
    expect(Math.abs((await retryAfter(script)) - seconds)).toBeLessThan(5);
  });

  test('is kept before it is reached, when X says that this was the last request', async () => {
    double.script('UserTweets', 'answer');
    const pages = postsOf(x)[Symbol.asyncIterator]();
    await pages.next();
    double.script('UserTweets', { body: await secondPage(), headers: resetIn(400) });
    await pages.next();
    const failure = await failureOf(pages.next());
    expect(failure).toBeInstanceOf(RateLimited);
    const asked = double.asked.filter(({ operation }) => operation === 'UserTweets');
    expect(asked).toHaveLength(2);
  });

  async function secondPage(): Promise<unknown> {
    const variables = encodeURIComponent(
      JSON.stringify({ userId: '4001', count: 20, cursor: 'position-20' }),
    );
    const response = await fetch(
      `${double.url}/i/api/graphql/any/UserTweets?variables=${variables}`,
      {
        headers: {
          authorization: 'Bearer AAAA',
          cookie: `auth_token=${COOKIES.auth_token}; ct0=${COOKIES.ct0}`,
          'x-csrf-token': COOKIES.ct0,
        },
      },
    );
    double.asked.pop();
    return response.json();
  }
});

describe('a session', () => {
  test('that is no login gives Unauthorised, not an empty account', async () => {
    await live.credentials.replace('x', 'cookies', { ...COOKIES, auth_token: 'f'.repeat(40) });
    expect(await failureOf(allOf(postsOf(x)))).toMatchObject({
      name: 'Unauthorised',
      message: expect.stringContaining('replace the cookies on the Sources page'),
    });
    const searching = {
      terms: ['tides'],
      mode: 'latest' as const,
      signal: new AbortController().signal,
    };
    expect(await failureOf(allOf((x as Required<Source>).search(searching)))).toMatchObject({
      name: 'Unauthorised',
    });
  });

  test('that ends in the middle of a listing is no end of the posts', async () => {
    const pages = postsOf(x)[Symbol.asyncIterator]();
    await pages.next();
    double.cookies.auth_token = 'e'.repeat(40);
    expect(await failureOf(pages.next())).toMatchObject({ name: 'Unauthorised' });
  });

  test('that cannot be checked at the end, in an outage, is neither the end nor refused', async () => {
    double.script('settings.json', { status: 503, body: 'busy' });
    expect(await failureOf(allOf(postsOf(x)))).toMatchObject({
      name: 'SourceUnavailable',
      permanent: false,
    });
  });

  // The library passes over cookies without a domain.
  test.each([
    ['for all of x.com', ' Domain=.x.com;'],
    ['for the host only', ''],
  ])('keeps the ct0 that X replaces %s, for itself and for others', async (_, domain) => {
    const renewed = 'd'.repeat(32);
    const page = {
      headers: { 'set-cookie': `ct0=${renewed}; Max-Age=21600;${domain} Secure` },
    };
    double.script('UserByScreenName', {
      ...page,
      body: { data: { user: { result: { ...userOfDouble() } } } },
    });
    const pages = postsOf(x)[Symbol.asyncIterator]();
    double.cookies.ct0 = renewed;
    expect((await pages.next()).value.items).toHaveLength(20);
    expect(double.asked.at(-1)?.headers.get('x-csrf-token')).toBe(renewed);
    const stored = await live.credentials.readSession('x');
    expect(stored?.value).toEqual({ ...COOKIES, ct0: renewed });
    // Another process begins with it.
    expect((await readAll(postsOf(source()))).items).toHaveLength(45);
  });

  test('takes the ct0 that X sends along with a refusal, and asks again', async () => {
    const renewed = 'b'.repeat(32);
    double.script('UserTweets', {
      status: 403,
      body: json(353, 'This request requires a matching csrf cookie and header.'),
      headers: { 'set-cookie': `ct0=${renewed}; Path=/; Domain=.x.com; Secure` },
      effect: () => {
        double.cookies.ct0 = renewed;
      },
    });
    expect((await postsOf(x)[Symbol.asyncIterator]().next()).value.items).toHaveLength(20);
  });

  test('takes the ct0 that another process has stored meanwhile', async () => {
    const renewed = 'a'.repeat(32);
    const pages = postsOf(x)[Symbol.asyncIterator]();
    await pages.next();
    double.cookies.ct0 = renewed;
    await live.credentials.writeSession('x', { ...COOKIES, ct0: renewed }, 0);
    expect((await pages.next()).value.items).toHaveLength(20);
  });

  test('whose cookies do not belong together gives Unauthorised', async () => {
    await live.credentials.replace('x', 'cookies', { ...COOKIES, ct0: '9'.repeat(32) });
    expect(await failureOf(allOf(postsOf(x)))).toMatchObject({
      name: 'Unauthorised',
      message: expect.stringContaining('ct0'),
    });
  });

  test.each(['Max-Age=0', 'Max-Age=-1', 'Expires=Thu, 01 Jan 2015 00:00:00 GMT'])(
    'is not forgotten because X deletes a cookie: %s',
    async (how) => {
      const deletion = `auth_token=gone; ${how}; Domain=.x.com`;
      double.script('UserTweets', { status: 503, headers: { 'set-cookie': deletion } });
      await failureOf(allOf(postsOf(x)));
      expect(await live.credentials.readSession('x')).toBeUndefined();
    },
  );

  test('is tested by asking whose it is', async () => {
    const signal = new AbortController().signal;
    expect(await x.connection?.test(signal)).toBe('Connected as @reader_example');
    double.cookies.auth_token = 'e'.repeat(40);
    expect(await failureOf(x.connection?.test(signal) ?? Promise.resolve())).toMatchObject({
      name: 'Unauthorised',
    });
  });

  test('is missing until the user connects X', async () => {
    await live.credentials.remove('x');
    const failure = await failureOf(allOf(postsOf(x)));
    expect(failure).toMatchObject({ name: 'Unauthorised' });
    expect(failure.message).toContain('xgpt sources set x');
  });

  const userOfDouble = () => ({
    __typename: 'User',
    rest_id: '4001',
    core: { screen_name: 'ada_example', name: 'Ada Example' },
    legacy: { statuses_count: 45 },
  });
});

describe('an abort', () => {
  test('ends a request that hangs, with the reason of the signal', async () => {
    const stop = new AbortController();
    double.script('UserTweets', 'answer', { hang: true });
    const pages = postsOf(x, { signal: stop.signal })[Symbol.asyncIterator]();
    await pages.next();
    const reading = failureOf(pages.next());
    await Bun.sleep(20);
    const reason = new Error('cancelled by the test');
    stop.abort(reason);
    expect(await reading).toBe(reason);
  });

  test('before the next page asks for nothing', async () => {
    const stop = new AbortController();
    const pages = postsOf(x, { signal: stop.signal })[Symbol.asyncIterator]();
    await pages.next();
    const { length } = double.asked;
    const reason = new Error('cancelled by the test');
    stop.abort(reason);
    expect(await failureOf(pages.next())).toBe(reason);
    expect(double.asked).toHaveLength(length);
  });
});

test('nothing but the address of X is called, whatever the library wants', async () => {
  const called: string[] = [];
  const watched = {
    ...live,
    fetch: (async (input: URL, init: RequestInit) => {
      called.push(new URL(input).origin);
      return fetch(input, init);
    }) as unknown as typeof fetch,
  };
  const watchedX = createXSource({
    live: watched,
    url: double.url,
    apiUrl: 'http://127.0.0.1:1',
    gapMs: 0,
  }) as Required<Source>;
  await allOf(postsOf(watchedX));
  await allOf(watchedX.discover({ query: 'tides', signal: new AbortController().signal }));
  expect(new Set(called)).toEqual(new Set([double.url]));
});

test('ids of operations can be replaced by a setting', async () => {
  const queryIds = parseQueryIds('UserTweets=newId_1-x, SearchTimeline=other_id');
  await allOf(postsOf(source({ queryIds })));
  const { path } = double.asked.find(({ operation }) => operation === 'UserTweets') ?? {};
  expect(path).toBe('/i/api/graphql/newId_1-x/UserTweets');
});

test('a cursor of something else is refused', async () => {
  for (const cursor of ['', '{}', 'position-20', '{"cursor":""}']) {
    const failure = await failureOf(allOf(postsOf(x, { cursor })));
    expect(failure).toMatchObject({ name: 'Unreadable' });
  }
});
