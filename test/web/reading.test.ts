import { afterAll, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import { textOf } from '../views/job_view.ts';
import { elements, post } from '../views/pages/fixtures.ts';

afterAll(closeApps);

test('a post is shown with its thread, oldest first, and is the current one', async () => {
  const { request, library } = await setupApp();
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute));
  library.savePosts([
    post({ id: '1', text: 'The question', createdAt: at(1) }),
    post({ id: '3', text: 'Thanks', inReplyToId: '2', kind: 'reply', createdAt: at(3) }),
    post({ id: '2', text: 'The answer', inReplyToId: '1', kind: 'reply', createdAt: at(2) }),
    post({ id: '4', text: 'Something else', createdAt: at(4) }),
    post({ id: '1', source: 'x', text: 'Elsewhere', createdAt: at(1) }),
  ]);
  const html = await (await request('/posts/sample/2', { headers: NAVIGATION })).text();
  const text = textOf(html);
  expect(text).toMatch(/The question.*The answer.*Thanks/s);
  expect(text).not.toContain('Something else');
  expect(text).not.toContain('Elsewhere');
  expect(elements(html, 'article[aria-current]')).toHaveLength(1);
  // Nothing leads to the page that is open.
  expect(elements(html, '.post-links a').map(({ attributes }) => attributes.href)).toEqual([
    '/find?like=sample%3A1',
    '/find?like=sample%3A2',
    '/find?like=sample%3A3',
  ]);
  expect((await request('/posts/sample/9', { headers: NAVIGATION })).status).toBe(404);
});

test('a picture comes from the file of the archive, and nothing else does', async () => {
  const { request, library, config } = await setupApp();
  const folder = join(config.importsDir, 'mine', 'data', 'tweets_media');
  mkdirSync(folder, { recursive: true });
  await Bun.write(join(folder, '7-a.jpg'), 'a picture');
  const media = [
    { type: 'photo' as const, url: 'https://pictures.example/a.jpg' },
    { type: 'photo' as const, url: 'https://pictures.example/..%2Fb.jpg' },
  ];
  library.savePosts([post({ source: 'archive', id: '7', media })]);
  const answer = await request('/media/archive/7/0');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  expect(await answer.text()).toBe('a picture');
  for (const path of ['/media/archive/7/1', '/media/archive/7/2', '/media/sample/7/0']) {
    expect((await request(path)).status).toBe(404);
  }
});

test('posts that came since the page was opened are counted, if they match', async () => {
  const { request, library } = await setupApp();
  library.savePosts([post({ id: '1', text: 'tea' })]);
  const seen = library.words.newestKey();
  library.savePosts([post({ id: '2', text: 'tea' }), post({ id: '3', text: 'coffee' })]);
  const html = await (await request(`/find/new?q=tea&seen=${seen}`)).text();
  expect(textOf(html)).toBe('1 new post');
  expect(elements(html, 'a').map(({ attributes }) => attributes.href)).toEqual([
    '/find?q=tea&sort=newest&after=1&only=new',
  ]);
});
