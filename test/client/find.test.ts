import { afterAll, expect, test } from 'bun:test';
import { createClient } from '../../src/client/index.ts';
import { makePost } from '../library/synthetic.ts';
import { closeApps, setupApp } from '../support/app.ts';

afterAll(closeApps);

test('FEATURES 48: a program finds a page of posts, and all of them one by one', async () => {
  const web = await setupApp();
  web.library.save({ posts: Array.from({ length: 700 }, (_, n) => makePost(n, { text: 'jazz' })) });
  const client = createClient({
    url: 'http://localhost:3000',
    fetch: (url, init) => web.request(`${url.pathname}${url.search}`, init),
  });
  const page = await client.find({ q: 'jazz', by: 'words', limit: 3 });
  expect(page).toMatchObject({ total: 700, understood: expect.stringContaining('jazz') });
  expect(page.posts).toHaveLength(3);
  const ids = new Set<string>();
  for await (const { id } of client.findAll({ q: 'jazz', by: 'words' })) ids.add(id);
  expect(ids.size).toBe(700);
  await expect(client.find({ by: 'smell' as never })).rejects.toThrow('By must be one of');
  await expect(client.findAll({ by: 'smell' as never }).next()).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('By must be one of'),
  });
  const since = new Date(Date.UTC(2100, 0, 1));
  expect(await client.find({ q: 'jazz', by: 'words', since })).toMatchObject({ total: 0 });
  const until = since;
  expect(await client.find({ q: 'jazz', by: 'words', until })).toMatchObject({ total: 700 });
});

test('FEATURES 47: a program saves a find, sees what is new, opens and removes it', async () => {
  const web = await setupApp();
  const client = createClient({
    url: 'http://localhost:3000',
    fetch: (url, init) => web.request(`${url.pathname}${url.search}`, init),
  });
  const query = { q: 'jazz', by: 'words', sort: 'newest' } as const;
  const saved = await client.saveFind({ name: 'Jazz', ...query });
  expect(saved).toMatchObject({ name: 'Jazz', query, newPosts: { count: 0 } });
  await expect(client.saveFind({ name: 'jazz', q: 'bop' })).rejects.toMatchObject({
    code: 'name_taken',
    status: 409,
  });
  web.library.save({ posts: [makePost(1, { text: 'jazz' }), makePost(2, { text: 'tea' })] });
  const [find] = await client.finds();
  expect(find?.newPosts).toEqual({ count: 1, isCapped: false });
  const opened = await client.openFind(saved.id);
  expect(opened.newPosts?.count).toBe(1);
  expect(await client.find(opened.query)).toMatchObject({ total: 1 });
  expect((await client.finds())[0]?.newPosts?.count).toBe(0);
  const replaced = await client.saveFind({ name: 'jazz', q: 'bop', replace: true });
  expect(replaced).toMatchObject({ id: saved.id, query: { q: 'bop' } });
  expect(await client.removeFind(saved.id)).toMatchObject({ name: 'jazz' });
  await expect(client.openFind(saved.id)).rejects.toMatchObject({ code: 'not_found' });
  expect(await client.finds()).toEqual([]);
});
