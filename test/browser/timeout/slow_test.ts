/** Run by `browser_restart.test.ts`: one test times out, and the next one needs Chromium too. */
import { afterAll, expect, test } from 'bun:test';
import { closeBrowser, closePages, openPage } from '../../support/browser.ts';

afterAll(closeBrowser);

async function titleOfPage(): Promise<string> {
  const { page } = await openPage();
  await page.setContent('<title>it works</title>');
  return page.title();
}

test('opens a page', async () => {
  expect(await titleOfPage()).toBe('it works');
});

test('times out', async () => {
  await openPage();
  await Bun.sleep(60_000);
}, 3_000);

test('opens a page after it', async () => {
  await closePages();
  expect(await titleOfPage()).toBe('it works');
});
