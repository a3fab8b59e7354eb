import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { closeBrowser, closePages, press } from '../support/browser.ts';
import { isAt, shows, taskbarApp } from '../support/taskbar_app.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a busy machine.
setDefaultTimeout(120_000);
afterAll(closeBrowser);
afterEach(closePages);

const staged = taskbarApp();
const { running, worker } = staged;
const open = (path = '/find') => staged.open(path, {}, 'auto');

const isPill = (page: Page) => page.locator('#taskbar[data-collapsed="true"]').waitFor();
const isOpen = (page: Page) => page.locator('#taskbar-jobs').waitFor();
/** The border of the taskbar, and the colour of failures. */
const colours = (page: Page) =>
  page.evaluate(() => {
    const colour = (selector: string, name: 'color' | 'borderTopColor') =>
      getComputedStyle(document.querySelector(selector) as Element)[name];
    return {
      border: colour('#taskbar', 'borderTopColor'),
      failed: colour('.taskbar-summary > [data-status="failed"]', 'color'),
    };
  });

describe('E6: the taskbar by itself', () => {
  test('opens when a job runs, and is a pill when none runs any more', async () => {
    const { page, problems } = await open();
    const { id } = await running('aurora_lab');
    await isOpen(page);
    worker('aurora_lab').end({ posts: 200, newPosts: 200, username: 'aurora_lab' });
    await page.locator(`#job-${id}[data-status="completed"]`).waitFor({ state: 'attached' });
    await isPill(page);
    expect(await page.locator('#taskbar-toggle').getAttribute('aria-expanded')).toBe('false');
    expect(problems).toEqual([]);
  });

  test('E4: leads on from the pill', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    await isOpen(page);
    worker('aurora_lab').end({ posts: 200, newPosts: 200, username: 'aurora_lab' });
    await isPill(page);
    await page.locator('#taskbar-toggle').click();
    await page.locator(`#job-${id} .job-times > a`, { hasText: 'See the 200 posts' }).waitFor();
    await page.locator('#taskbar-toggle').click();
    await page.locator('#taskbar-next', { hasText: 'See the 200 posts' }).click();
    await page.waitForURL(`${staged.app.url}/find?author=aurora_lab`);
  });

  test('turns red for a failure, and does not open for it, on no page', async () => {
    const { page } = await open();
    const { id } = await staged.app.scrape('broken');
    await staged.app.reaches(id, 'failed');
    await page.locator(`#job-${id}[data-status="failed"]`).waitFor({ state: 'attached' });
    await isPill(page);
    const { border, failed } = await colours(page);
    expect(border).toBe(failed);
    for (const path of ['/profiles', '/', '/jobs', '/embed']) {
      await page.goto(staged.app.url + path);
      await page.locator('#taskbar').waitFor();
      expect(await page.locator('#taskbar-jobs').isVisible(), path).toBe(false);
    }
  });

  test('opens over no form that a reader fills in, and stays closed by hand while jobs run', async () => {
    const { page } = await staged.open(
      '/scrape',
      { viewport: { width: 390, height: 844 } },
      'auto',
    );
    const field = page.getByLabel('Username');
    await field.focus();
    const { id } = await running('aurora_lab');
    const isBusy = page.locator('.taskbar-summary', { hasText: '1 running' });
    await isBusy.waitFor();
    await isPill(page);
    // Neither between two fields.
    await page.locator('#maxTweets').focus();
    await running('mo_draws');
    await page.locator('.taskbar-summary', { hasText: '2 running' }).waitFor();
    await isPill(page);
    await page.locator('h1').click();
    await isOpen(page);
    await page.locator('#taskbar-toggle').click();
    await isPill(page);
    worker('aurora_lab').end({});
    await page.locator(`#job-${id}[data-status="completed"]`).waitFor({ state: 'attached' });
    await isPill(page);
  });

  test('stays open while a reader points at a card', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    await page.locator(`#job-${id}`).hover();
    worker('aurora_lab').end({});
    await shows(page, id, 'completed');
    await Bun.sleep(1_500);
    expect(await page.locator(`#job-${id}`).isVisible()).toBe(true);
    await page.mouse.move(10, 10);
    await isPill(page);
  });

  test('stays open after a cancel, which Retry undoes', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    await press(page, `#cancel-${id}`);
    await page.mouse.move(10, 10);
    await shows(page, id, 'cancelled');
    await Bun.sleep(1_500);
    expect(await page.locator(`#retry-${id}`).isVisible()).toBe(true);
  });

  test('keeps the focus when its cards are hidden', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    await isOpen(page);
    await page.keyboard.press('j');
    await isAt(page, `job-${id}`);
    await page.keyboard.press('t');
    await isAt(page, 'taskbar-toggle');
  });
});

describe('B5: “The server did not answer”', () => {
  const note = (page: Page, id: string) =>
    page.locator(`#job-${id} .job-note`, { hasText: 'The server did not answer' });

  test.each([
    ['cancel', 'aurora_lab', 'running'],
    ['retry', 'broken', 'failed'],
    ['dismiss', 'broken', 'failed'],
  ] as const)('goes from a card after %s when the server is back', async (verb, user, status) => {
    const { page } = await staged.open();
    const { id } = status === 'running' ? await running(user) : await staged.app.scrape(user);
    await shows(page, id, status);
    await page.route(`**/${verb}`, (route) => route.abort());
    await page.locator(`#${verb}-${id}`).click();
    await note(page, id).waitFor();
    await page.evaluate(() => document.dispatchEvent(new CustomEvent('htmx:sseOpen')));
    await note(page, id).waitFor({ state: 'detached' });
    expect(await page.locator(`#${verb}-${id}`).isEnabled()).toBe(true);
  });

  test('goes with a later frame of a stream that was never lost', async () => {
    const { page } = await staged.open();
    const { id } = await running('aurora_lab');
    await shows(page, id, 'running');
    await page.route('**/cancel', (route) => route.abort());
    await page.locator(`#cancel-${id}`).click();
    await note(page, id).waitFor();
    await Bun.sleep(2_100);
    await worker('aurora_lab').job.updateProgress(300, 1_000, 'Reading page 15 of 50');
    await note(page, id).waitFor({ state: 'detached' });
  });

  test.each([
    ['cancel', 'aurora_lab', 'running'],
    ['retry', 'broken', 'failed'],
  ] as const)('is shown on the job’s page after %s too, and goes', async (verb, user, status) => {
    const { page } = await staged.open();
    const { id } = status === 'running' ? await running(user) : await staged.app.scrape(user);
    await shows(page, id, status);
    await page.goto(`${staged.app.url}/jobs/${id}`);
    await page.route(`**/${verb}`, (route) => route.abort());
    await page.locator(`#report-${verb}`).click();
    const shown = page.locator('.report-actions .job-note', { hasText: 'did not answer' });
    await shown.waitFor();
    await page.evaluate(() => document.dispatchEvent(new CustomEvent('htmx:sseOpen')));
    await shown.waitFor({ state: 'detached' });
    expect(await page.locator(`#report-${verb}`).isEnabled()).toBe(true);
  });

  test('becomes advice under a form', async () => {
    const { page } = await staged.open('/scrape');
    await page.route('**/api/scrape', (route) => route.abort());
    await page.getByLabel('Username').fill('aurora_lab');
    await page.locator('.start-form button[type="submit"]').click();
    const title = page.locator('#start-result .result-title');
    await until('it says so', async () => (await title.textContent())?.includes('did not answer'));
    await page.evaluate(() => document.dispatchEvent(new CustomEvent('htmx:sseOpen')));
    expect(await title.textContent()).toBe('The server answers again.');
    expect(await page.locator('#start-result').textContent()).toContain('Check under Jobs');
  });
});
