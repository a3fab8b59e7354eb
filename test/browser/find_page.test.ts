import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { closeStagedApps, startStagedApp } from '../support/staged_app.ts';
import { post } from '../views/pages/fixtures.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
afterEach(closePages);

test('a phone has one box to find posts, and the posts begin in the upper half', async () => {
  const { url, library } = await startStagedApp();
  library.savePosts(
    [1, 2, 3].map((n) => post({ id: `${n}`, text: `tea ${n}`, author: `ada_${n}` })),
  );
  const { page, problems } = await openPage({ viewport: { width: 390, height: 844 } });
  await page.goto(`${url}/find?q=tea&by=words`);
  expect(await page.locator('input[type="search"]:visible').count()).toBe(1);
  const [top = 844, excess] = await page.evaluate(() => [
    document.querySelector('article.post')?.getBoundingClientRect().top,
    document.documentElement.scrollWidth - innerWidth,
  ]);
  expect(top).toBeLessThan(844 / 2);
  expect(excess).toBe(0);
  await page.locator('article.post').first().click();
  await page.keyboard.press('/');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('q');
  await page.goto(`${url}/jobs`);
  await page.keyboard.press('/');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('find-box');
  expect(problems).toEqual([]);
});

test('the excerpt of a long post goes when the rest is unfolded', async () => {
  const { url, library } = await startStagedApp();
  const text = `${'word '.repeat(300)}needle ${'word '.repeat(100)}`;
  library.savePosts([post({ id: '1', text })]);
  const { page } = await openPage();
  await page.goto(`${url}/find?q=needle&by=words`);
  const excerpt = page.locator('.post-snippet');
  expect(await excerpt.isVisible()).toBe(true);
  await page.getByText('Show the rest').click();
  expect(await excerpt.isVisible()).toBe(false);
});

test('the button to delete an author says what a press does', async () => {
  const { url } = await startStagedApp();
  const { page } = await openPage();
  await page.goto(`${url}/forget?username=ada&source=sample`);
  await page.getByRole('button', { name: 'Count', exact: true }).waitFor();
  await page.getByLabel('Only count').uncheck();
  await page.getByRole('button', { name: 'Delete', exact: true }).waitFor();
});

test('the buttons of an author stand in one line, and posts that come meanwhile are told', async () => {
  const { url, library } = await startStagedApp();
  library.savePosts([post({ id: '1', author: 'ada' })]);
  const { page, problems } = await openPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${url}/authors/sample/ada`);
  const middles = await page.evaluate(() =>
    [...document.querySelectorAll('.author-actions :is(.button, button)')].map((button) => {
      const { top, bottom } = button.getBoundingClientRect();
      return Math.round((top + bottom) / 2);
    }),
  );
  expect(middles).toHaveLength(3);
  expect(new Set(middles).size).toBe(1);
  library.savePosts([post({ id: '2', author: 'ada' })]);
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent('jobs-changed')));
  await page.getByRole('link', { name: '1 new post' }).click();
  await page.getByText('Only new posts: 1 post.').waitFor();
  expect(problems).toEqual([]);
});
