import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  BudgetSpent,
  NotFound,
  RateLimited,
  SourceUnavailable,
  Unauthorised,
  Unreadable,
} from '../../../src/sources/source.ts';
import { addAccount, cutAnswer, problem } from '../../support/x_api_double.ts';
import { idsOf, type Reading, setupReading } from './api_reading.ts';

const PROBLEMS = 'https://api.twitter.com/2/problems/';
const NOW = new Date('2026-11-20T10:00:30.000Z');

let reading: Reading;

beforeEach(async () => {
  reading = await setupReading({ now: () => NOW });
});

afterEach(() => reading.stop());

async function failureOf(listing: Promise<unknown>): Promise<Error> {
  return listing.then(
    () => {
      throw new Error('It did not fail.');
    },
    (error) => error as Error,
  );
}

const budget = () => reading.live.budgets.read('x');
const asked = () => reading.double.requests.map(({ endpoint }) => endpoint);

describe('an account that X’s API does not show', () => {
  test.each([
    [
      'unknown or renamed',
      {},
      NotFound,
      'There is no user @gone_example on X. A renamed account is found by its new name.',
    ],
    [
      'suspended',
      { title: 'Forbidden', detail: 'User has been suspended: [gone_example].' },
      NotFound,
      'X has suspended @gone_example.',
    ],
    [
      'hidden from the app',
      { type: `${PROBLEMS}not-authorized-for-resource`, detail: 'Sorry, you are not authorized.' },
      Unauthorised,
      'The posts of @gone_example are protected. X’s official API shows public posts only.',
    ],
    [
      'not found because of a fault of X',
      { type: `${PROBLEMS}internal-error`, detail: 'Something broke' },
      SourceUnavailable,
      'X answered without data: Something broke.',
    ],
  ])('because it is %s', async (_, given, kind, message) => {
    const user = addAccount(reading.double, 'gone_example', 5);
    user.problem = given;
    const error = await failureOf(reading.posts({ username: 'gone_example' }));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toBe(message);
    expect(await budget()).toMatchObject({ posts: 0 });
  });

  test('because it is protected costs the look-up, and no page is requested', async () => {
    addAccount(reading.double, 'sea_example', 5).protected = true;
    const error = await failureOf(reading.posts());
    expect(error).toBeInstanceOf(Unauthorised);
    expect(error.message).toContain('@sea_example are protected');
    expect(asked()).toEqual(['user']);
    expect(await budget()).toMatchObject({ posts: 2, requests: 1 });
  });

  test('because it was protected or removed in the middle of a listing', async () => {
    const user = addAccount(reading.double, 'sea_example', 150);
    const [first] = await reading.posts();
    reading.double.users.splice(0);
    const gone = await failureOf(reading.posts({ cursor: first?.cursor }));
    expect(gone.message).toBe('@sea_example is gone from X. The posts read so far are kept.');
    reading.double.users.push({ ...user, protected: true });
    expect(await failureOf(reading.posts({ cursor: first?.cursor }))).toBeInstanceOf(Unauthorised);
  });
});

describe('a refusal of X’s API', () => {
  test.each([
    [401, { title: 'Unauthorized' }, Unauthorised, /bearer token\. Replace it on the Sources page/],
    [
      402,
      {
        title: 'Payment Required',
        type: `${PROBLEMS}credits-depleted`,
        detail: 'credits depleted',
      },
      Unauthorised,
      /no credits left: credits depleted\. Add credits/,
    ],
    [402, '', Unauthorised, /no credits left\. Add credits/],
    [
      403,
      {
        title: 'Client Forbidden',
        type: `${PROBLEMS}client-forbidden`,
        reason: 'client-not-enrolled',
        detail: 'Use an app of a project.',
      },
      Unauthorised,
      /may not make this request: Use an app of a project\. Check its project/,
    ],
    [
      403,
      { title: 'SpendCapReached', detail: 'Your billing cycle spend cap is reached.' },
      Unauthorised,
      /own limit of this developer account is reached: Your billing cycle/,
    ],
    [
      403,
      { title: 'Forbidden', detail: 'Forbidden' },
      Unauthorised,
      /X refused the request: Forbidden\./,
    ],
    [
      429,
      { title: 'UsageCapExceeded', detail: 'Usage cap exceeded: Monthly product cap' },
      Unauthorised,
      /own limit of this developer account/,
    ],
    [
      400,
      { title: 'Invalid Request', detail: 'The query is odd.' },
      Unreadable,
      /X does not accept the request: The query is odd\./,
    ],
    [500, { title: 'Internal Error' }, SourceUnavailable, /X answered with status 500\./],
    [503, '<html>over capacity</html>', SourceUnavailable, /X answered with status 503\./],
    [404, '<html>no such page</html>', SourceUnavailable, /status 404/],
    [200, '<html>sign in</html>', SourceUnavailable, /something other than JSON/],
    [200, '[]', SourceUnavailable, /something other than JSON/],
  ])('with status %p and %p is told and not charged', async (status, body, kind, message) => {
    addAccount(reading.double, 'sea_example', 5);
    reading.double.next('timeline', () =>
      typeof body === 'string' ? new Response(body, { status }) : problem(status, body),
    );
    const error = await failureOf(reading.posts());
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain(reading.double.token);
    // The look-up of the author only.
    expect(await budget()).toMatchObject({ posts: 2, requests: 2 });
  });

  test('of a cursor says that the listing has to start again', async () => {
    addAccount(reading.double, 'sea_example', 150);
    const [first] = await reading.posts();
    const cursor = JSON.stringify({ ...JSON.parse(first?.cursor ?? ''), token: 'expired' });
    const error = await failureOf(reading.posts({ cursor }));
    expect(error).toBeInstanceOf(Unreadable);
    expect(error.message).toContain('Start it again.');
    const foreign = await failureOf(reading.posts({ cursor: 'from-cookies' }));
    expect(foreign).toBeInstanceOf(Unreadable);
  });

  test('in a burst passes: the same listing then is read whole', async () => {
    addAccount(reading.double, 'sea_example', 150);
    const busy = () => new Response('busy', { status: 503 });
    reading.double.next('timeline', busy, busy, busy);
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(await failureOf(reading.posts())).toBeInstanceOf(SourceUnavailable);
    }
    expect(idsOf(await reading.posts())).toHaveLength(150);
  });
});

describe('a rate limit of X’s API', () => {
  const at = (iso: string) => String(new Date(iso).getTime() / 1000);

  test('holds until the time that X names', async () => {
    addAccount(reading.double, 'sea_example', 5);
    const headers = { 'x-rate-limit-reset': at('2026-11-20T10:05:00Z') };
    reading.double.next('timeline', () => problem(429, { title: 'Too Many Requests' }, headers));
    const error = await failureOf(reading.posts());
    expect(error).toBeInstanceOf(RateLimited);
    expect((error as RateLimited).retryAt).toEqual(new Date('2026-11-20T10:05:00.000Z'));
    expect(error.message).toBe('Rate limited by X, goes on at 10:05 UTC.');
    // No request is made before, by any job.
    const before = asked().length;
    expect(await failureOf(reading.posts())).toBeInstanceOf(RateLimited);
    expect(asked().slice(before)).toEqual(['user']);
    // Two look-ups of the author, and nothing for requests that were not made.
    expect(await budget()).toMatchObject({ posts: 4 });
    expect(await reading.live.rateLimits.heldUntil('x:api:search')).toBeUndefined();
  });

  test('without headers holds for X’s window of 15 minutes', async () => {
    addAccount(reading.double, 'sea_example', 5);
    reading.double.next('timeline', () => new Response('slow down', { status: 429 }));
    const error = await failureOf(reading.posts());
    expect((error as RateLimited).retryAt).toEqual(new Date('2026-11-20T10:15:30.000Z'));
  });

  test('is kept to before X refuses: the last request of a window holds the next', async () => {
    addAccount(reading.double, 'sea_example', 5);
    const headers = {
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': at('2026-11-20T10:05:00Z'),
    };
    reading.double.next('timeline', () =>
      Response.json({ meta: { result_count: 0 } }, { headers }),
    );
    await reading.posts();
    expect(await failureOf(reading.posts())).toBeInstanceOf(RateLimited);
  });
});

describe('a connection to X’s API', () => {
  test('that is cut in mid-body is an outage, and stays reserved: X may have charged', async () => {
    addAccount(reading.double, 'sea_example', 50);
    reading.double.next('timeline', cutAnswer);
    const error = await failureOf(reading.posts({ wanted: 50 }));
    expect(error).toBeInstanceOf(SourceUnavailable);
    expect(await budget()).toMatchObject({ posts: 52 });
    reading.double.next('timeline', () => new Response('{"data":[{"id":"1","text":"The beg'));
    expect(await failureOf(reading.posts({ wanted: 50 }))).toBeInstanceOf(SourceUnavailable);
    expect(idsOf(await reading.posts())).toHaveLength(50);
  });

  test('that cannot be made is an outage', async () => {
    addAccount(reading.double, 'sea_example', 50);
    reading.double.stop();
    const error = await failureOf(reading.posts());
    expect(error).toBeInstanceOf(SourceUnavailable);
    expect(error.message).toMatch(
      /^X \(127\.0\.0\.1:\d+\) cannot be reached: it refuses the connection\.$/,
    );
  });

  test('is aborted in mid-page with the reason of the signal', async () => {
    addAccount(reading.double, 'sea_example', 50);
    const stop = new AbortController();
    const reason = new Error('The job was cancelled.');
    reading.double.next('timeline', async () => {
      stop.abort(reason);
      await Bun.sleep(20);
      return Response.json({});
    });
    expect(await failureOf(reading.posts({ signal: stop.signal }))).toBe(reason);
  });

  test('is aborted in mid-body with the reason of the signal', async () => {
    addAccount(reading.double, 'sea_example', 50);
    const stop = new AbortController();
    const reason = new Error('The job was cancelled.');
    const body = new ReadableStream({
      async pull(controller) {
        controller.enqueue(new TextEncoder().encode('{"data":['));
        await Bun.sleep(10);
        stop.abort(reason);
        await Bun.sleep(500);
      },
    });
    reading.double.next('timeline', () => new Response(body));
    expect(await failureOf(reading.posts({ signal: stop.signal }))).toBe(reason);
  });
});

describe('the test of a connection', () => {
  const { signal } = new AbortController();

  test('costs nothing, and tells what X has counted', async () => {
    expect(await reading.client.test(signal)).toBe(
      'Connected to the official API. X has counted 1,234 of 3,000,000 posts this month.',
    );
    expect(await budget()).toMatchObject({ posts: 0, requests: 0 });
  });

  test('fails with a token that X does not know', async () => {
    reading.double.token = 'another';
    expect(await failureOf(reading.client.test(signal))).toBeInstanceOf(Unauthorised);
  });
});

test('without a budget no request is made, and the message says how to set one', async () => {
  await reading.live.budgets.setCap('x', undefined);
  for (const listing of [reading.posts(), reading.search()]) {
    const error = await failureOf(listing);
    expect(error).toBeInstanceOf(BudgetSpent);
    expect(error.message).toContain('X charges $0.005 for each post, and no budget is set.');
    expect(error.message).toContain('xgpt sources budget x');
  }
  expect(asked()).toEqual([]);
});
