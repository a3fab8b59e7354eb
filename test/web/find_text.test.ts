import { afterAll, expect, test } from 'bun:test';
import { closeApps, setupApp } from '../support/app.ts';
import { post } from '../views/pages/fixtures.ts';

afterAll(closeApps);

test('plain text has of a long post the part with the words', async () => {
  const { request, library } = await setupApp();
  const text = `${'It goes on and on. '.repeat(250)}At last a comet came. ${'And on. '.repeat(50)}`;
  const quote = { id: '2', author: 'bo', text: 'A comet, quoted' };
  library.savePosts([post({ text, quote })]);
  const headers = { accept: 'text/plain' };
  const answer = await (await request('/api/find?q=comet&by=words', { headers })).text();
  expect(answer).toMatch(/\n {2}….{0,200}At last a comet came\..{0,300}…\n/);
  expect(answer).not.toContain('\x1b');
  expect(answer.length).toBeLessThan(1_000);
  const listed = await (await request('/api/posts', { headers })).text();
  expect(listed).toContain(text.trim());
});
