import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { BrowserContext, Page } from 'playwright-core';
import { closeBrowser, closePages, MOVING, openPage } from '../support/browser.ts';
import { startAppInEveryStatus } from '../support/every_status.ts';
import { shows, taskbarApp } from '../support/taskbar_app.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a busy machine.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
// Open pages turn their icons and keep the machine busy.
afterEach(closePages);

const staged = taskbarApp();
const { running, worker, open } = staged;

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

  test('are off until they are turned on, and ask for permission then', async () => {
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

  test('show the end of a long job, once however many tabs are open', async () => {
    const { page, context } = await open();
    const { shown } = await record(context);
    await page.reload();
    await page.keyboard.press('?');
    await page.locator('#notifications-switch').check();
    await page.locator('#notifications-switch:checked').waitFor();
    const second = await context.newPage();
    await second.goto(`${staged.app.url}/profiles`);
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

  test('follows prefers-reduced-motion', async () => {
    const everyStatus = await startAppInEveryStatus();
    const { page } = await openPage(MOVING);
    await page.goto(everyStatus.url);
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
