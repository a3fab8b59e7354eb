import { afterAll, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import { textOf } from '../views/job_view.ts';
import { attributesOf, post } from '../views/pages/fixtures.ts';

afterAll(closeApps);

test('E9: posts are found at /find, and /posts leads there with its query', async () => {
  const { request } = await setupApp();
  const page = await request('/find?q=tea&by=words', { headers: NAVIGATION });
  expect(page.status).toBe(200);
  const html = await page.text();
  expect(attributesOf(html, '.top nav a[aria-current="page"]').href).toBe('/find');
  expect(attributesOf(html, 'main #q').value).toBe('tea');
  for (const [from, to] of [
    ['/posts', '/find'],
    ['/posts?q=a%26b&author=ada', '/find?q=a%26b&author=ada'],
    ['/posts?by=smell', '/find?by=smell'],
  ] as const) {
    const response = await request(from, { headers: NAVIGATION });
    expect([response.status, response.headers.get('location')]).toEqual([303, to]);
  }
});

test('an empty library says what to do first, whatever was asked for', async () => {
  const { request } = await setupApp({}, { modelsDir: '/nowhere' });
  for (const query of ['', '?q=soup', '?q=soup&by=meaning']) {
    const page = await request(`/find${query}`, { headers: NAVIGATION });
    expect(textOf(await page.text())).toContain('No posts yet. To collect some, scrape a user');
  }
});

test('D9: the author is understood as people paste it, on the page and in the API', async () => {
  const { request, library } = await setupApp();
  library.savePosts([post({ author: 'ada.example', text: 'About comets' })]);
  for (const typed of [
    'https://bsky.app/profile/ada.example/post/1',
    '＠ada.example',
    '@ ada.example',
  ]) {
    const query = `author=${encodeURIComponent(typed)}`;
    const page = await request(`/find?${query}`, { headers: NAVIGATION });
    expect(await page.text()).toContain('About comets');
    const answer = await request(`/api/posts?${query}`, {
      headers: { accept: 'application/json' },
    });
    expect(await answer.json()).toMatchObject({ total: 1 });
  }
});

test('D9: an author who is none is told on the page, and refused by the API', async () => {
  const { request } = await setupApp();
  const wrong = 'author=https%3A%2F%2Fx.com%2Fhome';
  const html = await (await request(`/find?${wrong}`, { headers: NAVIGATION })).text();
  expect(html).toContain('Author is missing in this address.');
  expect(attributesOf(html, 'main #author').value).toBe('https://x.com/home');
  const answer = await request(`/api/posts?${wrong}`, { headers: { accept: 'application/json' } });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ error: { details: { author: expect.any(String) } } });
});

test('D9: the scrape form begins with the source that the address in its link tells', async () => {
  const { request } = await setupApp();
  const chosen = async (query: string) => {
    const html = await (await request(`/scrape?${query}`, { headers: NAVIGATION })).text();
    return attributesOf(html, '#source option[selected]').value;
  };
  const address = `username=${encodeURIComponent('https://bsky.app/profile/ada.example')}`;
  expect(await chosen(address)).toBe('bluesky');
  expect(await chosen(`${address}&source=sample`)).toBe('sample');
  expect(await chosen('username=aurora_lab')).toBe('sample');
});
