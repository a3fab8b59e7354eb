import type { BrowserContext, Page } from 'playwright-core';
import { withoutTimes } from '../support/log_text.ts';
import { until } from '../support/wait.ts';

/** From the page's start on, everything that its log ever showed. */
export async function recordLog(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const recording = window as unknown as { shown: string; opened: number };
    recording.shown = '';
    document.addEventListener('readystatechange', () => {
      const lines = document.getElementById('log-lines');
      if (document.readyState !== 'interactive' || !lines) return;
      recording.shown = lines.textContent ?? '';
      recording.opened = 0;
      document.addEventListener('htmx:sseOpen', () => {
        recording.opened++;
      });
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes) {
          for (const node of addedNodes) recording.shown += node.textContent;
        }
      }).observe(lines, { childList: true });
    });
  });
}

/** Without the times, which differ in each run. */
export const shown = async (page: Page) =>
  withoutTimes(await page.evaluate(() => (window as unknown as { shown: string }).shown ?? ''));

/** How often its connection was open. */
export const opened = (page: Page) =>
  page.evaluate(() => (window as unknown as { opened: number }).opened);

/** Says that the machine is online again until that has opened a connection: not one that has just begun. */
export const reconnects = async (page: Page) => {
  const before = await opened(page);
  await until('the page has connected again', async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    return (await opened(page)) > before;
  });
};

export const ends = async (page: Page, end: string) => {
  await until(`the log ends with ${end.trim()}`, async () => (await shown(page)).endsWith(end));
};

/** How far the end of the log is below what is seen of it, in CSS pixels. */
export const belowTheEnd = (page: Page) =>
  page
    .locator('#log-lines')
    .evaluate((lines) => lines.scrollHeight - lines.scrollTop - lines.clientHeight);

export const showsEnd = (page: Page) =>
  until('the end is in sight', async () => (await belowTheEnd(page)) < 8);
