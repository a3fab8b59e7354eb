import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { RateLimited, SourceUnavailable } from '../../../src/sources/source.ts';
import {
  type BlueskyDouble,
  type Fault,
  startBlueskyDouble,
} from '../../support/bluesky_double.ts';
import { until } from '../../support/wait.ts';
import { failureOf, freshLive, readAll, sourceOf, TIMING, wanted } from './reading.ts';

let double: BlueskyDouble;
beforeAll(async () => {
  double = await startBlueskyDouble();
  double.world.postMany(double.world.account('ada.example'), 250);
});
afterAll(() => double.stop());
beforeEach(() => double.behave());

/** The second page of a feed fails; a profile and a page come before it. */
const atSecondPage = (fault: Fault, times = Number.POSITIVE_INFINITY) => {
  let left = times;
  double.behave(({ params }) => (params.has('cursor') && left-- > 0 ? fault : undefined));
};

const listing = (signal?: AbortSignal) =>
  sourceOf(double).posts(wanted('ada.example', signal && { signal }));

describe('an answer that is none', () => {
  test.each<[string, Fault, string]>([
    ['500', { status: 500 }, 'HTTP 500'],
    [
      '502 with a page',
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' },
      'HTTP 502',
    ],
    ['504', { status: 504 }, 'HTTP 504'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'HTTP 302'],
    ['a page with status 200', 'html', 'something other than data'],
    ['a body cut off', 'cut', 'Bluesky'],
    ['no JSON', { status: 200, body: '{"feed": [' }, 'cut off or damaged'],
    ['null', { status: 200, body: 'null' }, 'without a list'],
    ['no list', { status: 200, body: { feed: 'none' } }, 'without a list'],
    ['silence', 'silence', 'did not answer within 1 s'],
    [
      'an unknown refusal',
      { status: 418, body: { error: 'Teapot', message: 'Short and stout' } },
      'HTTP 418, Teapot: Short and stout',
    ],
  ])('%s: a retry may help', async (_, fault, message) => {
    atSecondPage(fault);
    const timeoutMs = fault === 'silence' ? 200 : TIMING.timeoutMs;
    const source = sourceOf(double, freshLive(), { timeoutMs });
    const failure = await failureOf(source.posts(wanted('ada.example')));
    expect(failure).toBeInstanceOf(SourceUnavailable);
    expect(failure.message).toContain(message);
  });

  test('a server that cannot be reached', async () => {
    const closed = await startBlueskyDouble();
    await closed.stop();
    const failure = await failureOf(sourceOf(closed).posts(wanted('ada.example')));
    expect(failure).toBeInstanceOf(SourceUnavailable);
    expect(failure.message).toBe(
      `Bluesky (${new URL(closed.url).host}) cannot be reached: it refuses the connection.`,
    );
  });
});

describe('an abort', () => {
  test('ends a request in its middle at once, with the reason of the signal', async () => {
    atSecondPage('silence');
    const controller = new AbortController();
    const ended = failureOf(listing(controller.signal));
    await until('the page is asked for', () => double.requests.length === 3);
    const reason = new Error('cancelled by a test');
    const start = performance.now();
    controller.abort(reason);
    expect(await ended).toBe(reason);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test('between pages ends the listing before the next request', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by a test');
    const failure = await failureOf(
      (async function* () {
        for await (const page of listing(controller.signal)) {
          controller.abort(reason);
          yield page;
        }
      })(),
    );
    expect(failure).toBe(reason);
    expect(double.requests).toHaveLength(2);
  });
});

describe('a rate limit', () => {
  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

  test.each<[string, () => Record<string, string>, number]>([
    ['retry-after in seconds', () => ({ 'retry-after': '600' }), 600],
    [
      'retry-after as a date',
      () => ({ 'retry-after': new Date(Date.now() + 600_000).toUTCString() }),
      600,
    ],
    ['ratelimit-reset', () => ({ 'ratelimit-reset': String(inSeconds(600)) }), 600],
    [
      'the later of both',
      () => ({ 'retry-after': '5', 'ratelimit-reset': String(inSeconds(900)) }),
      900,
    ],
  ])('of %s holds all requests until then', async (_, headers, seconds) => {
    const live = freshLive();
    double.behave(({ params }) =>
      params.has('cursor') ? { status: 429, headers: headers() } : undefined,
    );
    const failure = await failureOf(sourceOf(double, live).posts(wanted('ada.example')));
    expect(failure).toBeInstanceOf(RateLimited);
    expect(failure.message).toMatch(/^Rate limited by Bluesky, goes on at \d\d:\d\d UTC\.$/);
    const { retryAt } = failure as RateLimited;
    expect(retryAt.getTime() - Date.now()).toBeWithin(seconds * 1000 - 5_000, seconds * 1000 + 1);
    expect(await live.rateLimits.heldUntil('bluesky:public')).toEqual(retryAt);

    double.behave();
    const next = await failureOf(sourceOf(double, live).posts(wanted('ada.example')));
    expect(next).toBeInstanceOf(RateLimited);
    expect(double.requests).toEqual([]);
  });

  test('without headers is waited for a little longer each time, then left to the job', async () => {
    atSecondPage({ status: 429 }, 2);
    expect((await readAll(listing())).items).toHaveLength(250);
    atSecondPage({ status: 429 });
    expect(await failureOf(listing())).toBeInstanceOf(RateLimited);
    expect(double.requests).toHaveLength(5);
  });

  test.each(['0', '-5', 'soon', '99999999', ''])(
    'with retry-after %p counts as one without',
    async (value) => {
      atSecondPage({ status: 429, headers: { 'retry-after': value } }, 1);
      expect((await readAll(listing())).items).toHaveLength(250);
    },
  );

  test('that is used up holds the next request before it is refused', async () => {
    const live = freshLive();
    const reset = String(inSeconds(300));
    const headers = { 'ratelimit-remaining': '0', 'ratelimit-reset': reset };
    const body = { feed: [], cursor: 'next' };
    double.behave(({ method }) =>
      method.endsWith('getAuthorFeed') ? { status: 200, headers, body } : undefined,
    );
    const failure = await failureOf(sourceOf(double, live).posts(wanted('ada.example')));
    expect(failure).toBeInstanceOf(RateLimited);
    expect(double.requests).toHaveLength(2);
  });
});
