import {
  afterAll,
  afterEach,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from 'bun:test';
import type { Page } from 'playwright-core';
import { PermanentError, type QueuedJobContext } from '../../src/jobs/index.ts';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { withoutTimes } from '../support/log_text.ts';
import { stopServers } from '../support/server.ts';
import {
  closeStagedApps,
  type StagedApp,
  startStagedApp,
  untilStopped,
} from '../support/staged_app.ts';
import { until } from '../support/wait.ts';
import { ends, reconnects, recordLog, shown, showsEnd } from './job_page_setup.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(stopServers);
afterAll(closeStagedApps);
afterEach(closePages);

/** What is on a screen is there a frame after the last change. */
const settled = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );

describe('the page of a job', () => {
  let app: StagedApp;
  /** Lets the job of that user's name go on. */
  let goOn: Map<string, () => void>;
  /** Writes to the log of the job of that user's name. */
  let writers: Map<string, (line: string) => void>;

  beforeEach(async () => {
    goOn = new Map();
    writers = new Map();
    app = await startStagedApp(script);
  });

  const script = async ({ username }: { username: string }, job: QueuedJobContext) => {
    writers.set(username, (line) => job.log(line));
    const turn = () => new Promise<void>((resolve) => goOn.set(username, resolve));
    switch (username) {
      case 'stepper':
        await job.step('Fetch', turn, { compensate: () => {} });
        await job.step('Count', async () => {
          await turn();
          throw new PermanentError('There is nothing to count.');
        });
        return;
      case 'parent':
        await job.runChildren('scrape', [{ username: 'broken' }, { username: 'quick' }]);
        return;
      case 'broken':
        throw new PermanentError('There is no such user.');
      case 'quick':
        return { posts: 40, newPosts: 12, username };
      default:
        await job.updateProgress(1, 10, 'Writing');
        return untilStopped(job);
    }
  };

  const begun = async (username: string) => {
    const { id } = await app.scrape(username);
    await until(`${username} has begun`, () => writers.has(username));
    return id;
  };

  const write = (line: string, username = 'writer') => writers.get(username)?.(line);

  const continues = async (username: string) => {
    const resolve = await until(`${username} waits`, () => goOn.get(username));
    goOn.delete(username);
    resolve();
  };

  const stepsOf = (page: Page) =>
    page
      .locator('.steps > li')
      .evaluateAll((steps) =>
        steps.map(
          (step) => `${step.querySelector('b')?.textContent} ${step.getAttribute('data-status')}`,
        ),
      );

  test('shows each step while it runs, and its end', async () => {
    const id = await begun('stepper');
    const { page } = await openPage();
    await page.goto(`${app.url}/jobs/${id}`);
    const become = (steps: string[]) =>
      until(`steps are ${steps}`, async () => Bun.deepEquals(await stepsOf(page), steps));
    await become(['Fetch running']);
    await continues('stepper');
    await become(['Fetch completed', 'Count running']);
    await continues('stepper');
    await become(['Fetch compensated', 'Count failed']);
    await page.getByRole('heading', { level: 1, name: 'Failed: scrape @stepper' }).waitFor();
    expect(await page.locator('.step-error').textContent()).toBe('There is nothing to count.');
  });

  test('fits a phone with its steps and their errors', async () => {
    const id = await begun('stepper');
    await continues('stepper');
    await continues('stepper');
    await app.reaches(id, 'failed');
    const { page } = await openPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`${app.url}/jobs/${id}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      390,
    );
    const name = await page.locator('.steps b').nth(1).boundingBox();
    expect(name?.height).toBeLessThan(30);
  });

  test('lists the jobs it started, failed ones first, each with its link', async () => {
    const { id } = await app.scrape('parent');
    await app.ended(id);
    const { page } = await openPage();
    await page.goto(`${app.url}/jobs/${id}`);
    const rows = page.locator('.report-children tbody tr');
    expect(await rows.count()).toBe(2);
    expect(await rows.nth(0).textContent()).toContain('There is no such user.');
    await rows.nth(0).getByRole('link', { name: '@broken' }).click();
    await page.getByRole('heading', { name: 'Failed: scrape @broken' }).waitFor();
    await page.getByRole('link', { name: id }).click();
    await page.waitForURL(`${app.url}/jobs/${id}`);
  });

  test('links to its form, filled in, to run it again with changes', async () => {
    const { id } = await app.scrape('quick');
    await app.ended(id);
    const { page } = await openPage();
    await page.goto(`${app.url}/jobs/${id}`);
    await page.getByRole('link', { name: 'Run again with changes' }).click();
    expect(await page.locator('#username').inputValue()).toBe('quick');
    await page.locator('#username').fill('quicker');
    await page.getByRole('button', { name: 'Scrape', exact: true }).click();
    await until('the changed job is there', () =>
      app.tracker.getAllJobs().some(({ metadata }) => metadata?.username === 'quicker'),
    );
  });

  test('links from the result to what was collected', async () => {
    const { id } = await app.scrape('quick');
    await app.ended(id);
    const { page } = await openPage();
    await page.goto(`${app.url}/jobs/${id}`);
    await page.getByRole('link', { name: 'Posts of @quick' }).click();
    await page.waitForURL(`${app.url}/find?author=quick`);
  });

  describe('with a log', () => {
    let id: string;
    const writeLines = async (page: Page, from: number, to: number) => {
      for (let line = from; line < to; line++) write(`line ${line}`);
      await page
        .locator('.log-part', { hasText: `line ${to - 1}\n` })
        .last()
        .waitFor();
      await settled(page);
    };

    /** A connection that has moved may still count as two. */
    const isWatchedOnce = () =>
      until('one connection is open', async () => (await app.watchers()) === 1);

    beforeEach(async () => {
      id = await begun('writer');
    });

    test('follows its end until the reader scrolls up, and again when told to', async () => {
      const { page } = await openPage();
      await page.goto(`${app.url}/jobs/${id}`);
      const button = page.getByRole('button', { name: 'Follow' });
      await writeLines(page, 0, 300);
      await showsEnd(page);
      await button.waitFor({ state: 'hidden' });

      const top = () => page.locator('#log-lines').evaluate((lines) => lines.scrollTop);
      const before = (await top()) - 600;
      await page.locator('#log-lines').hover();
      await page.mouse.wheel(0, -600);
      await button.waitFor();
      await until('it has scrolled to its place', async () => (await top()) === before);
      await writeLines(page, 300, 400);
      expect(await top()).toBe(before);

      await button.click();
      await showsEnd(page);
      await button.waitFor({ state: 'hidden' });
      await writeLines(page, 400, 500);
      await showsEnd(page);
    });

    test('keeps the visible lines in place, however much is added below', async () => {
      const { page } = await openPage();
      await page.goto(`${app.url}/jobs/${id}`);
      await writeLines(page, 0, 1_900);
      await page.locator('#log-lines').evaluate((lines) => {
        lines.scrollTop = lines.scrollHeight / 2;
      });
      await page.getByRole('button', { name: 'Follow' }).waitFor();
      const lineInSight = () =>
        page.evaluate(() => {
          const { left, top } =
            document.getElementById('log-lines')?.getBoundingClientRect() ?? new DOMRect();
          const at = document.caretPositionFromPoint(left + 120, top + 100);
          const text = at?.offsetNode.textContent ?? '';
          return text.slice(text.lastIndexOf('\n', (at?.offset ?? 0) - 1) + 1).split('\n')[0];
        });
      const before = await lineInSight();
      expect(before).toMatch(/^line \d+$/);
      for (let line = 1_900; line < 12_000; line += 1_000) {
        await writeLines(page, line, line + 1_000);
        if (line < 9_000) expect(await lineInSight()).toBe(before);
      }
      const lines = ((await page.locator('#log-lines').textContent()) ?? '').split('\n').length;
      expect(lines).toBeLessThanOrEqual(10_201);
    });

    test('E8: has the local time of each line, of those that come later too', async () => {
      write('before');
      const { page } = await openPage({ timezoneId: 'Asia/Kathmandu' });
      await page.goto(`${app.url}/jobs/${id}`);
      write('after');
      await page.locator('.log-line', { hasText: 'after' }).waitFor();
      const times = await page
        .locator('.log-line > time')
        .evaluateAll((all) =>
          all.map((time) => [
            time.textContent,
            time.getAttribute('datetime'),
            time.getAttribute('title'),
          ]),
        );
      expect(times).toHaveLength(2);
      for (const [text, datetime, title] of times) {
        const local = new Date(Date.parse(datetime ?? '') + (5 * 60 + 45) * 60_000);
        expect(text).toBe(local.toISOString().slice(11, 19));
        expect(title).toEndWith(`, ${datetime?.slice(11, 23)} UTC`);
      }
      const lefts = await page
        .locator('.log-line > span')
        .evaluateAll((all) => all.map((words) => words.getBoundingClientRect().left));
      expect(new Set(lefts).size).toBe(1);
    });

    test('comes to two tabs over one connection, to each from where it was loaded', async () => {
      const { page, context } = await openPage();
      await recordLog(context);
      await page.goto(`${app.url}/jobs/${id}`);
      await writeLines(page, 0, 50);
      const other = await context.newPage();
      await other.goto(`${app.url}/jobs/${id}`);
      const elsewhere = await context.newPage();
      await elsewhere.goto(`${app.url}/find`);
      await writeLines(page, 50, 100);
      const all = Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join('');
      for (const tab of [page, other]) {
        await ends(tab, 'line 99\n');
        expect(await shown(tab)).toBe(all);
      }
      await isWatchedOnce();
    });

    test('of another job comes to another tab over the same connection', async () => {
      const second = await begun('second');
      const { page, context } = await openPage();
      await recordLog(context);
      await page.goto(`${app.url}/jobs/${id}`);
      const other = await context.newPage();
      await other.goto(`${app.url}/jobs/${second}`);
      for (let line = 0; line < 20; line++) {
        write(`first ${line}`);
        write(`second ${line}`, 'second');
      }
      await ends(page, 'first 19\n');
      await ends(other, 'second 19\n');
      expect(await shown(page)).not.toContain('second');
      expect(await shown(other)).not.toContain('first');
      await isWatchedOnce();
    });

    test('is live without shared workers as well', async () => {
      const { page, context } = await openPage();
      await context.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
      await recordLog(context);
      await page.goto(`${app.url}/jobs/${id}`);
      await writeLines(page, 0, 50);
      await reconnects(page);
      await writeLines(page, 50, 100);
      expect(await shown(page)).toBe(
        Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join(''),
      );
    });

    test('is complete again after the page was frozen, or restored by the back button', async () => {
      const { page, context } = await openPage();
      await recordLog(context);
      await page.goto(`${app.url}/jobs/${id}`);
      await writeLines(page, 0, 10);
      const tell = (target: 'window' | 'document', name: string) =>
        page.evaluate(
          ([target, name]) => {
            const event = new PageTransitionEvent(name, { persisted: true });
            (target === 'window' ? window : document).dispatchEvent(event);
          },
          [target, name] as const,
        );
      await tell('document', 'freeze');
      for (let line = 10; line < 20; line++) write(`line ${line}`);
      await tell('document', 'resume');
      await ends(page, 'line 19\n');
      await tell('window', 'pagehide');
      for (let line = 20; line < 30; line++) write(`line ${line}`);
      await tell('window', 'pageshow');
      await ends(page, 'line 29\n');
      expect(await shown(page)).toBe(
        Array.from({ length: 30 }, (_, line) => `line ${line}\n`).join(''),
      );
    });

    test('can be searched, from hit to hit and around the end', async () => {
      const { page } = await openPage();
      await page.goto(`${app.url}/jobs/${id}`);
      await writeLines(page, 0, 500);
      await page.getByRole('searchbox', { name: 'Search in the log' }).fill('LINE 12');
      const hits = page.locator('#log-hits');
      const counts = (text: string) =>
        until(`it says ${text}`, async () => (await hits.textContent()) === text);
      // 12, and 120 to 129.
      await counts('1 of 11');
      const isSeen = () =>
        page.evaluate(() => {
          const [range] = (CSS.highlights.get('log-current') ?? []) as Iterable<Range>;
          const hit = range?.getBoundingClientRect() ?? new DOMRect();
          const frame = document.getElementById('log-lines')?.getBoundingClientRect();
          return (
            hit.height > 0 && hit.top >= (frame?.top ?? 0) && hit.bottom <= (frame?.bottom ?? 0)
          );
        });
      await until('the place is in sight', isSeen);
      await page.keyboard.press('Enter');
      await counts('2 of 11');
      await page.getByRole('button', { name: 'Previous' }).click();
      await page.getByRole('button', { name: 'Previous' }).click();
      await counts('11 of 11');
      await until('the place is in sight', isSeen);
      write('one more line 12');
      await counts('11 of 12');
      await page.locator('#log-words').fill('(');
      await counts('Not found');
    });

    test('is shown without JavaScript as it was when the page was loaded', async () => {
      for (let line = 0; line < 20; line++) write(`line ${line}`);
      const { page } = await openPage({ javaScriptEnabled: false });
      await page.goto(`${app.url}/jobs/${id}`);
      expect(withoutTimes((await page.locator('#log-lines').textContent()) ?? '')).toBe(
        Array.from({ length: 20 }, (_, line) => `line ${line}\n`).join(''),
      );
      expect(await page.locator('#log-words').isVisible()).toBe(false);
      expect(await page.getByRole('button', { name: 'Follow' }).isVisible()).toBe(false);
      const whole = await page.request.get(
        app.url + (await page.getByRole('link', { name: 'Download' }).getAttribute('href')),
      );
      expect(await whole.text()).toEndWith('line 19\n');
      await page.locator('#report-cancel').click();
      await page
        .getByRole('heading', { level: 1, name: /Cancell(ing|ed): scrape @writer/ })
        .waitFor();
    });

    test('fits a phone, with lines of any length', async () => {
      write('x'.repeat(5_000));
      const { page } = await openPage({ viewport: { width: 390, height: 844 } });
      await page.goto(`${app.url}/jobs/${id}`);
      await page.locator('.log-part').first().waitFor();
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBeLessThanOrEqual(390);
      const lines = page.locator('#log-lines');
      expect(await lines.evaluate((pre) => pre.scrollWidth <= pre.clientWidth)).toBe(true);
    });
  });
});
