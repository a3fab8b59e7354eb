import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { closeBrowser, MOVING, openPage, press } from '../support/browser.ts';
import { stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { busy, isLive, registerHooks } from './tabs_setup.ts';

registerHooks();

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(stopServers);

/** The stream's own events, as the server sent them while its jobs moved and came and went. */
async function record(url: string, wanted: Record<string, number>) {
  const aborting = new AbortController();
  const response = await fetch(`${url}/api/jobs/stream`, { signal: aborting.signal });
  const recorded: Record<string, { type: string; data: string; lastEventId: string }[]> = {};
  let text = '';
  const isComplete = () =>
    Object.entries(wanted).every(([type, count]) => (recorded[type]?.length ?? 0) >= count);
  const decoder = new TextDecoder();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const field = (name: string) =>
        lines
          .filter((line) => line.startsWith(`${name}: `))
          .map((line) => line.slice(name.length + 2))
          .join('\n');
      const type = field('event');
      recorded[type] ??= [];
      recorded[type].push({ type, data: field('data'), lastEventId: field('id') });
    }
    if (isComplete()) break;
  }
  aborting.abort();
  return recorded;
}

test('three thousand updates leave no additional nodes and listeners', async () => {
  const server = await busy({ jobs: 5, passing: true });
  const { jobs = [], job = [] } = await record(server.url, { jobs: 10, job: 20 });
  const { page, context, problems } = await openPage();
  await page.goto(server.url);
  await isLive(page, server.ids[0] ?? '');
  server.rest();
  const client = await context.newCDPSession(page);

  const feed = (events: number) =>
    page.evaluate(
      async ({ jobs, job, events }) => {
        const taskbar = document.getElementById('taskbar') as unknown as {
          'htmx-internal-data': { sseEventSource: { take(news: unknown): void } };
        };
        const stream = taskbar['htmx-internal-data'].sseEventSource;
        const take = (event: unknown) => stream.take({ open: true, events: [event] });
        for (let index = 0; index < events; index++) {
          const ofJobs = index % 12 === 0;
          take(ofJobs ? jobs[(index / 12) % jobs.length] : job[index % job.length]);
          // Lets htmx settle, as it does between two events of a stream.
          if (index % 20 === 0) await new Promise((resolve) => setTimeout(resolve));
        }
        take(jobs[0]);
        await new Promise((resolve) => setTimeout(resolve, 100));
      },
      { jobs, job, events },
    );
  const counters = async () => {
    await client.send('HeapProfiler.collectGarbage');
    return client.send('Memory.getDOMCounters');
  };
  await feed(600);
  const before = await counters();
  await feed(3_000);
  // What is no longer used goes when the browser gets round to it.
  await until('as many are left as there were', async () => {
    const { nodes, jsEventListeners } = await counters();
    return nodes - before.nodes < 50 && jsEventListeners - before.jsEventListeners < 5;
  });
  expect(problems).toEqual([]);
}, 600_000);

describe('FEATURES 30: while twenty jobs report twenty times a second and others come and go', () => {
  /** Where a press began on a cancel button; one that began elsewhere does nothing. */
  const recordHits = async (page: Page) => {
    const hits: string[] = [];
    await page.exposeFunction('onHit', (id: string) => hits.push(id));
    await page.evaluate(() => {
      let began = false;
      const buttonAt = (event: Event) =>
        (event.target as Element).closest('button[id^="cancel-scrape"]:enabled');
      const start = (event: Event) => {
        const button = buttonAt(event);
        began = button !== null;
        if (!button) return;
        const { onHit } = window as unknown as { onHit(id: string): void };
        onHit(button.id.slice('cancel-'.length));
      };
      const end = (event: Event) => {
        if (began) return;
        event.preventDefault();
        event.stopImmediatePropagation();
      };
      window.addEventListener('mousedown', start, { capture: true });
      window.addEventListener('click', end, { capture: true });
    });
    return hits;
  };

  test('twenty of twenty 80 ms clicks on cancel buttons arrive', async () => {
    const server = await busy({ jobs: 20, passing: true });
    // So high that no card has to be scrolled to.
    const { page } = await openPage({ ...MOVING, viewport: { width: 1280, height: 5000 } });
    await page.goto(server.url);
    await isLive(page, server.ids[0] ?? '');
    const hits = await recordHits(page);
    for (const id of server.ids) {
      // A hand that finds another card under it when it comes down tries again.
      const wasPressed = async () => {
        if (hits.includes(id)) return true;
        await press(page, `#cancel-${id}`);
        // What the page has told by now has arrived when its next answer does.
        await page.evaluate('0');
        return hits.includes(id);
      };
      await until(`${id} was pressed`, wasPressed);
      for (const hit of hits) {
        const isCancelled = async () => (await server.job(hit)).status.startsWith('cancel');
        await until(`the press on ${hit} arrived`, isCancelled);
      }
    }
    expect(hits.toSorted()).toEqual(server.ids.toSorted());
  });

  test('the focus stays on a button', async () => {
    const server = await busy({ jobs: 20, passing: true });
    const { page } = await openPage(MOVING);
    await page.goto(server.url);
    const id = `cancel-${server.ids[7]}`;
    await page.locator(`#${id}`).focus();
    await page.evaluate(() => {
      const counting = window as unknown as { events: number; blurs: number };
      counting.events = 0;
      counting.blurs = 0;
      document.addEventListener('htmx:sseMessage', () => {
        counting.events++;
      });
      document.activeElement?.addEventListener('blur', () => {
        counting.blurs++;
      });
    });
    const counted = (name: 'events' | 'blurs') =>
      page.evaluate((name) => (window as unknown as Record<string, number>)[name] ?? 0, name);
    await until('200 events came', async () => (await counted('events')) >= 200, 100_000);
    expect(await counted('blurs')).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe(id);
    await page.keyboard.press('Enter');
    await until('it was cancelled', async () =>
      (await server.job(server.ids[7] ?? '')).status.startsWith('cancel'),
    );
  });
});
