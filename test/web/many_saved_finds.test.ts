import { afterAll, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';
import { textOf } from '../views/job_view.ts';
import { attributesOf, elements, post } from '../views/pages/fixtures.ts';

afterAll(closeApps);

const pageOf = async (web: TestApp, path: string) =>
  (await web.request(path, { headers: NAVIGATION })).text();

test('of many saved finds a few are shown, and the others are folded unless one of them is open', async () => {
  const web = await setupApp();
  const names = Array.from({ length: 9 }, (_, at) => `find${at}`);
  for (const name of names) await web.post('/api/finds', { name, q: name, by: 'words' });
  const page = await pageOf(web, '/find');
  const folded = page.slice(page.indexOf('<details class="more-finds"'));
  expect(elements(page, '.saved-find')).toHaveLength(9);
  expect(elements(folded, '.saved-find')).toHaveLength(4);
  expect(attributesOf(page, '.more-finds')).not.toHaveProperty('open');
  expect(textOf(page)).toContain('4 more');
  const [hidden = ''] = /find\d/.exec(textOf(folded)) ?? [];
  const other = await pageOf(web, `/find?q=${hidden}&by=words`);
  expect(attributesOf(other, '.more-finds')).toHaveProperty('open');
  for (const id of [1, 2, 3]) await web.json(`/api/finds/${id}`, { method: 'DELETE' });
  expect(elements(await pageOf(web, '/find'), '.more-finds')).toEqual([]);
});

test('the title of a find says what was looked for', async () => {
  const web = await setupApp();
  web.library.savePosts([post({ id: '1', text: 'green tea' })]);
  const titleOf = async (query: string) =>
    /<title>([^<]*)</.exec(await pageOf(web, `/find?${query}`))?.[1];
  expect(await titleOf('')).toBe('Find · xgpt');
  expect(await titleOf('q=green+%26+tea&by=words')).toBe('green &amp; tea · Find · xgpt');
  expect(await titleOf('like=sample:1')).toBe('Like “green tea” · Find · xgpt');
  expect(await titleOf(`q=${'tea+'.repeat(100)}&by=words`)).toMatch(/^(tea )+tea… · Find · xgpt$/);
});
