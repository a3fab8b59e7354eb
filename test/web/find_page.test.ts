import { afterAll, describe, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import { textOf } from '../views/job_view.ts';
import { attributesOf, elements, post } from '../views/pages/fixtures.ts';

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

test.each<[query: string, field: string, message: string]>([
  [`q=${'x'.repeat(501)}`, 'q', 'The query may have at most 500 characters.'],
  [`q=${'x'.repeat(495)}&author=ada`, 'q', 'The query and the filters may have at most 500'],
  ['q=tea&author=https%3A%2F%2Fx.com%2Fhome', 'author', 'This address names no author.'],
  ['q=tea&since=someday', 'since', 'From must be a date, for example 2026-01-31, 2025-05, yest'],
  ['q=tea&until=someday', 'until', 'Up to must be a date'],
  ['q=tea&source=pigeon', 'source', 'Source must be one of'],
  ['q=tea&kind=song', 'kind', 'Kind must be post, reply'],
  ['q=tea&has=smell', 'has', 'With must be link or media.'],
  ['q=tea&language=!!', 'language', 'Language must be a code'],
  ['q=tea&min_likes=many', 'min_likes', 'Likes must be a whole number.'],
  ['q=tea&by=smell', '', 'By must be best, words or meaning.'],
  ['q=tea&sort=x', '', 'Sort must be best or newest.'],
  ['q=tea&limit=0', '', 'Limit must be a whole number'],
  ['q=tea&cursor=x', '', 'Cursor must come from an earlier page.'],
  ['q=tea&like=x', '', 'Like must be a source and an id'],
  ['q=tea&like=sample:none', '', 'The post that others should be like is not in the library.'],
  ['q=tea&after=x', '', 'After must be a whole number'],
  ['q=tea&seen=x', '', 'Seen must be a whole number'],
  ['q=tea&after=1&only=old', '', 'Only must be new.'],
])(
  'what cannot be used of an address is said beside the box: %s',
  async (query, field, message) => {
    const { request, library } = await setupApp();
    library.savePosts([post({ text: 'tea' })]);
    const page = await request(`/find?${query}`, { headers: NAVIGATION });
    expect(page.status).toBe(422);
    const html = await page.text();
    const typed = new URLSearchParams(query);
    expect(attributesOf(html, 'main #q').value).toBe(typed.get('q') ?? '');
    expect(textOf(html)).toContain(message);
    expect(textOf(html)).toContain('Nothing was looked for.');
    expect(elements(html, 'article')).toEqual([]);
    if (field === '') {
      const href = elements(html, '[role="alert"] a')[0]?.attributes.href ?? '';
      const mended = await request(href.replaceAll('&amp;', '&'), { headers: NAVIGATION });
      expect([mended.status, elements(await mended.text(), 'article').length]).toEqual([200, 1]);
      return;
    }
    expect(attributesOf(html, `main #${field}`)).toMatchObject({
      'aria-invalid': 'true',
      'aria-describedby': `${field}-error`,
    });
    expect(elements(html, `#${field}-error`)).toHaveLength(1);
    if (field !== 'q') expect('open' in attributesOf(html, '.filter-more')).toBe(true);
  },
);

test('what was typed into other filters stays when one of them is wrong', async () => {
  const { request } = await setupApp();
  const query = 'q=tea&author=ada&source=sample&min_likes=many&since=2026-01-31&kind=reply';
  const html = await (await request(`/find?${query}`, { headers: NAVIGATION })).text();
  const values = ['author', 'min_likes', 'since'].map((id) => attributesOf(html, `#${id}`).value);
  expect(values).toEqual(['ada', 'many', '2026-01-31']);
  expect(attributesOf(html, '#source option[selected]').value).toBe('sample');
  expect(attributesOf(html, '#kind option[selected]').value).toBe('reply');
});

describe('posts that come while a find is read', () => {
  const refreshed = (html: string) =>
    (attributesOf(html, '#new-posts')['hx-get'] ?? '').replaceAll('&amp;', '&');

  test.each<[query: string, newPosts: number]>([
    ['q=tea', 2],
    ['q=tea&by=words&sort=newest', 2],
    ['q=tea&author=ada', 1],
    ['q=tea+-black', 1],
    ['q=zeppelin+OR+tea', 2],
  ])('are counted by the words and filters: %s', async (query, newPosts) => {
    const { request, library } = await setupApp();
    library.savePosts([post({ id: '1', text: 'tea', author: 'ada' })]);
    const html = await (await request(`/find?${query}`, { headers: NAVIGATION })).text();
    library.savePosts([
      post({ id: '2', text: 'black tea', author: 'ada' }),
      post({ id: '3', text: 'green tea', author: 'bo' }),
      post({ id: '4', text: 'milk', author: 'ada' }),
    ]);
    const part = await (await request(refreshed(html))).text();
    expect(textOf(part)).toBe(newPosts === 1 ? '1 new post' : '2 new posts');
    const href = (attributesOf(part, 'a').href ?? '').replaceAll('&amp;', '&');
    const marked = await (await request(href, { headers: NAVIGATION })).text();
    expect(elements(marked, '.post-new')).toHaveLength(newPosts);
    // By their own date they may be older than all others.
    expect(elements(marked, 'article.post')).toHaveLength(newPosts);
    expect(textOf(marked)).toContain('Only new posts:');
  });

  test('are not counted where words are no condition', async () => {
    const { request, library } = await setupApp();
    library.savePosts([post({ id: '1', text: 'tea' })]);
    expect(textOf(await (await request('/find/new?like=sample:1&seen=0')).text())).toBe('');
    expect(textOf(await (await request('/find/new?q=tea&by=meaning&seen=0')).text())).toBe('');
    expect(textOf(await (await request('/find/new?q=tea&seen=0')).text())).toBe('1 new post');
  });

  test('are counted on later pages since the first one, without JavaScript too', async () => {
    const { request, library } = await setupApp();
    const page = (n: number) => post({ id: `${n}`, text: 'tea', createdAt: new Date(n * 1000) });
    library.savePosts([1, 2, 3, 4, 5].map(page));
    const first = await (await request('/find?q=tea&limit=2', { headers: NAVIGATION })).text();
    library.savePosts([page(6)]);
    const next = (attributesOf(first, '.pagination a, a[rel="next"]').href ?? '').replaceAll(
      '&amp;',
      '&',
    );
    const second = await (await request(next, { headers: NAVIGATION })).text();
    expect(textOf(second)).toContain('1 new post');
    expect(refreshed(second)).toContain('seen=5');
    const third = (attributesOf(second, '.pagination a, a[rel="next"]').href ?? '').replaceAll(
      '&amp;',
      '&',
    );
    expect(third).toContain('seen=5');
  });

  test('are counted on an author’s page, if they are of the author and the source', async () => {
    const { request, library, tracker } = await setupApp();
    const page = (n: number) => post({ id: `${n}`, author: 'ada', createdAt: new Date(n * 1000) });
    library.savePosts(Array.from({ length: 25 }, (_, at) => page(at + 1)));
    const open = async (href: string) => (await request(href, { headers: NAVIGATION })).text();
    const first = await open('/authors/sample/ada');
    expect(textOf(await (await request(refreshed(first))).text())).toBe('');
    await tracker.createJob('scrape', { username: 'ada' });
    library.savePosts([page(26), post({ id: '27', author: 'bo' })]);
    library.savePosts([post({ id: '28', source: 'archive', author: 'ada' })]);
    const part = await (await request(refreshed(first))).text();
    expect(textOf(part)).toBe('1 new post');
    expect(attributesOf(part, '#new-posts')['hx-trigger']).toContain('every 1s');
    const marked = await open((attributesOf(part, 'a').href ?? '').replaceAll('&amp;', '&'));
    expect(elements(marked, 'article.post')).toHaveLength(1);
    const next = (attributesOf(first, '.pagination a, a[rel="next"]').href ?? '').replaceAll(
      '&amp;',
      '&',
    );
    expect(textOf(await open(next))).toContain('1 new post');
  });

  test('are looked for by a link while a job runs, where there is no JavaScript', async () => {
    const { request, library, tracker } = await setupApp();
    library.savePosts([post({ id: '1', text: 'tea' })]);
    const page = async () => (await request('/find?q=tea', { headers: NAVIGATION })).text();
    expect(await page()).not.toContain('Look for new posts');
    await tracker.createJob('scrape', { username: 'ada' });
    expect(await page()).toMatch(
      /<noscript><a class="button" href="\/find\?q=tea&amp;sort=newest&amp;after=1&amp;only=new">\s*Look for/,
    );
  });
});

test('D9: an author who is none is told on the page, and refused by the API', async () => {
  const { request } = await setupApp();
  const wrong = 'author=https%3A%2F%2Fx.com%2Fhome';
  const html = await (await request(`/find?${wrong}`, { headers: NAVIGATION })).text();
  expect(html).toContain('This address names no author.');
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

test.each([
  ['application/json', '"code":"invalid_input"'],
  ['text/plain', '422 Invalid query.'],
])(
  'what cannot be used of an address is said as %s where that is asked for',
  async (accept, told) => {
    const { request } = await setupApp();
    const answer = await request('/find?q=tea&sort=x', { headers: { accept } });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toStartWith(accept);
    const text = await answer.text();
    expect(text).toContain(told);
    expect(text).toContain('Sort must be best or newest.');
  },
);

test('posts like another are not offered to be found by words, which would lose the other', async () => {
  const { request, library } = await setupApp();
  library.savePosts([post({ id: '1', text: 'tea' })]);
  const ways = async (query: string) => {
    const html = await (await request(`/find?${query}`, { headers: NAVIGATION })).text();
    return elements(html, '.find-ways a').map(({ attributes }) => attributes.href ?? '');
  };
  expect(await ways('q=tea')).toHaveLength(5);
  const ofLike = await ways('like=sample:1');
  expect(ofLike).toHaveLength(2);
  for (const href of ofLike) expect(href).toContain('like=sample%3A1');
});

test('a post leads to its thread where other posts of it were collected, and not otherwise', async () => {
  const { request, library } = await setupApp();
  library.savePosts([
    post({ id: '1', text: 'with an answer' }),
    post({ id: '2', text: 'the answer', kind: 'reply', inReplyToId: '1' }),
    post({ id: '3', text: 'an answer to nobody here', kind: 'reply', inReplyToId: '99' }),
    post({ id: '4', text: 'in no thread', replies: 0 }),
  ]);
  for (const path of ['/find', '/authors/sample/aurora_lab']) {
    const html = await (await request(path, { headers: NAVIGATION })).text();
    const links = html.matchAll(/<a href="(\/posts\/[^"]+)">(\w+)<span/g);
    const found = Object.fromEntries([...links].map(([, href, label]) => [href, label]));
    expect(found).toEqual({
      '/posts/sample/1': 'Thread',
      '/posts/sample/2': 'Thread',
      '/posts/sample/3': 'Post',
      '/posts/sample/4': 'Post',
    });
  }
  const page = async (id: string) =>
    textOf(await (await request(`/posts/sample/${id}`, { headers: NAVIGATION })).text());
  expect(await page('1')).toContain('2 posts of it collected, oldest first');
  expect(await page('3')).toContain('Nothing else of its thread was collected.');
  expect(await page('4')).not.toContain('Nothing else of its thread');
});

test('the page of a long post has its whole text, unfolded', async () => {
  const { request, library } = await setupApp();
  library.savePosts([post({ id: '1', text: `${'word '.repeat(400)}end` })]);
  const list = await (await request('/find', { headers: NAVIGATION })).text();
  expect(elements(list, '.post-rest')).toHaveLength(1);
  const page = await (await request('/posts/sample/1', { headers: NAVIGATION })).text();
  expect(elements(page, '.post-rest')).toHaveLength(0);
  expect(textOf(page)).toContain('word end');
});

test.each([
  ['text/csv', 'text/plain', '422 Invalid query.'],
  ['application/x-ndjson', 'application/json', '"code":"invalid_input"'],
])('an export that is refused says so to programs: %s', async (accept, type, told) => {
  const { request } = await setupApp();
  const answer = await request('/api/find?q=tea&by=smell', { headers: { accept } });
  expect(answer.status).toBe(422);
  expect(answer.headers.get('content-type')).toStartWith(type);
  const text = await answer.text();
  expect(text).toContain(told);
  expect(text).toContain('By must be one of');
});

test('a page of a list that is none says how to go on, to people and to programs', async () => {
  const { request, library } = await setupApp();
  library.savePosts([post({ id: '1' })]);
  const path = '/authors/sample/aurora_lab?cursor=x';
  const page = await request(path, { headers: NAVIGATION });
  expect(page.status).toBe(422);
  const words = textOf(await page.text());
  expect(words).toContain('Open the list again');
  expect(words).not.toContain('nextCursor');
  const answer = await request(path, { headers: { accept: 'application/json' } });
  expect(await answer.text()).toContain('nextCursor');
});
