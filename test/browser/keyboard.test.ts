import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, closePages } from '../support/browser.ts';
import { isAt, shows, taskbarApp } from '../support/taskbar_app.ts';

// Chromium is slow on a busy machine.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
// Open pages turn their icons and keep the machine busy.
afterEach(closePages);

const staged = taskbarApp();
const { running, open } = staged;

describe('the keyboard', () => {
  test('opens and closes the help dialog', async () => {
    const { page } = await open();
    const help = page.locator('#help');
    await page.keyboard.press('?');
    await help.waitFor();
    await page.keyboard.press('4');
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    expect(page.url()).toBe(`${staged.app.url}/find`);
    await page.locator('#help-open').click();
    await help.waitFor();
    await help.getByRole('button', { name: 'Close' }).click();
    await help.waitFor({ state: 'hidden' });
  });

  test('opens pages by their position in the navigation', async () => {
    const { page } = await open();
    for (const [key, path] of [
      ['4', '/jobs'],
      ['5', '/scrape'],
      ['8', '/scrape?source=archive'],
      ['1', '/'],
    ] as const) {
      await page.keyboard.press(key);
      await page.waitForURL(staged.app.url + path);
    }
  });

  test('E9: / goes to the box that finds posts, from every page', async () => {
    const { page } = await open('/jobs');
    await page.keyboard.press('/');
    await isAt(page, 'find-box');
    await page.keyboard.type('tea/jazz');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${staged.app.url}/find?q=tea%2Fjazz`);
  });

  test('opens the menu Collect, and closes it', async () => {
    const { page } = await open('/jobs');
    const entry = page.locator('.menu a', { hasText: 'Archive' });
    await page.locator('.menu > summary').click();
    await entry.waitFor();
    await page.keyboard.press('Escape');
    await entry.waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    await entry.waitFor();
    await page.mouse.click(900, 600);
    await entry.waitFor({ state: 'hidden' });
    await page.locator('.menu > summary').click();
    await entry.click();
    await page.waitForURL(`${staged.app.url}/scrape?source=archive`);
    expect(await page.locator('#source').inputValue()).toBe('archive');
  });

  test('has no effect while someone types, or with a modifier', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    await shows(page, id, 'running');
    await page.locator('#q').focus();
    await page.keyboard.type('tj8?');
    expect(await page.locator('#q').inputValue()).toBe('tj8?');
    await page.keyboard.press('Backspace');
    await page.locator(`#job-${id} > a`).focus();
    await page.keyboard.press('Control+Delete');
    await page.keyboard.press('Alt+t');
    expect(await page.locator('#help').isVisible()).toBe(false);
    expect(await page.locator('#taskbar-jobs').isVisible()).toBe(true);
    expect(staged.app.tracker.getJob(id)?.status).toBe('running');
    expect(page.url()).toBe(`${staged.app.url}/find`);
  });

  test('moves through the jobs, cancels the focused one, and opens it', async () => {
    const { page } = await open();
    const jobs = [await running('one'), await running('two'), await running('three')];
    const [one, two, three] = jobs.map(({ id }) => id) as [string, string, string];
    for (const { id } of jobs) await shows(page, id, 'running');
    await page.keyboard.press('Delete');
    await page.keyboard.press('j');
    await isAt(page, `job-${one}`);
    await page.keyboard.press('ArrowUp');
    await isAt(page, `job-${one}`);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await isAt(page, `job-${two}`);
    await page.keyboard.press('Delete');
    await shows(page, two, 'cancelled');
    await isAt(page, `job-${two}`);
    expect([one, three].map((id) => staged.app.tracker.getJob(id)?.status)).toEqual([
      'running',
      'running',
    ]);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${staged.app.url}/jobs/${two}`);
  });

  test('collapses and expands the taskbar, and focuses its heading while it is collapsed', async () => {
    const { page } = await open('/find', {}, 'auto');
    await page.keyboard.press('t');
    const { id } = await running('aurora_lab');
    await page.locator(`#job-${id}`).waitFor();
    await page.keyboard.press('t');
    await page.locator('#taskbar-jobs').waitFor({ state: 'hidden' });
    await page.keyboard.press('j');
    await isAt(page, 'taskbar-toggle');
    await page.keyboard.press('t');
    await page.locator('#taskbar-jobs').waitFor();
    await page.keyboard.press('j');
    await isAt(page, `job-${id}`);
    await page.keyboard.press('t');
    await isAt(page, 'taskbar-toggle');
  });

  test('moves to the next job when the focused one is dismissed', async () => {
    const { page } = await open();
    const [one, two] = [await running('one'), await running('two')];
    for (const { id } of [one, two]) {
      await staged.app.tracker.cancelJob(id);
      await shows(page, id, 'cancelled');
    }
    const [first, last] = await page
      .locator('#taskbar .job-card')
      .evaluateAll((cards) => cards.map(({ id }) => id));
    await page.locator(`#${first} form[action$=dismiss] button`).focus();
    await page.keyboard.press('Enter');
    await page.locator(`#${first}`).waitFor({ state: 'detached' });
    await isAt(page, last as string);
  });

  test('shortcuts can be turned off, on every page', async () => {
    const { page } = await open();
    await page.keyboard.press('?');
    await page.locator('#shortcuts-switch').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('4');
    await page.goto(`${staged.app.url}/profiles`);
    await page.locator('main').click();
    await page.keyboard.press('?');
    expect(await page.locator('#help').isVisible()).toBe(false);
    await page.locator('#help-open').click();
    expect(await page.locator('#shortcuts-switch').isChecked()).toBe(false);
  });
});
