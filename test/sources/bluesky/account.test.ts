import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { createTrial } from '../../../src/connections/trial.ts';
import type { LiveDeps } from '../../../src/sources/connection.ts';
import {
  RateLimited,
  type SearchRequest,
  SourceUnavailable,
  Unauthorised,
  Unreadable,
} from '../../../src/sources/source.ts';
import { type Account, APP_PASSWORD } from '../../support/bluesky/world.ts';
import { type BlueskyDouble, startBlueskyDouble } from '../../support/bluesky_double.ts';
import { connect, failureOf, freshLive, readAll, sourceOf, wanted } from './reading.ts';

let double: BlueskyDouble;
let live: LiveDeps;
beforeAll(async () => {
  double = await startBlueskyDouble();
  const { world } = double;
  const ada = world.account('ada.example');
  const lev = world.account('lev.example');
  world.postMany(ada, 130, (n) => `Lighthouse ${n}`);
  world.postMany(lev, 110, (n) => `Tide ${n}`);
  world.post(lev, { text: 'Lighthouse and tide', likes: 99 });
  world.post(lev, { text: 'and a light house' });
  world.post(world.account('sealed.example', { labels: [{ val: '!no-unauthenticated' }] }), {
    text: 'For signed-in people',
  });
});
afterAll(() => double.stop());
beforeEach(async () => {
  double.behave();
  double.logins.revokeAll();
  double.logins.created = double.logins.refreshed = 0;
  live = freshLive();
  await connect(live, double, '@ada.example');
});

function searchFor(terms: string[], fields: Partial<SearchRequest> = {}): SearchRequest {
  return { terms, mode: 'latest', signal: new AbortController().signal, ...fields };
}

const search = (terms: string[], fields?: Partial<SearchRequest>) =>
  sourceOf(double, live).search(searchFor(terms, fields));

describe('a search', () => {
  test('finds the posts of each term by turns, and each once', async () => {
    const { pages, items } = await readAll(search(['lighthouse', 'tide']));
    expect(items).toHaveLength(130 + 110 + 1);
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    expect(double.requests.map(({ params }) => params.get('q')).filter(Boolean)).toEqual([
      'lighthouse',
      'tide',
      'lighthouse',
      'tide',
    ]);
    const rest = await readAll(search(['lighthouse', 'tide'], { cursor: pages[1]?.cursor }));
    expect(rest.items).toHaveLength(31 + 11);
  });

  test('asks for a phrase, the order and the time', async () => {
    const since = new Date('2026-01-01T03:00:00.000Z');
    const { items } = await readAll(search(['"light  house"', 'tide'], { mode: 'top', since }));
    expect(items[0]?.text).toBe('and a light house');
    expect(items[1]?.text).toBe('Lighthouse and tide');
    const { params } = double.requests.at(-1) ?? {};
    expect(Object.fromEntries(params ?? [])).toEqual({
      q: 'tide',
      sort: 'top',
      limit: '100',
      since: since.toISOString(),
    });
    expect(double.requests.at(-2)?.params.get('q')).toBe('"light house"');
  });

  test('without a connected account says what to do, and asks nothing', async () => {
    const failure = await failureOf(sourceOf(double, freshLive()).search(searchFor(['tide'])));
    expect(failure).toBeInstanceOf(Unauthorised);
    expect(failure.message).toContain('Connect one with an app password');
    expect(double.requests).toEqual([]);
  });

  test('that the service cannot read, and a place of another search, are told', async () => {
    double.behave(({ method }) =>
      method.endsWith('searchPosts')
        ? { status: 400, body: { error: 'BadQueryString' } }
        : undefined,
    );
    expect(await failureOf(search(['(']))).toBeInstanceOf(Unreadable);
    const cursor = JSON.stringify({ terms: ['', ''], turn: 1 });
    expect(await failureOf(search(['tide'], { cursor }))).toBeInstanceOf(Unreadable);
  });
});

describe('an account that is for signed-in people only', () => {
  test('is read with a connected account, and said to be limited', async () => {
    const { items } = await readAll(sourceOf(double, live).posts(wanted('sealed.example')));
    expect(items).toMatchObject([
      { text: 'For signed-in people', limited: 'signed-in readers only' },
    ]);
  });

  test('is not read without one', async () => {
    const failure = await failureOf(sourceOf(double, freshLive()).posts(wanted('sealed.example')));
    expect(failure).toBeInstanceOf(Unauthorised);
  });
});

describe('a session', () => {
  test('is kept, sealed, and used by later listings and other processes', async () => {
    await readAll(search(['tide']));
    await readAll(search(['tide']));
    expect(double.logins.created).toBe(1);
    const kept = await live.credentials.readSession('bluesky');
    expect(kept?.value).toMatchObject({ handle: 'ada.example', server: double.url });
  });

  test('that has expired is refreshed once, in the middle of a listing', async () => {
    const listing = search(['lighthouse'])[Symbol.asyncIterator]();
    await listing.next();
    double.logins.expireAccess();
    expect((await listing.next()).value?.items).toHaveLength(31);
    expect(double.logins).toMatchObject({ created: 1, refreshed: 1 });
  });

  test('that several listings need is refreshed by one of them', async () => {
    await readAll(search(['tide']));
    double.logins.expireAccess();
    const found = await Promise.all([1, 2, 3, 4].map(() => readAll(search(['tide']))));
    expect(found.map(({ items }) => items.length)).toEqual([111, 111, 111, 111]);
    expect(double.logins).toMatchObject({ created: 1, refreshed: 1 });
  });

  test('whose refresh is refused is replaced by one login', async () => {
    await readAll(search(['tide']));
    double.logins.revokeAll();
    await readAll(search(['tide']));
    expect(double.logins).toMatchObject({ created: 2, refreshed: 0 });
  });

  test.each([
    ['answers 503', { status: 503 }],
    ['answers with a page', 'html' as const],
    ['does not answer', 'silence' as const],
  ])('whose refresh %s stays, and the listing may be retried', async (_, fault) => {
    await readAll(search(['tide']));
    double.logins.expireAccess();
    double.behave(({ method }) => (method.endsWith('refreshSession') ? fault : undefined));
    const impatient = sourceOf(double, live, { timeoutMs: fault === 'silence' ? 200 : 20_000 });
    expect(await failureOf(impatient.search(searchFor(['tide'])))).toBeInstanceOf(
      SourceUnavailable,
    );
    expect(double.logins.created).toBe(1);
    double.behave();
    expect((await readAll(search(['tide']))).items).toHaveLength(111);
    expect(double.logins).toMatchObject({ created: 1, refreshed: 1 });
  });

  test('that is refused again after a refresh is given up', async () => {
    double.behave(({ method }) =>
      method.endsWith('searchPosts') ? { status: 401, body: { error: 'AuthMissing' } } : undefined,
    );
    expect(await failureOf(search(['tide']))).toBeInstanceOf(Unauthorised);
    expect(double.logins).toMatchObject({ created: 1, refreshed: 1 });
  });

  test('of other credentials is not used', async () => {
    await readAll(search(['tide']));
    await connect(live, double, 'lev.example');
    await readAll(search(['tide']));
    expect((await live.credentials.readSession('bluesky'))?.value).toMatchObject({
      handle: 'lev.example',
    });
  });
});

describe('a login', () => {
  test('that is refused is told in our words, and not repeated', async () => {
    await connect(live, double, 'ada.example', 'wrong-word-wron-word');
    const failure = await failureOf(search(['tide']));
    expect(failure).toBeInstanceOf(Unauthorised);
    expect(failure.message).toStartWith('Bluesky refuses the handle or the app password.');
    expect(await failureOf(search(['tide']))).toBeInstanceOf(Unauthorised);
    expect(double.logins.created).toBe(1);
  });

  test('of a suspended account, or one that wants a code, says so', async () => {
    double.world.account('gone.example', { status: 'suspended' });
    await connect(live, double, 'gone.example');
    expect((await failureOf(search(['tide']))).message).toContain('suspended');

    await connect(live, double, 'ada.example');
    const body = { error: 'AuthFactorTokenRequired', message: 'A code was sent' };
    double.behave(({ method }) =>
      method.endsWith('createSession') ? { status: 401, body } : undefined,
    );
    expect((await failureOf(search(['tide']))).message).toContain('Make an app password');
  });

  test('that is limited holds logins, and nothing else', async () => {
    double.behave(({ method }) =>
      method.endsWith('createSession')
        ? { status: 429, headers: { 'retry-after': '3600' } }
        : undefined,
    );
    expect(await failureOf(search(['tide']))).toBeInstanceOf(RateLimited);
    expect(await live.rateLimits.heldUntil('bluesky:login')).toBeInstanceOf(Date);
    expect(await live.rateLimits.heldUntil('bluesky:search')).toBeUndefined();
    expect((await readAll(sourceOf(double, live).posts(wanted('ada.example')))).items).toHaveLength(
      130,
    );
  });
});

describe('the test of a connection', () => {
  const check = () => sourceOf(double, live).connection.test(new AbortController().signal);

  test('says who is connected, also after a login was refused', async () => {
    expect(await check()).toBe('Connected as @ada.example');
    const ada = double.world.find('ada.example') as Account;
    ada.password = 'next-next-next-next';
    await connect(live, double, 'ada.example');
    await expect(check()).rejects.toBeInstanceOf(Unauthorised);
    await failureOf(search(['tide']));
    ada.password = APP_PASSWORD;
    expect(await check()).toBe('Connected as @ada.example');
  });

  test('asks the public service when nothing is connected', async () => {
    live = freshLive();
    expect(await check()).toBe('Bluesky answers without an account');
  });
});

test('new credentials are tested without the stored ones and their session', async () => {
  await readAll(search(['tide']));
  const before = await live.credentials.readSession('bluesky');
  const trial = (password: string) =>
    createTrial({
      method: 'app_password',
      values: { identifier: 'lev.example', password, server: double.url },
      updatedAt: new Date(),
    });
  const { connection } = sourceOf(double, live);
  const { signal } = new AbortController();
  expect(await connection.test(signal, trial(APP_PASSWORD))).toBe('Connected as @lev.example');
  await expect(connection.test(signal, trial('wrong-word-wron-word'))).rejects.toThrow(
    'Bluesky refuses the handle',
  );
  expect(await live.credentials.readSession('bluesky')).toEqual(before);
  expect(await connection.test(signal)).toBe('Connected as @ada.example');
});

describe('the fields of an app password', () => {
  const fields = () => sourceOf(double).connection.methods[0]?.fields ?? [];
  const problem = (name: string, value: string) =>
    fields()
      .find((field) => field.name === name)
      ?.problem?.(value);

  test.each([
    ['identifier', 'ada.bsky.social', true],
    ['identifier', '@ada.example', true],
    ['identifier', 'ada@mail.example', true],
    ['identifier', 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', true],
    ['identifier', 'ada', false],
    ['identifier', 'https://bsky.app/profile/ada.example', true],
    ['identifier', 'https://x.com/ada', false],
    ['password', 'abcd-efgh-1234-mnop', true],
    ['password', ' abcd-efgh-ijkl-mnop ', true],
    ['password', 'my own password', false],
    ['server', 'https://pds.example', true],
    ['server', 'http://127.0.0.1:2583', true],
    ['server', 'http://pds.example', false],
    ['server', 'pds.example', false],
  ])('%s %p: %p', (name, value, isGood) => {
    expect(problem(name, value) === undefined).toBe(isGood);
  });
});
