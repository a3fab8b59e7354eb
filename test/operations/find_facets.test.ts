import { afterAll, expect, test } from 'bun:test';
import type { Found } from '../../src/operations/find/found.ts';
import { makePost } from '../library/synthetic.ts';
import { closeApps, setupApp } from '../support/app.ts';

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
