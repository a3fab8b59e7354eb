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
});
