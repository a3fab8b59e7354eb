import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { closeStagedApps, startStagedApp } from '../support/staged_app.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
afterEach(closePages);

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

test('A5: what a reader has unfolded stays open while the page is loaded again', async () => {
  const { tracker, url } = await startStagedApp();
  const query = `begins ${'é😀 '.repeat(1_000)}ends`;
  const { jobId } = await tracker.createJob('search', { query });
  const { page, problems } = await openPage();
  await page.goto(`${url}/jobs/${jobId}`);
  const whole = page.locator('#job-report .whole-text > div');
  expect(await whole.isVisible()).toBe(false);
  await page.getByText('Show all').click();
  expect(await whole.textContent()).toBe(query);
  for (let reading = 0; reading < 2; reading++) {
    await page.waitForResponse((response) => response.url().endsWith(`/jobs/${jobId}`));
  }
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  expect(await whole.isVisible()).toBe(true);
  await page.getByText('Show less').click();
  expect(await whole.isVisible()).toBe(false);
  expect(problems).toEqual([]);
});

test.each(SIZES)(
  'A5: a page with texts of 3 MB is there, and fits $width pixels',
  async (viewport) => {
    const { tracker, url } = await startStagedApp();
    const long = 'é😀 unbroken'.repeat(270_000);
    const { jobId } = await tracker.createJob('search', { query: long, note: long });
    await tracker.completeJob(jobId, false, long);
    const { page, problems } = await openPage({ viewport });
    for (const path of ['/', '/jobs', `/jobs/${jobId}`]) {
      await page.goto(url + path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([path, width]).toEqual([path, viewport.width]);
    }
    expect(await page.getByRole('heading', { name: 'Details' }).isVisible()).toBe(true);
    expect(problems).toEqual([]);
  },
);
