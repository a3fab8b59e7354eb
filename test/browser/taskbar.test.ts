import { afterAll, afterEach, describe, expect, setDefaultTimeout, spyOn, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { closeBrowser, closePages, MOVING, press } from '../support/browser.ts';
import { shows, taskbarApp } from '../support/taskbar_app.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a busy machine.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
// Open pages turn their icons and keep the machine busy.
afterEach(closePages);

const staged = taskbarApp();
const { running, worker, open } = staged;

describe('the buttons of a card', () => {
  test('react before the server has answered', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    const answer = Promise.withResolvers<void>();
    await page.route('**/cancel', async (route) => {
      await answer.promise;
      await route.continue();
    });
    const button = page.locator(`#cancel-${id}`);
    expect(await button.textContent()).toBe('Cancel @aurora_lab');
    await button.click();
    await page.locator(`#cancel-${id}:disabled`, { hasText: 'Cancelling…' }).waitFor();
    expect(staged.app.tracker.getJob(id)?.status).toBe('running');
    answer.resolve();
    await shows(page, id, 'cancelled');
  });

  test('are reset when the server refuses, with the reason', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    await page.route('**/cancel', (route) =>
      route.fulfill({ status: 500, body: '<div class="result error">It did not work.</div>' }),
    );
    await page.locator(`#cancel-${id}`).click();
    const note = page.locator(`#job-${id} .job-note`, { hasText: 'It did not work.' });
    await note.waitFor();
    await page.locator(`#cancel-${id}:enabled`, { hasText: 'Cancel @aurora_lab' }).waitFor();

    // An event brings the card without it.
    const other = await running('orbit_notes');
    await page.locator(`#job-${other.id}`).waitFor();
    expect(await note.count()).toBe(1);

    await page.unroute('**/cancel');
    await page.locator(`#cancel-${id}`).click();
    await shows(page, id, 'cancelled');
    await note.waitFor({ state: 'detached' });
  });

  test('retry and dismiss a job without leaving the page', async () => {
    const { page, problems } = await open();
    const { id } = await staged.app.scrape('broken');
    const shown = page.locator(`#job-${id}[data-status="failed"]`);
    await shown.filter({ hasText: 'attempt 1' }).waitFor();
    await press(page, `#retry-${id}`);
    // The second failure looks like the first but for what it says.
    await shown.filter({ hasText: 'attempt 2' }).waitFor();
    await press(page, `#dismiss-${id}`);
    await page.locator(`#job-${id}`).waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${staged.app.url}/find`);
    expect(problems).toEqual([]);
  });
});

describe('the taskbar', () => {
  test('of a page that does not show a job ignores its progress', async () => {
    const { page, problems } = await open('/jobs');
    const { tracker } = staged.app;
    const [hidden, shown] = [await tracker.createJob('deliver'), await running('aurora_lab')];
    for (let done = 1; done <= 3; done++) {
      await hidden.updateProgress(done, 10, `request ${done}`);
      await worker('aurora_lab').job.updateProgress(done, 10, `page ${done}`);
      await page
        .locator(`#live-${shown.id}`, { hasText: `page ${done}` })
        .first()
        .waitFor();
    }
    expect(await page.locator(`#live-${hidden.jobId}`).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test('is hidden when there are no jobs, and gives the page its space back', async () => {
    const { page } = await open('/find', { viewport: { width: 1024, height: 768 } });
    const space = () =>
      page.evaluate(
        () => getComputedStyle(document.querySelector('main') as Element).paddingBottom,
      );
    expect(await page.locator('#taskbar').isVisible()).toBe(false);
    const before = await space();
    const { id } = await running('aurora_lab');
    await page.locator('#taskbar').waitFor();
    await until('the page makes room', async () => {
      return Number.parseFloat(await space()) > Number.parseFloat(before);
    });
    await staged.app.tracker.removeJob(id, { force: true });
    await page.locator('#taskbar').waitFor({ state: 'hidden' });
    await until('the page has its space back', async () => (await space()) === before);
  });

  test('collapses, and stays collapsed on the next page', async () => {
    const { page } = await open('/find', {}, 'auto');
    const { id } = await running('aurora_lab');
    await page.locator(`#job-${id}`).waitFor();
    await page.locator('#taskbar-toggle').click();
    await page.locator('#taskbar-jobs').waitFor({ state: 'hidden' });
    await page.locator('#taskbar-toggle[aria-expanded="false"]').waitFor();
    await page.goto(`${staged.app.url}/profiles`);
    await page.locator('#taskbar-jobs').waitFor({ state: 'hidden' });
    await page.locator('#taskbar-toggle').click();
    await page.locator(`#job-${id}`).waitFor();
  });

  test('counts the waiting jobs beyond its cards, and links to them', async () => {
    const { page } = await open();
    for (let n = 0; n < 30; n++) await staged.app.search(`topic ${n}`);
    const more = page.locator('#taskbar-more');
    await until('all are counted', async () => {
      const text = await page.locator('.taskbar-summary').textContent();
      return text === '1 running29 waiting' && (await more.textContent());
    });
    expect(await page.locator('.job-card').count()).toBe(24);
    expect(await more.textContent()).toBe('and 6 more waiting');
    await more.click();
    await page.waitForURL(`${staged.app.url}/jobs?status=queued`);
  });

  test('FEATURES 36: shows that a job makes no progress, and for how long', async () => {
    const { page } = await open('/find', MOVING);
    const [still, moving] = [await running('still'), await running('moving')];
    const icon = (id: string) =>
      page.evaluate(
        (card) =>
          getComputedStyle(document.getElementById(card) as Element, '::before').animationName,
        `job-${id}`,
      );
    const since = new Date(Date.now() - 42_000);
    const { reader } = staged.app.tracker;
    const currentJobs = reader.getCurrentJobs.bind(reader);
    const spies = [
      spyOn(reader, 'stalledJobs').mockResolvedValue(new Set([still.id])),
      spyOn(reader, 'getCurrentJobs').mockImplementation(async (...limits) =>
        (await currentJobs(...limits)).map((job) =>
          job.id === still.id ? { ...job, stalledSince: since } : job,
        ),
      ),
    ];
    const text = page.locator(`#live-${still.id} .stalled`);
    await text.waitFor();
    const first = await text.textContent();
    const [, minutes, seconds] = /^No progress for (\d+):(\d\d)$/.exec(first ?? '') ?? [];
    const told = Number(minutes) * 60 + Number(seconds);
    expect(told).toBeGreaterThanOrEqual(42);
    expect(told).toBeLessThanOrEqual((Date.now() - since.getTime()) / 1000);
    await until('it ticks', async () => (await text.textContent()) !== first);
    expect(await icon(still.id)).toBe('none');
    expect(await icon(moving.id)).toBe('turn');
    for (const spy of spies) spy.mockRestore();
    await text.waitFor({ state: 'detached' });
    expect(await icon(still.id)).toBe('turn');
  });
});

describe('a screen reader', () => {
  test('reads ends and failures, and not progress', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    await shows(page, id, 'running');
    const heard: string[] = [];
    await page.exposeFunction('onHeard', (text: string) => text && heard.push(text));
    await page.evaluate(() => {
      const announcer = document.getElementById('announcer') as HTMLElement;
      const tell = () =>
        (window as unknown as { onHeard(text: string): void }).onHeard(announcer.textContent ?? '');
      new MutationObserver(tell).observe(announcer, { childList: true });
    });
    for (let page = 15; page < 20; page++) {
      await worker('aurora_lab').job.updateProgress(page * 20, 1_000, `Reading page ${page} of 50`);
    }
    await page.getByText('Reading page 19 of 50').waitFor();
    expect(heard).toEqual([]);
    worker('aurora_lab').end({ posts: 380, newPosts: 380, username: 'aurora_lab' });
    await until('the end is told', () => heard.length === 1);
    await staged.app.scrape('broken');
    await until('the failure is told', () => heard.length === 2);
    expect(heard).toEqual([
      'scrape @aurora_lab completed. 380 posts of @aurora_lab, 380 new',
      'scrape @broken failed. The source refused the credentials, attempt 1.',
    ]);
  });

  test('finds the buttons by their jobs', async () => {
    const { page } = await open();
    await running('one');
    await running('two');
    await page.getByRole('button', { name: 'Cancel @two', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel @one', exact: true }).waitFor();
  });
});

describe('the browser’s tab', () => {
  const icon = (page: Page) =>
    page
      .locator('link[rel="icon"]')
      .getAttribute('href')
      .then((href) => href?.replace(/\.[0-9a-z]{16}(?=\.svg$)/, ''));

  test('shows how many jobs run and that one has failed, until it is dismissed', async () => {
    const { page, problems } = await open();
    expect(await page.title()).toBe('Find · xgpt');
    expect(await icon(page)).toBe('/assets/favicon.svg');
    await running('aurora_lab');
    await until('it runs', async () => (await page.title()) === '(1) Find · xgpt');
    expect(await icon(page)).toBe('/assets/favicon-running.svg');
    const { id } = await staged.app.scrape('broken');
    await until('it failed', async () => (await page.title()) === '▲ (1) Find · xgpt');
    expect(await icon(page)).toBe('/assets/favicon-failed.svg');
    await page.locator(`#dismiss-${id}`).click();
    await until('it is dismissed', async () => (await page.title()) === '(1) Find · xgpt');
    worker('aurora_lab').end({});
    await until('it has ended', async () => (await page.title()) === 'Find · xgpt');
    expect(problems).toEqual([]);
  });

  test('still does when a part of the page was loaded again', async () => {
    const { page } = await open('/jobs');
    const read = page.waitForResponse((response) => response.url() === `${staged.app.url}/jobs`);
    const { id } = await running('aurora_lab');
    await read;
    await page.locator(`#row-${id}`).waitFor();
    await until('it runs', async () => (await page.title()) === '(1) Jobs · xgpt');
  });

  test.each(['/favicon.svg', '/favicon-running.svg', '/favicon-failed.svg'])(
    'has the picture %s',
    async (path) => {
      const answer = await fetch(staged.app.url + path);
      expect(answer.headers.get('content-type')).toBe('image/svg+xml');
      expect(await answer.text()).toStartWith('<svg');
    },
  );
});
