import { afterAll, beforeAll, expect, test } from 'bun:test';
import { SourceUnavailable } from '../../../src/sources/source.ts';
import { type BlueskyDouble, startBlueskyDouble } from '../../support/bluesky_double.ts';
import { failureOf, readAll, sourceOf } from './reading.ts';

let double: BlueskyDouble;
beforeAll(async () => {
  double = await startBlueskyDouble();
  for (let number = 1; number <= 60; number++) {
    double.world.account(`sailor-${number}.example`, {
      displayName: `Sailor ${number}`,
      description: 'Knots and charts',
      followers: number,
    });
  }
});
afterAll(() => double.stop());

const discover = (query: string, cursor?: string) =>
  sourceOf(double).discover({ query, cursor, signal: new AbortController().signal });

test('people come with their bios and counts, to the end, and from a cursor', async () => {
  const { pages, items } = await readAll(discover('charts'));
  expect(pages.map(({ items }) => items.length)).toEqual([25, 25, 10]);
  expect(items[2]).toMatchObject({
    source: 'bluesky',
    username: 'sailor-3.example',
    name: 'Sailor 3',
    bio: 'Knots and charts',
    followers: 3,
    following: 3,
    posts: 0,
    createdAt: new Date('2024-02-03T04:05:06.000Z'),
  });
  expect((await readAll(discover('charts', pages[0]?.cursor))).items).toHaveLength(35);
});

test('nobody is one empty page', async () => {
  expect((await readAll(discover('xyzzy'))).pages).toEqual([{ items: [] }]);
});

test('people without counts stay as they were found, and one who cannot be read is counted', async () => {
  const found = { did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', handle: 'found.example' };
  double.behave(({ method }) =>
    method.endsWith('searchActors')
      ? { status: 200, body: { actors: [found, { handle: 'no-did.example' }] } }
      : undefined,
  );
  const { items, leftOut } = await readAll(discover('found'));
  expect(items).toMatchObject([{ username: 'found.example', name: 'found.example', bio: '' }]);
  expect(items[0]).not.toHaveProperty('followers');
  expect(leftOut).toEqual({ unreadable: 1 });
  double.behave();
});

test('an answer without people, or that leads in circles, is an outage', async () => {
  for (const body of [{}, { actors: [], cursor: '25' }]) {
    double.behave(() => ({ status: 200, body }));
    expect(await failureOf(discover('charts', '25'))).toBeInstanceOf(SourceUnavailable);
  }
  double.behave();
});
