import { afterAll, beforeAll, expect, spyOn, test } from 'bun:test';
import { makePosts } from '../library/synthetic.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  web = await setupApp();
  web.library.savePosts(makePosts(5, { text: 'a telescope at night' }));
});

/** How often the library was asked, while a request is answered. */
async function askedBy(path: string, headers: Record<string, string>) {
  const { words } = web.library;
  const [keys, counts] = [spyOn(words, 'keysAfter'), spyOn(words, 'countAfter')];
  try {
    const text = await (await web.request(path, { headers })).text();
    return { text, keys: keys.mock.calls.length, counts: counts.mock.calls.length };
  } finally {
    keys.mockRestore();
    counts.mockRestore();
  }
}

test('47: what is new is found and counted by one query, by the API and on the page', async () => {
  const json = await askedBy('/api/find?q=telescope&after=2', { accept: 'application/json' });
  expect(JSON.parse(json.text)).toMatchObject({ total: 3, posts: { length: 3 } });
  expect(json).toMatchObject({ keys: 1, counts: 0 });
  const page = await askedBy('/find?q=telescope&after=2&only=new', NAVIGATION);
  expect(page).toMatchObject({ keys: 1, counts: 0 });
  expect(page.text).toContain('Only new posts: 3 posts');
});
