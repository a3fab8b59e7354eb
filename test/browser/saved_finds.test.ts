import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { closeStagedApps, startStagedApp } from '../support/staged_app.ts';
import { post } from '../views/pages/fixtures.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
afterEach(closePages);

describe.each([
  ['on a desktop', { viewport: { width: 1440, height: 900 } }],
  [
    'on a phone without JavaScript',
    { viewport: { width: 390, height: 844 }, javaScriptEnabled: false },
  ],
])('FEATURES 47: saved finds %s', (_, options) => {
  test('are saved, tell what is new, are opened by keyboard, replaced and removed', async () => {
    const { url, library } = await startStagedApp();
    library.savePosts([post({ id: '1', text: 'green tea' })]);
    const { page, problems } = await openPage(options);
    const button = (name: string | RegExp) =>
      page.locator('main').getByRole('button', { name, exact: true });
    const find = async (query: string) => {
      await page.goto(`${url}/find`);
      await page.locator('main #q').fill(query);
      await button('Find').click();
    };
    const saveAs = async (name: string) => {
      await page.getByText('Save this find').click();
      await page.getByLabel('Name', { exact: true }).fill(name);
      await button('Save').click();
    };

    await find('tea -black');
    await saveAs('Tea');
    await page.getByText('Saved as “Tea”.').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('tea -black');

    library.savePosts([post({ id: '2', text: 'white tea' }), post({ id: '3', text: 'black tea' })]);
    await page.goto(`${url}/find`);
    await button('Tea 1 new').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Saved as “Tea”.').waitFor();
    expect(await page.locator('main #q').inputValue()).toBe('tea -black');
    expect(await page.locator('article').count()).toBe(2);
    expect(await page.locator('.marked-news').textContent()).toContain(
      'New and marked so: 1 post.',
    );
    await page.getByRole('link', { name: 'Show only what is new' }).click();
    await page.getByText('Only new posts: 1 post.').waitFor();
    expect(await page.locator('article').count()).toBe(1);
    await page.goto(`${url}/find`);
    await button('Tea').waitFor();

    await find('coffee');
    await saveAs('TEA');
    await page.getByText('There is already a saved find “Tea”').waitFor();
    await button('Replace it').click();
    await page.getByText('Saved as “TEA”.').waitFor();
    expect(library.savedFinds.list().map(({ query }) => query.q)).toEqual(['coffee']);

    await page.locator('.saved-finds > summary').click();
    const change = async () => {
      const details = page.locator('.saved-find-change');
      if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
    };
    await change();
    await page.getByLabel('New name').fill('Hot drinks');
    await button('Rename “TEA”').click();
    await page.getByText('Saved as “Hot drinks”.').waitFor();
    await page.locator('.saved-finds > summary').click();
    await change();
    await button('Remove “Hot drinks”').click();
    await page.getByText('Save this find').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('coffee');
    expect(library.savedFinds.list()).toEqual([]);
    expect(problems.filter((problem) => !problem.includes('409'))).toEqual([]);
  });
});
