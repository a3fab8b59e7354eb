import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { closeStagedApps, type StagedApp, startStagedApp } from '../support/staged_app.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
afterEach(closePages);

let app: StagedApp;

beforeAll(async () => {
  app = await startStagedApp(({ username }) => ({ posts: 40, newPosts: 12, username }));
});

test('FEATURES 40: a newcomer repeats a scrape, pauses it, runs it now, and removes it', async () => {
  const { page, problems } = await openPage({ timezoneId: 'America/New_York' });
  await page.goto(`${app.url}/schedules`);
  await page.getByRole('link', { name: 'scrape a user’s posts' }).click();
  await page.getByLabel('Username').fill('aurora_lab');
  await page.getByText('Repeat…').click();
  // The reader's zone, which the server cannot know.
  expect(await page.getByLabel('Time zone').inputValue()).toBe('America/New_York');
  await page.getByLabel('How often').selectOption('week');
  await page.getByLabel('On', { exact: true }).selectOption('friday');
  expect(await page.getByLabel('Cron expression').isVisible()).toBe(false);
  // What will happen is said before anything is saved.
  await page.getByText('Every Friday at 03:00 (America/New_York). The next runs:').waitFor();
  const times = page.locator('.due-preview li');
  expect(await times.allTextContents()).toEqual(
    Array(3).fill(expect.stringMatching(/^Fri \d+ \w+( \d{4})?, 03:00 America\/New_York$/)),
  );
  expect(await page.getByRole('button', { name: 'Show the next runs' }).count()).toBe(0);
  expect(await app.schedules.list()).toEqual([]);
  await page.getByRole('button', { name: 'Save the schedule' }).click();
  await page.getByRole('link', { name: 'every Friday at 03:00 (America/New_York)' }).click();

  const card = page.locator('.schedule');
  await card.getByText('Scheduled', { exact: true }).waitFor();
  expect(await card.getByText(/, 3:00|, 03:00/).count()).toBeGreaterThan(0);
  await card.getByRole('link', { name: /^Change/ }).click();
  await page.getByLabel('At', { exact: true }).fill('04:30');
  await page.getByText('Every Friday at 04:30').waitFor();
  await page.getByLabel('Priority').selectOption('5');
  await page.getByRole('button', { name: 'Save the changes' }).click();
  await card.getByText('every Friday at 04:30').waitFor();
  await card.getByText('+5').waitFor();
  await card.getByRole('button', { name: /^Pause/ }).click();
  await card.getByText('Paused', { exact: true }).waitFor();
  await card.getByRole('button', { name: /^Run now/ }).click();
  await card.getByText(/completed: 40 posts of @aurora_lab, 12 new/).waitFor();
  await card.getByRole('link', { name: 'job' }).click();
  await page.getByRole('heading', { name: /aurora_lab/ }).waitFor();
  await page.goBack();
  await card.getByText('Remove…').click();
  await card.getByRole('button', { name: 'Remove the schedule' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Nothing is scheduled.').waitFor();
  expect(await page.locator(':focus').textContent()).toBe(
    'The schedule was removed. The jobs it started stay.',
  );
  expect(problems).toEqual([]);
});

test('FEATURES 40: the Enter key under “Repeat…” saves the schedule, and starts no job', async () => {
  const { page } = await openPage();
  await page.goto(`${app.url}/scrape?username=kip_reads`);
  const jobs = app.tracker.getAllJobs().length;
  await page.getByText('Repeat…').click();
  await page.getByLabel('How often').selectOption('cron');
  await page.getByLabel('Cron expression').fill('0 0 30 2 *');
  await page.getByLabel('Cron expression').press('Enter');
  await page.locator('.field-error').getByText('Cron is never due').waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('repeat.cron');
  // The preview says the same before: once is enough.
  expect(await page.getByText('Cron is never due').filter({ visible: true }).count()).toBe(1);
  await page.getByLabel('Cron expression').fill('0 3 * * 1-5');
  await page.getByLabel('Cron expression').press('Enter');
  await page.getByRole('link', { name: 'by cron 0 3 * * 1-5' }).waitFor();
  expect((await app.schedules.list()).map(({ cron }) => cron)).toEqual(['0 3 * * 1-5']);
  expect(app.tracker.getAllJobs()).toHaveLength(jobs);
  // In the form's own fields it starts a job, as before.
  await page.getByLabel('Username').press('Enter');
  await until('a job has started', () => app.tracker.getAllJobs().length > jobs);
});

test('FEATURES 40: what is unfolded stays open when a run ends', async () => {
  const { page } = await openPage();
  const input = { username: 'mo_draws' };
  const { id } = await app.schedules.add({
    type: 'scrape',
    input,
    cron: '@daily',
    timeZone: 'UTC',
  });
  for (let run = 0; run < 2; run++) await app.ended((await app.schedules.runNow(id)).id);
  await page.goto(`${app.url}/schedules`);
  const card = page.locator(`#${id}`);
  await card.getByText('Last 2 runs').click();
  await app.schedules.runNow(id);
  await card.getByText('Last 3 runs').waitFor();
  expect(await card.locator('.schedule-runs').getAttribute('open')).not.toBeNull();
});

test('FEATURES 40: it works without JavaScript', async () => {
  const { page } = await openPage({ javaScriptEnabled: false });
  await page.goto(`${app.url}/scrape`);
  await page.getByLabel('Username').fill('luna_maps');
  await page.getByText('Repeat…').click();
  await page.getByLabel('Time zone').fill('Mars');
  await page.getByRole('button', { name: 'Save the schedule' }).click();
  await page.getByText('Time zone "Mars" is unknown.').waitFor();
  await page.getByLabel('Time zone').fill('UTC');
  await page.getByRole('button', { name: 'Show the next runs' }).click();
  await page.getByText('Every night at 03:00 (UTC). The next runs:').waitFor();
  expect(await page.getByLabel('Username').inputValue()).toBe('luna_maps');
  await page.getByRole('button', { name: 'Save the schedule' }).click();
  await page.waitForURL('**/schedules#schedule-*');
  const card = page.locator('.schedule').filter({ hasText: 'luna_maps' });
  await card.getByRole('button', { name: /^Pause/ }).click();
  await page
    .locator('.schedule')
    .filter({ hasText: 'luna_maps' })
    .getByText('Paused', { exact: true })
    .waitFor();
});

test('FEATURES 40: a run in another year says the year, in the form, on the page and in the terminal’s words', async () => {
  const leapDay = '0 3 29 2 *';
  const { dueAt } = await app.schedules.preview({ cron: leapDay, timeZone: 'UTC' });
  // The second of two leap days is never in this year.
  const years = dueAt.map((at) =>
    at.getUTCFullYear() === new Date().getFullYear() ? '' : ` ${at.getUTCFullYear()}`,
  );
  expect(years[1]).toMatch(/^ \d{4}$/);
  const { page } = await openPage({ timezoneId: 'UTC', locale: 'en-GB' });
  await page.goto(`${app.url}/scrape?username=aurora_lab`);
  await page.getByText('Repeat…').click();
  await page.getByLabel('How often').selectOption('cron');
  await page.getByLabel('Cron expression').fill(leapDay);
  const times = page.locator('.due-preview li');
  await times.getByText('29 Feb').first().waitFor();
  expect(await times.allTextContents()).toEqual(
    years.map((year) => expect.stringMatching(new RegExp(`^\\w{3} 29 Feb${year}, 03:00 UTC$`))),
  );
  const text = await fetch(
    `${app.url}/api/schedules/preview?cron=${encodeURIComponent(leapDay)}&timeZone=UTC`,
    {
      headers: { accept: 'text/plain' },
    },
  );
  expect(await text.text()).toContain(`29 Feb${years[1]}, 03:00 UTC`);
  const input = { username: 'aurora_lab' };
  const { id } = await app.schedules.add({ type: 'scrape', input, cron: leapDay, timeZone: 'UTC' });
  await page.goto(`${app.url}/schedules`);
  const next = page.locator(`#${id} time[data-clock="zoned"]`);
  expect(await next.textContent()).toMatch(new RegExp(`29 Feb${years[0]}, 03:00 UTC$`));
  await app.schedules.remove(id);
});

test('FEATURES 40: why a schedule can start nothing stays in its card when the page is refreshed', async () => {
  const { schedules, database } = app;
  const { id } = await schedules.add({
    type: 'scrape',
    input: { username: 'lost_example' },
    cron: '0 3 * * *',
    timeZone: 'UTC',
  });
  database.run("UPDATE schedules SET type = 'crawl', next_due = 1 WHERE id = ?", [id]);
  const { page, problems } = await openPage();
  await page.goto(`${app.url}/schedules`);
  const said = page.getByText('It can start nothing at present.');
  const within = page.locator('#schedules').filter({ has: said });
  await within.waitFor();
  const refreshed = page.waitForResponse((answer) => answer.url().endsWith('/schedules'));
  await page.evaluate(() => document.body.dispatchEvent(new CustomEvent('jobs-changed')));
  await (await refreshed).finished();
  await page.locator('#schedules[hx-get]:not(.htmx-request)').waitFor();
  expect(await said.count()).toBe(1);
  expect(await within.count()).toBe(1);
  await schedules.remove(id);
  expect(problems).toEqual([]);
});
