import { afterAll, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { post } from '../views/pages/fixtures.ts';

afterAll(closeApps);

const HEBREW = 'ספר';

/** Text that is not separated from a sentence around it, by an element or by FSI and PDI. */
function unisolated(html: string, words: string): string[] {
  const texts = html.matchAll(/(<[^<>]*>)([^<>]+)(?=<)/g);
  return [...texts].flatMap(([, tag = '', text = '']) => {
    if (!text.includes(words) || /^<(bdi|dd)\b/.test(tag) || text.trim() === words) return [];
    return text.replaceAll(/\u2068[^\u2068\u2069]*\u2069/g, '').includes(words) ? [tag + text] : [];
  });
}

async function fill(words: string): Promise<TestApp> {
  const web = await setupApp();
  web.library.savePosts([
    post({ id: '1', text: 'tea' }),
    post({ id: '2', text: 'tea', kind: 'repost', authorName: words, inReplyToAuthor: 'ada' }),
  ]);
  for (const [name, q] of [
    [words, words],
    ['tea', 'tea'],
  ])
    expect((await web.post('/api/finds', { name: name ?? '', q: q ?? '', by: 'words' })).ok).toBe(
      true,
    );
  return web;
}

async function start(web: TestApp, type: string, fields: Record<string, string>): Promise<string> {
  const answer = await web.post(`/api/${type}`, fields, { accept: 'application/json' });
  expect(answer.status).toBe(202);
  return ((await answer.json()) as { job: { id: string } }).job.id;
}

const asked = (words: string) => [
  words,
  `${words} 135`,
  `"${words}"`,
  `${words}*`,
  `tea -${words}`,
  `tea OR ${words}`,
  `from:${words}`,
  `-(from:ada ${words})`,
  `tea OR from:"${words}"`,
  `since:${words}`,
];

test.each(['كتاب', HEBREW])('%s keeps to itself in every sentence of a find', async (words) => {
  const web = await fill(words);
  let mentions = 0;
  for (const q of asked(words)) {
    for (const by of ['best', 'words', 'meaning']) {
      const query = new URLSearchParams({ q, by });
      for (const path of [`/find?${query}`, `/api/find?${query}`]) {
        const headers = path.startsWith('/find') ? NAVIGATION : { accept: 'text/html' };
        const html = await (await web.request(path, { headers })).text();
        mentions += html.split('\u2068').length - 1;
        expect([path, unisolated(html, words)]).toEqual([path, []]);
      }
    }
  }
  expect(mentions).toBeGreaterThan(60);
});

test.each(['كتاب', HEBREW])('%s keeps to itself in jobs, forms and lists', async (words) => {
  const web = await fill(words);
  await web.tracker.start();
  const fields = { source: 'sample', query: `${words}, tea` };
  const ids = [await start(web, 'search', fields), await start(web, 'discover', fields)];
  for (const id of ids) await web.ended(id);
  const typed = new URLSearchParams({ query: words, source: 'sample', archive: `${words}.zip` });
  const pages = [
    ...ids.map((id) => `/jobs/${id}`),
    ...['/jobs', '/api/jobs', '/audit', '/', '/profiles', '/find?q=tea&by=words'],
    ...['search', 'discover', 'scrape'].map((type) => `/${type}?${typed}`),
  ];
  for (const path of pages) {
    const html = await (await web.request(path, { headers: NAVIGATION })).text();
    expect([path, unisolated(html, words)]).toEqual([path, []]);
  }
  const taken = await web.post(
    '/api/finds',
    { name: words, q: 'another', by: 'words' },
    NAVIGATION,
  );
  expect(unisolated(await taken.text(), words)).toEqual([]);
});
