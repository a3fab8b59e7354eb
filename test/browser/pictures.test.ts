import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { closeStagedApps, startStagedApp } from '../support/staged_app.ts';
import { post } from '../views/pages/fixtures.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
afterEach(closePages);

/** One dark pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const OWN = { type: 'photo' as const, url: 'https://pictures.example/own.PNG' };
const REMOTE = {
  type: 'photo' as const,
  url: 'https://pictures.example/remote.png',
  alt: 'A tree',
};

test('FEATURES 49: pictures of an archive are there, remote ones when the reader asks', async () => {
  const { url, library, config, tracker } = await startStagedApp();
  const folder = join(config.importsDir, 'mine', 'data', 'tweets_media');
  mkdirSync(folder, { recursive: true });
  await Bun.write(join(folder, '1-own.PNG'), PIXEL);
  const { page, problems } = await openPage();
  const asked: string[] = [];
  await page.route('https://pictures.example/**', (route) => {
    asked.push(route.request().url());
    return route.fulfill({ body: PIXEL, contentType: 'image/png' });
  });
  await page.goto(`${url}/find`);
  expect(await page.locator('article').count()).toBe(0);
  // The list was empty, and is filled without a reload.
  library.savePosts([
    post({ source: 'archive', id: '1', media: [OWN] }),
    post({ source: 'sample', id: '2', media: [REMOTE] }),
  ]);
  await tracker.createJob('scrape', { username: 'ada' });
  await page.waitForFunction(() => document.images.length === 1 && document.images[0]?.complete);
  expect(await page.evaluate(() => document.images[0]?.naturalWidth)).toBe(1);
  expect(asked).toEqual([]);
  await page.getByRole('button', { name: 'Show picture' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('img', { name: 'A tree' }).waitFor();
  // The place on the page is kept for who reads it by keyboard.
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('IMG');
  expect(asked).toEqual([REMOTE.url]);
  // Chosen once, they are loaded on every page.
  await page.getByLabel('Always show pictures').check();
  await page.goto(`${url}/posts/sample/2`);
  await page.getByRole('img', { name: 'A tree' }).waitFor();
  expect(problems).toEqual([]);
});

test('FEATURES 49: a picture that cannot be loaded says so, and can be asked for again', async () => {
  const { url, library } = await startStagedApp();
  library.savePosts([post({ id: '2', media: [REMOTE] })]);
  const { page } = await openPage();
  let isThere = false;
  await page.route('https://pictures.example/**', (route) =>
    isThere ? route.fulfill({ body: PIXEL, contentType: 'image/png' }) : route.abort(),
  );
  await page.goto(`${url}/find`);
  await page.getByRole('button', { name: 'Show picture' }).focus();
  await page.keyboard.press('Enter');
  const again = page.getByRole('button', { name: 'The picture cannot be loaded. Try again' });
  await again.waitFor();
  // Who reads by keyboard stays where the picture was.
  expect(await again.evaluate((button) => button === document.activeElement)).toBe(true);
  isThere = true;
  await again.click();
  await page.getByRole('img', { name: 'A tree' }).waitFor();
});

test('FEATURES 49: pictures of an archive are links without JavaScript', async () => {
  const { url, library, config } = await startStagedApp();
  const folder = join(config.importsDir, 'mine', 'data', 'tweets_media');
  mkdirSync(folder, { recursive: true });
  await Bun.write(join(folder, '1-own.PNG'), PIXEL);
  library.savePosts([post({ source: 'archive', id: '1', media: [OWN] })]);
  const { page } = await openPage({ javaScriptEnabled: false });
  await page.goto(`${url}/find`);
  await page.getByRole('link', { name: 'From the archive' }).click();
  expect(new URL(page.url()).pathname).toBe('/media/archive/1/0');
});
