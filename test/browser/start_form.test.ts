import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { closeStagedApps, startStagedApp } from '../support/staged_app.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
afterEach(closePages);

test('the sentence beside the form changes with every key', async () => {
  const { url } = await startStagedApp();
  const { page, problems } = await openPage();
  await page.goto(`${url}/scrape`);
  const sentence = page.locator('#start-sentence');
  expect(await sentence.textContent()).toStartWith('Enter a username');
  await page.getByLabel('Username').fill('aurora_lab');
  await page.getByLabel('Maximum posts').fill('40');
  await page.getByLabel('Include replies').check();
  expect(await sentence.textContent()).toStartWith(
    'Reads up to 40 posts, replies included, of @aurora_lab from ',
  );
  await page.goto(`${url}/search`);
  await page.getByLabel('Terms').fill('jazz, tea');
  await page.getByLabel('Days back').fill('7');
  expect(await sentence.textContent()).toContain('about “jazz” or “tea” of the last 7 days');
  expect(problems).toEqual([]);
});

test('the browser checks a username by the rule of the server', async () => {
  const { url } = await startStagedApp();
  const { page, problems } = await openPage();
  await page.goto(`${url}/scrape`);
  const field = page.getByLabel('Username');
  const isValid = () => field.evaluate((input) => (input as HTMLInputElement).checkValidity());
  for (const [name, fits] of [
    ['@münchen-1', true],
    ['a b', false],
    ['.aurora', false],
  ] as const) {
    await field.fill(name);
    expect(await isValid(), name).toBe(fits);
  }
  await field.fill('x'.repeat(200));
  expect(await field.inputValue()).toHaveLength(101);
  expect(problems).toEqual([]);
});
