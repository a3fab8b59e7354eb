import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { join } from 'node:path';
import { closeApps, setupApp } from '../support/app.ts';
import {
  accountFiles,
  part,
  temporaryFolder,
  tweet,
  writeZip,
} from '../support/archive_fixture.ts';
import { startBlueskyDouble } from '../support/bluesky_double.ts';
import { closeBrowser, openPage } from '../support/browser.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeApps);

test('a newcomer reads a pasted address, connects, sees what is new, and imports an archive', async () => {
  const bluesky = await startBlueskyDouble();
  const web = await setupApp({ XGPT_BLUESKY_URL: bluesky.url });
  await web.tracker.start();
  web.app.listen({ port: 0, hostname: '127.0.0.1' });
  const url = `http://127.0.0.1:${web.app.server?.port}`;
  const ada = bluesky.world.find('ada.example') ?? bluesky.world.account('ada.example');
  for (let n = 0; n < 5; n++) bluesky.world.post(ada, { text: `Note ${n} about tides` });
  const { page, problems } = await openPage({ viewport: { width: 1440, height: 900 } });

  // The first thing that a newcomer has is an address.
  await page.goto(url);
  const card = page.locator('.beginning', {
    has: page.getByRole('heading', { name: /^Bluesky$/ }),
  });
  await card.getByRole('textbox').fill('https://bsky.app/profile/ada.example');
  await card.getByRole('button', { name: 'Scrape' }).click();
  await page
    .getByRole('link', { name: /^See the \d+ posts$/ })
    .first()
    .waitFor();
  const before = web.library.posts({ source: 'bluesky' }).total;
  expect(before).toBeGreaterThanOrEqual(5);

  // A search needs an account, and the form says so.
  await page.goto(`${url}/search`);
  expect(await page.locator('option[value="bluesky"]').getAttribute('disabled')).not.toBeNull();
  await page.getByRole('link', { name: 'Connect on the Sources page' }).click();
  const source = page.locator('#source-bluesky');
  expect(await source.locator('.source-state').textContent()).toContain('Works without an account');
  await source.getByText('Connect · App password').click();
  await source.getByLabel('Handle or email address').fill('ada.example');
  await source.getByLabel('App password').fill('wrong');
  await source.getByLabel('Server').fill(bluesky.url);
  await source.getByRole('button', { name: 'Store and test' }).click();
  await source.locator('.field-error', { hasText: 'four groups of four' }).waitFor();
  await source.getByLabel('App password').fill('abcd-efgh-ijkl-mnop');
  await source.getByRole('button', { name: 'Store and test' }).click();
  await source.getByText('Connected as @ada.example').waitFor();
  expect(await page.content()).not.toContain('abcd-efgh-ijkl-mnop');
  await page.goto(`${url}/search`);
  expect(await page.locator('option[value="bluesky"]').getAttribute('disabled')).toBeNull();

  // The form begins with the source of the last run.
  for (let n = 0; n < 3; n++) bluesky.world.post(ada, { text: `News ${n}` });
  await page.goto(`${url}/scrape`);
  expect(await page.getByLabel('Source').inputValue()).toBe('bluesky');
  await page.getByLabel('Username').fill('@ada.example');
  await page.getByLabel('Only what is new').check();
  await page.getByRole('button', { name: 'Scrape', exact: true }).click();
  await page.locator('.run', { hasText: /\b3 new/ }).waitFor();

  await using folder = await temporaryFolder();
  const zip = await writeZip(join(folder.path, 'archive.zip'), {
    ...accountFiles('ida_k'),
    'data/tweets.js': part('tweets.part0', [
      tweet(11, { full_text: 'A walk along the harbour' }),
      tweet(12, { full_text: 'RT @quay: Ships' }),
    ]),
  });
  await page.goto(`${url}/scrape?source=archive`);
  const upload = page.locator('section.archive');
  await upload.locator('input[type="file"]').setInputFiles(zip);
  await upload.getByRole('button', { name: 'Upload and import' }).click();
  await page.locator('.run', { hasText: /1 post/ }).waitFor();
  await page.locator('.run').getByRole('link', { name: 'archive.zip' }).first().click();
  await page
    .locator('.report-why')
    .getByText('1 repost was left out. Tick “Include reposts” to read it too.')
    .waitFor();
  expect(problems.filter((problem) => !problem.includes('422'))).toEqual([]);
  await bluesky.stop();
});
