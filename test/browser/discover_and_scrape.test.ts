import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { PermanentError } from '../../src/jobs/index.ts';
import { closeBrowser, openPage } from '../support/browser.ts';
import { closeStagedApps, startStagedApp } from '../support/staged_app.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);

const REFUSAL = 'The source refused the credentials. Check them in the settings.';

test('FEATURES 12, 22: a failed discovery with twelve scrapes is explained and retried on its page', async () => {
  let isBroken = true;
  let victim: string | undefined;
  const scraped: string[] = [];
  const app = await startStagedApp(({ username }) => {
    victim ??= username;
    if (isBroken && username === victim) throw new PermanentError(REFUSAL);
    scraped.push(username);
    return { username, posts: 3, newPosts: 3 };
  });
  const { page, problems } = await openPage();
  await page.goto(`${app.url}/discover`);
  await page.locator('#query').fill('and');
  await page.locator('#maxResults').fill('12');
  await page.locator('#scrape').check();
  await page.getByRole('button', { name: 'Discover', exact: true }).click();
  await page.locator('#taskbar .job-card[data-status=failed]', { hasText: 'discover' }).waitFor();
  await page.locator('#taskbar .job-card', { hasText: 'discover' }).getByRole('link').click();

  // Which of them, why, which attempt, and what to do.
  const report = page.locator('#main');
  await page.getByRole('heading', { level: 1, name: 'Failed' }).waitFor();
  expect(await report.textContent()).toContain(`1 of 12 scrapes failed. @${victim}: ${REFUSAL}`);
  expect(await report.textContent()).toContain(
    'Retry starts again what failed and keeps the rest.',
  );
  const rows = report.locator('.report-children tbody tr');
  expect(await rows.count()).toBe(12);
  expect(await rows.first().textContent()).toContain(`@${victim}`);
  expect(await rows.first().textContent()).toContain(REFUSAL);
  expect(await report.locator('.report-attempts tbody tr').count()).toBe(1);
  await report.locator('#log-lines', { hasText: `@${victim} failed.` }).waitFor();

  isBroken = false;
  await report.getByRole('button', { name: 'Retry', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Completed' }).waitFor();
  expect(await report.locator('.steps').textContent()).not.toContain('failed');
  expect(await report.locator('.report-children').textContent()).toContain('12 completed');
  expect(scraped).toHaveLength(12);
  expect(new Set(scraped).size).toBe(12);
  expect(problems).toEqual([]);
});
