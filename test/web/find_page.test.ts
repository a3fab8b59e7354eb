import { afterAll, expect, test } from 'bun:test';
import { closeApps, NAVIGATION, setupApp } from '../support/app.ts';
import { attributesOf } from '../views/pages/fixtures.ts';

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
