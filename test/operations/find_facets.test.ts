import { afterAll, expect, test } from 'bun:test';
import type { Embedder } from '../../src/embedding/index.ts';
import { find } from '../../src/operations/find/find.ts';
import type { Found } from '../../src/operations/find/found.ts';
import { type TypedFind, toFindRequest } from '../../src/operations/find/request.ts';
import { FindFacets } from '../../views/find/find_facets.tsx';
import { makePost, setup } from '../library/synthetic.ts';
import { closeApps, setupApp } from '../support/app.ts';
import { textOf } from '../views/job_view.ts';

afterAll(closeApps);

test('facets of a long list count the posts at its beginning, whenever they were collected', async () => {
  const app = await setupApp();
  const dated = (id: number, author: string, year: number) =>
    makePost(id, {
      author,
      text: 'kettle',
      createdAt: new Date(Date.UTC(year, 0, 1, 0, 0, id % 60)),
    });
  // Collected first, and yet the newest.
  app.library.save({ posts: Array.from({ length: 30 }, (_, n) => dated(n, 'early', 2026)) });
  const old = Array.from({ length: 2_400 }, (_, n) => dated(100 + n, 'late', 2011));
  app.library.save({ posts: old });
  for (const typed of [
    { q: 'kettle', sort: 'newest' },
    { q: '', sort: 'best' },
  ]) {
    const query = new URLSearchParams({ ...typed, by: 'words', facets: 'true' });
    const { facets, nextCursor = '' } = (await (
      await app.json(`/api/find?${query}`)
    ).json()) as Found;
    query.set('cursor', nextCursor);
    const next = (await (await app.json(`/api/find?${query}`)).json()) as Found;
    expect(next.facets).toEqual(facets);
    expect(facets).toMatchObject({
      counted: 2_000,
      isCapped: true,
      authors: [
        { value: 'late', count: 1_970 },
        { value: 'early', count: 30 },
      ],
      years: [{ value: '2026', count: 30 }, { value: '2011' }],
    });
  }
});

const MODEL = 'by-hand';
const embedder = {
  model: MODEL,
  limits: '',
  isReady: async () => true,
  read: async (texts: string[]) => texts.map(() => ({ parts: 3, unknown: 0, isCut: false })),
  embed: async (texts: string[]) => texts.map(() => Float32Array.of(1, 0)),
} as unknown as Embedder;

/** 400 posts, all near to every query; every tenth has the word kettle, and every other one is by bo. */
function near() {
  const { library } = setup();
  const posts = Array.from({ length: 400 }, (_, at) =>
    makePost(at, { author: at % 20 < 10 ? 'ada' : 'bo', text: at % 10 === 0 ? 'kettle' : 'pot' }),
  );
  const { keys } = library.save({ posts }).posts;
  library.saveVectors(
    MODEL,
    keys.map((key) => ({ key, vector: Float32Array.of(1, 0) })),
  );
  return (typed: Partial<TypedFind>) =>
    find({ library, embedder }, toFindRequest({ facets: 'true', ...typed } as TypedFind, 0));
}

const captionOf = ({ facets }: Found) => {
  if (!facets) throw new Error('There are no facets.');
  const query = { q: 'kettle', by: 'best', sort: 'best' } as const;
  return textOf(String(FindFacets({ query, facets })));
};

test('facets of the nearest say what they count, since a press takes the nearest anew', async () => {
  const found = near();
  for (const typed of [
    { q: 'kettle' },
    { q: 'kettle', by: 'meaning' },
    { q: 'kettle', by: 'meaning', sort: 'newest' },
    { like: 'test:1' },
    { like: 'test:1', q: 'kettle' },
  ] as Partial<TypedFind>[]) {
    const all = await found(typed);
    const authors = all.facets?.authors ?? [];
    expect([typed, all.facets?.counted]).toEqual([typed, all.total]);
    expect(authors.reduce((sum, { count }) => sum + count, 0)).toBe(all.total);
    expect(captionOf(all)).toContain(`Counted among these ${all.total} posts. A press takes the`);
  }
  const all = await found({ q: 'kettle', by: 'meaning' });
  const narrowed = await found({ q: 'kettle from:bo', by: 'meaning' });
  expect(narrowed.total).toBeGreaterThan(
    all.facets?.authors.find(({ value }) => value === 'bo')?.count ?? 0,
  );
});

test.each(['kettle', ''])('by words, a press on a facet of "%s" finds so many', async (q) => {
  const found = near();
  const all = await found({ q, by: 'words' });
  expect(all.facets?.authors).toHaveLength(2);
  expect(all.facets?.isOfNearest).toBeUndefined();
  for (const { value, count } of all.facets?.authors ?? [])
    expect((await found({ q: `${q} from:${value}`, by: 'words' })).total).toBe(count);
});

test('facets count what is new, too', async () => {
  const found = near();
  const { total, facets } = await found({ q: 'kettle', by: 'words', after: 200 });
  expect(facets).toMatchObject({ counted: total });
  expect(total).toBeLessThan(40);
});
