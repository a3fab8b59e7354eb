import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  setDefaultTimeout,
  spyOn,
  test,
} from 'bun:test';
import type { BrowserContext, Page } from 'playwright-core';
import { type Job, PermanentError, type QueuedJobContext } from '../../src/jobs/index.ts';
import { closeBrowser, closePages, openPage, press } from '../support/browser.ts';
import { startAppInEveryStatus } from '../support/every_status.ts';
import {
  closeStagedApps,
  type StagedApp,
  standStill,
  startStagedApp,
} from '../support/staged_app.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(120_000);
afterAll(closeBrowser);
afterAll(closeStagedApps);
// Those that are left open turn their icons and keep the machine busy.
afterEach(closePages);

let app: StagedApp;

/** Handlers at work, by user: the test makes them progress and end. */
const atWork = new Map<string, { job: QueuedJobContext; end(result: unknown): void }>();

beforeAll(async () => {
  app = await startStagedApp(async ({ username }, job) => {
    if (username === 'broken') {
      throw new PermanentError(`The source refused the credentials, attempt ${job.attempt}.`);
    }
    const { promise, resolve } = Promise.withResolvers<unknown>();
    atWork.set(username, { job, end: resolve });
    return Promise.race([promise, standStill(undefined, job)]);
  });
});

const running = async (username: string): Promise<Job> => {
  const { id } = await app.scrape(username);
  await until(`${id} has begun`, () => app.tracker.getJob(id)?.progress.message);
  return app.reaches(id, 'running');
};

const worker = (username: string) => {
  const found = atWork.get(username);
  if (!found) throw new Error(`Nobody scrapes @${username}.`);
  return found;
};

/** A page with an empty taskbar behind it: what earlier tests left is gone. */
const open = async (path = '/posts', options = {}) => {
  for (const { id } of app.tracker.getAllJobs()) await app.tracker.removeJob(id, { force: true });
  const opened = await openPage(options);
  await opened.page.goto(app.url + path);
  return opened;
};

const shows = (page: Page, id: string, status: string) =>
  page.locator(`#job-${id}[data-status="${status}"]`).waitFor();

/** Waits until the keyboard's place is in there. */
const isAt = (page: Page, id: string) =>
  until(`the keyboard is at ${id}`, async () => {
    return (await page.evaluate(() => document.activeElement?.closest('[id]')?.id)) === id;
  });

describe('the buttons of a card', () => {
  test('say what happens before the server does', async () => {
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
    expect(app.tracker.getJob(id)?.status).toBe('running');
    answer.resolve();
    await shows(page, id, 'cancelled');
  });

  test('take it back when the server refuses, and say why', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    await page.route('**/cancel', (route) =>
      route.fulfill({ status: 500, body: '<div class="result error">It did not work.</div>' }),
    );
    await page.locator(`#cancel-${id}`).click();
    const note = page.locator(`#job-${id} .job-note`, { hasText: 'It did not work.' });
    await note.waitFor();
    await page.locator(`#cancel-${id}:enabled`, { hasText: 'Cancel @aurora_lab' }).waitFor();

    // A frame brings the card without it.
    const other = await running('orbit_notes');
    await page.locator(`#job-${other.id}`).waitFor();
    expect(await note.count()).toBe(1);

    await page.unroute('**/cancel');
    await page.locator(`#cancel-${id}`).click();
    await shows(page, id, 'cancelled');
    await note.waitFor({ state: 'detached' });
  });

  test('retry and dismiss, without leaving the page', async () => {
    const { page, problems } = await open();
    const { id } = await app.scrape('broken');
    const shown = page.locator(`#job-${id}[data-status="failed"]`);
    await shown.filter({ hasText: 'attempt 1' }).waitFor();
    await press(page, `#retry-${id}`);
    // The second failure looks like the first but for what it says.
    await shown.filter({ hasText: 'attempt 2' }).waitFor();
    await press(page, `#dismiss-${id}`);
    await page.locator(`#job-${id}`).waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${app.url}/posts`);
    expect(problems).toEqual([]);
  });
});

describe('the taskbar', () => {
  test('is gone when there is nothing to say, and gives the page its space back', async () => {
    const { page } = await open();
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
    await app.tracker.removeJob(id, { force: true });
    await page.locator('#taskbar').waitFor({ state: 'hidden' });
    await until('the page has its space back', async () => (await space()) === before);
  });

  test('collapses, and is as it was left on the next page', async () => {
    const { page } = await open();
    const { id } = await running('aurora_lab');
    await page.locator(`#job-${id}`).waitFor();
    await page.locator('#taskbar-toggle').click();
    await page.locator('#taskbar-jobs').waitFor({ state: 'hidden' });
    await page.locator('#taskbar-toggle[aria-expanded="false"]').waitFor();
    await page.goto(`${app.url}/profiles`);
    await page.locator('#taskbar-jobs').waitFor({ state: 'hidden' });
    await page.locator('#taskbar-toggle').click();
    await page.locator(`#job-${id}`).waitFor();
  });

  test('counts those who wait beyond its cards, and leads to them', async () => {
    const { page } = await open();
    for (let n = 0; n < 30; n++) await app.search(`topic ${n}`);
    const more = page.locator('#taskbar-more');
    await until('all are counted', async () => {
      const text = await page.locator('.taskbar-summary').textContent();
      return text === '1 running29 waiting' && (await more.textContent());
    });
    expect(await page.locator('.job-card').count()).toBe(24);
    expect(await more.textContent()).toBe('and 6 more waiting');
    await more.click();
    await page.waitForURL(`${app.url}/jobs?status=queued`);
  });

  test('FEATURES 36: shows that a job has stopped moving, and for how long', async () => {
    const { page } = await open();
    const [still, moving] = [await running('still'), await running('moving')];
    const icon = (id: string) =>
      page.evaluate(
        (card) =>
          getComputedStyle(document.getElementById(card) as Element, '::before').animationName,
        `job-${id}`,
      );
    const since = new Date(Date.now() - 42_000);
    const stalled = spyOn(app.tracker.reader, 'stalledJobs').mockReturnValue(
      new Map([[still.id, since]]),
    );
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
    stalled.mockRestore();
    await text.waitFor({ state: 'detached' });
    expect(await icon(still.id)).toBe('turn');
  });
});

describe('a screen reader', () => {
  test('hears of ends and failures, and not of progress', async () => {
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
    await app.scrape('broken');
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

  test('tells how many jobs run and that one has failed, until it is dismissed', async () => {
    const { page, problems } = await open();
    expect(await page.title()).toBe('Posts · xgpt');
    expect(await icon(page)).toBe('/assets/favicon.svg');
    await running('aurora_lab');
    await until('it runs', async () => (await page.title()) === '(1) Posts · xgpt');
    expect(await icon(page)).toBe('/assets/favicon-running.svg');
    const { id } = await app.scrape('broken');
    await until('it failed', async () => (await page.title()) === '▲ (1) Posts · xgpt');
    expect(await icon(page)).toBe('/assets/favicon-failed.svg');
    await page.locator(`#dismiss-${id}`).click();
    await until('it is dismissed', async () => (await page.title()) === '(1) Posts · xgpt');
    worker('aurora_lab').end({});
    await until('it has ended', async () => (await page.title()) === 'Posts · xgpt');
    expect(problems).toEqual([]);
  });

  test('still does when a part of the page was read again', async () => {
    const { page } = await open('/jobs');
    const read = page.waitForResponse((response) => response.url() === `${app.url}/jobs`);
    const { id } = await running('aurora_lab');
    await read;
    await page.locator(`#row-${id}`).waitFor();
    await until('it runs', async () => (await page.title()) === '(1) Jobs · xgpt');
  });

  test.each(['/favicon.svg', '/favicon-running.svg', '/favicon-failed.svg'])(
    'has the picture %s',
    async (path) => {
      const answer = await fetch(app.url + path);
      expect(answer.headers.get('content-type')).toBe('image/svg+xml');
      expect(await answer.text()).toStartWith('<svg');
    },
  );
});

describe('the keyboard', () => {
  test('opens and closes the help sheet', async () => {
    const { page } = await open();
    const help = page.locator('#help');
    await page.keyboard.press('?');
    await help.waitFor();
    await page.keyboard.press('7');
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    expect(page.url()).toBe(`${app.url}/posts`);
    await page.locator('#help-open').click();
    await help.waitFor();
    await help.getByRole('button', { name: 'Close' }).click();
    await help.waitFor({ state: 'hidden' });
  });

  test('goes to the pages by their places in the line on top', async () => {
    const { page } = await open();
    for (const [key, path] of [
      ['8', '/jobs'],
      ['2', '/scrape'],
      ['1', '/'],
    ] as const) {
      await page.keyboard.press(key);
      await page.waitForURL(app.url + path);
    }
  });

  test('means nothing while someone types, or with a modifier', async () => {
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
    expect(app.tracker.getJob(id)?.status).toBe('running');
    expect(page.url()).toBe(`${app.url}/posts`);
  });

  test('walks through the jobs, cancels the one it is at, and opens it', async () => {
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
    expect([one, three].map((id) => app.tracker.getJob(id)?.status)).toEqual([
      'running',
      'running',
    ]);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${app.url}/jobs/${two}`);
  });

  test('collapses and expands the taskbar, and finds its line while it is collapsed', async () => {
    const { page } = await open();
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

  test('goes on to the next job when the one it is at is dismissed', async () => {
    const { page } = await open();
    const [one, two] = [await running('one'), await running('two')];
    for (const { id } of [one, two]) {
      await app.tracker.cancelJob(id);
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

  test('can be given back to others, on every page', async () => {
    const { page } = await open();
    await page.keyboard.press('?');
    await page.locator('#shortcuts-switch').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('8');
    await page.goto(`${app.url}/profiles`);
    await page.locator('main').click();
    await page.keyboard.press('?');
    expect(await page.locator('#help').isVisible()).toBe(false);
    await page.locator('#help-open').click();
    expect(await page.locator('#shortcuts-switch').isChecked()).toBe(false);
  });
});

describe('notifications on the desktop', () => {
  /** Chromium without a screen shows none: what a page asks for is written down instead. */
  const record = async (context: BrowserContext) => {
    const shown: { title: string; tag: string; body: string }[] = [];
    const asked: string[] = [];
    await context.exposeFunction('onNotification', (title: string, tag: string, body: string) => {
      shown.push({ title, tag, body });
    });
    await context.exposeFunction('onAsked', () => asked.push('asked'));
    await context.addInitScript(() => {
      const report = window as unknown as {
        onNotification(title: string, tag?: string, body?: string): void;
        onAsked(): void;
      };
      class Recorded extends EventTarget {
        static get permission() {
          return localStorage.getItem('permission') ?? 'default';
        }
        static async requestPermission() {
          report.onAsked();
          localStorage.setItem('permission', 'granted');
          return 'granted';
        }
        constructor(title: string, { tag, body }: NotificationOptions = {}) {
          super();
          report.onNotification(title, tag, body);
        }
      }
      Object.assign(window, { Notification: Recorded });
    });
    return { shown, asked };
  };

  test('are off until they are switched on, and only then asked for', async () => {
    const { page, context } = await open();
    const { shown, asked } = await record(context);
    await page.reload();
    await page.keyboard.press('?');
    expect(await page.locator('#notifications-switch').isChecked()).toBe(false);
    expect(asked).toEqual([]);
    await page.locator('#notifications-switch').check();
    await until('it was asked', () => asked.length === 1);
    await page.locator('#notifications-switch:checked').waitFor();
    await page.reload();
    expect(await page.locator('#notifications-switch').isChecked()).toBe(true);
    expect(asked).toHaveLength(1);
    expect(shown).toEqual([]);
  });

  test('tell of the end of a long job, as one however many tabs are open', async () => {
    const { page, context } = await open();
    const { shown } = await record(context);
    await page.reload();
    await page.keyboard.press('?');
    await page.locator('#notifications-switch').check();
    await page.locator('#notifications-switch:checked').waitFor();
    const second = await context.newPage();
    await second.goto(`${app.url}/profiles`);
    const [long, short] = [await running('long'), await running('short')];
    for (const tab of [page, second]) {
      await shows(tab, long.id, 'running');
      await shows(tab, short.id, 'running');
    }
    worker('short').end({});
    for (const tab of [page, second]) await shows(tab, short.id, 'completed');
    for (const tab of [page, second]) await tab.clock.setSystemTime(Date.now() + 60_000);
    worker('long').end({ posts: 1_000, newPosts: 0, username: 'long' });
    await until('both tabs told', () => shown.length === 2);
    const told = {
      title: 'scrape @long completed',
      tag: `job-${long.id}`,
      body: '1,000 posts of @long, none new',
    };
    expect(shown).toEqual([told, told]);
  });
});

describe('motion', () => {
  const animations = (page: Page) => page.evaluate(() => document.getAnimations().length);

  test('is there where it is welcome, and nowhere else, whatever the jobs do', async () => {
    const staged = await startAppInEveryStatus();
    const { page } = await openPage();
    await page.goto(`${staged.url}/jobs`);
    await page.locator('.job-card').first().waitFor();
    const statuses = await page
      .locator('.job-card')
      .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.status));
    expect([...new Set(statuses)].sort()).toEqual([
      'cancelled',
      'cancelling',
      'completed',
      'failed',
      'queued',
      'retrying',
      'running',
    ]);
    await until('icons turn', async () => (await animations(page)) > 0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await until('nothing moves', async () => (await animations(page)) === 0);
    await page.locator('#taskbar-toggle').click();
    expect(await animations(page)).toBe(0);
    await page.locator('#help-open').click();
    expect(await animations(page)).toBe(0);
  });
});
