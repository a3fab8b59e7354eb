import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { BrowserContext, Page } from 'playwright-core';
import { closeBrowser, openPage } from '../support/browser.ts';
import { lastingPort } from '../support/port.ts';
import { startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { busy, isLive, liveText, registerHooks } from './tabs_setup.ts';

registerHooks();

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(stopServers);

const openTab = async (context: BrowserContext, url: string) => {
  const page = await context.newPage();
  await page.goto(url);
  return page;
};

const watchersAre = (server: { watchers(): Promise<number> }, count: number) =>
  until(`the server has ${count} watchers`, async () => (await server.watchers()) === count);

const shuffled = <Item>(items: Item[]) =>
  items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);

describe('FEATURES 31: thirty tabs', () => {
  test('are live over one connection, and stay live when others are closed in any order', async () => {
    const server = await busy({ jobs: 2, perSecond: 2 });
    const id = server.ids[0] ?? '';
    const { page, context } = await openPage();
    await page.goto(server.url);
    const tabs = [page];
    while (tabs.length < 30) tabs.push(await openTab(context, `${server.url}/find`));
    await Promise.all(tabs.map((tab) => isLive(tab, id)));
    await watchersAre(server, 1);

    const leaving = shuffled(tabs);
    while (leaving.length > 1) {
      await leaving.pop()?.close();
      if (leaving.length % 7 === 1) await isLive(leaving[0] as Page, id);
      expect(await server.watchers()).toBeLessThanOrEqual(1);
    }
    await isLive(leaving[0] as Page, id);
    await watchersAre(server, 1);
    await leaving[0]?.close();
    await watchersAre(server, 0);
  }, 600_000);

  test('survive the tab whose process holds the connection', async () => {
    const server = await busy({ jobs: 1 });
    const id = server.ids[0] ?? '';
    const { page, context } = await openPage();
    await page.goto(server.url);
    await isLive(page, id);
    const others = [await openTab(context, server.url), await openTab(context, server.url)];
    // Chromium answers this only by the end of the page.
    void page.goto('chrome://crash').catch(() => {});
    await page.waitForEvent('crash');
    for (const other of others) {
      const before = await liveText(other, id);
      const moved = async () => (await liveText(other, id)) !== before;
      await until('the other tab moves', moved);
      await isLive(other, id);
    }
    await watchersAre(server, 1);
  });
});

test('following links in one tab leaves no connection behind', async () => {
  const server = await busy({ jobs: 1 });
  const id = server.ids[0] ?? '';
  const { page } = await openPage();
  for (const path of ['/', '/find', '/jobs', '/profiles', '/']) {
    await page.goto(server.url + path);
    await isLive(page, id);
  }
  await page.goBack();
  await isLive(page, id);
  await watchersAre(server, 1);
  await page.goto('about:blank');
  await watchersAre(server, 0);
});

test('a page in the back/forward cache, or frozen, holds no connection, and is live again afterwards', async () => {
  const server = await busy({ jobs: 1 });
  const id = server.ids[0] ?? '';
  const { page } = await openPage();
  await page.goto(server.url);
  await isLive(page, id);
  // Playwright starts Chromium without that cache, and freezing a visible page tells it nothing,
  // so the events of both are told by hand.
  const tell = (target: 'window' | 'document', name: string) =>
    page.evaluate(
      ([target, name]) => {
        const event = new PageTransitionEvent(name, { persisted: true });
        (target === 'window' ? window : document).dispatchEvent(event);
      },
      [target, name] as const,
    );
  const turns = [
    ['window', 'pagehide', 'pageshow'],
    ['document', 'freeze', 'resume'],
  ] as const;
  for (const [target, away, back] of turns) {
    await tell(target, away);
    await watchersAre(server, 0);
    await tell(target, back);
    await isLive(page, id);
    await watchersAre(server, 1);
  }
  await tell('document', 'freeze');
  await tell('document', 'resume');
  await tell('window', 'pageshow');
  await isLive(page, id);
  await page.goto('about:blank');
  await watchersAre(server, 0);
});

describe('a browser without shared workers', () => {
  test('gives each tab a connection of its own', async () => {
    const server = await busy({ jobs: 1 });
    const { page, context } = await openPage();
    await context.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
    await page.goto(server.url);
    const second = await openTab(context, server.url);
    for (const tab of [page, second]) await isLive(tab, server.ids[0] ?? '');
    await watchersAre(server, 2);
    await second.close();
    await watchersAre(server, 1);
  });

  test('or one in which the worker does not start, is live too', async () => {
    const server = await busy({ jobs: 1 });
    const { page, context } = await openPage();
    await context.addInitScript(() => {
      const Original = window.SharedWorker;
      window.SharedWorker = class extends Original {
        constructor(_url: string, options: WorkerOptions) {
          super('/assets/no_such_worker.js', options);
        }
      } as typeof SharedWorker;
    });
    await page.goto(server.url);
    await isLive(page, server.ids[0] ?? '');
    await watchersAre(server, 1);
  });

  test('or one in which it answers late, closes the tabs’ own connections', async () => {
    const server = await busy({ jobs: 1 });
    const { page, context } = await openPage();
    await context.addInitScript(() => {
      const { SharedWorker: Original, setTimeout: after } = window;
      let asked = 0;
      const silent = { port: new MessageChannel().port1, onerror: null };
      window.SharedWorker = new Proxy(Original, {
        construct: (_, [url, options]) => (asked++ ? new Original(url, options) : silent),
      });
      // The wait until it is asked again, and no other.
      const sooner = (run: () => void, ms: number) => after(run, ms === 10_000 ? 2_000 : ms);
      window.setTimeout = sooner as typeof setTimeout;
    });
    await page.goto(server.url);
    const second = await openTab(context, server.url);
    await watchersAre(server, 2);
    await watchersAre(server, 1);
    for (const tab of [page, second]) await isLive(tab, server.ids[0] ?? '');
    await page.close();
    await isLive(second, server.ids[0] ?? '');
    await watchersAre(server, 1);
    await second.close();
    await watchersAre(server, 0);
  });

  test('or one in which it never answers, is live too', async () => {
    const server = await busy({ jobs: 1 });
    const { page, context } = await openPage();
    await context.addInitScript(() => {
      window.SharedWorker = class extends EventTarget {
        port = new MessageChannel().port1;
        onerror = null;
      } as unknown as typeof SharedWorker;
    });
    await page.goto(server.url);
    await isLive(page, server.ids[0] ?? '');
    await watchersAre(server, 1);
  });
});

test('a hidden tab is updated less often, and at full pace when it is visible', async () => {
  const server = await busy({ jobs: 1 });
  const { page, context } = await openPage();
  await context.addInitScript(() => {
    const counting = window as unknown as { hidden: boolean; events: number };
    Object.assign(counting, { hidden: false, events: 0 });
    Object.defineProperty(document, 'hidden', { get: () => counting.hidden });
    document.addEventListener('htmx:sseMessage', () => {
      counting.events++;
    });
  });
  const hide = (tab: Page, hidden: boolean) =>
    tab.evaluate((hidden) => {
      Object.assign(window, { hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  const events = (tab: Page) =>
    tab.evaluate(() => (window as unknown as { events: number }).events);
  await page.goto(server.url);
  const unseen = await openTab(context, server.url);
  for (const tab of [page, unseen]) await isLive(tab, server.ids[0] ?? '');
  await hide(unseen, true);
  const before = [await events(page), await events(unseen)] as const;
  // So far that no pause of the machine can put it there.
  await until('the unseen one moves, far behind', async () => {
    const came = [(await events(page)) - before[0], (await events(unseen)) - before[1]] as const;
    return came[1] > 3 && came[0] > came[1] * 2 + 50;
  });
  await hide(unseen, false);
  const seen = await events(unseen);
  await until('it is at the full pace', async () => (await events(unseen)) > seen + 20);
});

describe('a server that is killed and restarted', () => {
  const restarted = async (withWorker: boolean) => {
    const settings = { XGPT_SAMPLE_PAGE_MS: '100', PORT: lastingPort() };
    const first = await startServer(undefined, settings);
    const { page, context } = await openPage();
    if (!withWorker) {
      await context.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
    }
    await page.goto(first.url);
    const tabs = [page];
    for (const path of ['/jobs', '/find']) tabs.push(await openTab(context, first.url + path));
    const before = await first.start('scrape', { username: 'aurora_lab', maxTweets: '1000' });
    for (const tab of tabs) await tab.locator(`#job-${before.id}`).waitFor({ state: 'attached' });

    await first.end('SIGKILL');
    for (const tab of tabs) {
      await tab.locator('#taskbar[data-connection="lost"]').waitFor();
      await tab.getByRole('status').filter({ hasText: 'Reconnecting…' }).waitFor();
    }
    const second = await startServer(first.dataDir, settings);
    const between = await second.start('search', { query: 'aurora', maxTweets: '1000' });
    const isRight = async (tab: Page) =>
      (await tab.locator('#taskbar:not([data-connection])').count()) === 1 &&
      (await tab.locator('#connection-note').count()) === 0 &&
      (await tab.locator(`#job-${between.id}`).count()) === 1;
    const allRight = async () => (await Promise.all(tabs.map(isRight))).every(Boolean);
    await until('every tab is right again', allRight);
    // It is not only the first event that arrives.
    await tabs[0]
      ?.locator(`#job-${between.id}[data-status="completed"]`)
      .waitFor({ state: 'attached' });
  };

  test('is shown as lost meanwhile, and every tab is up to date again by itself', async () => {
    await restarted(true);
  });

  test('also without shared workers', async () => {
    await restarted(false);
  });
});
